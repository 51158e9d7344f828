"""What sources publish of themselves, read on a journey: counts of the months that matter."""

from datetime import timedelta

from sqlmodel import Session

from models.types import Period, RunState
from worker.bootstrap import Services
from worker.core.times import local_day, month_of
from worker.db import records, runs
from worker.db.runs import Run
from worker.errors import DoisoatError, TransientError, UpstreamContractError
from worker.journey.parties import id_of
from worker.journey.wish import Wish
from worker.ports import Progress, Upstream
from worker.stages.read_published import ReadPublished, read_published

_MOST_PERIODS = 60
_RECENT_PERIODS = 2


def read_counts(
    services: Services,
    source: Upstream,
    run: Run,
    periods: tuple[Period, ...],
    progress: Progress,
) -> DoisoatError | None:
    """Keep what a source publishes of some months; trouble is told, not raised."""
    if source.published is None:
        return None
    task = ReadPublished(
        engine=services.engine,
        source=source.published,
        directory=services.directory,
        clock=services.clock,
        progress=progress,
        periods=periods,
    )
    try:
        read_published(task, run)
    except (TransientError, UpstreamContractError) as trouble:
        return trouble
    return None


def is_thorough(services: Services, name: str, wish: Wish) -> bool:
    """Whether a reading of a source is its first complete one, or goes back by request."""
    with Session(services.engine) as session:
        last = runs.last_run(session, id_of(services, name), RunState.COMPLETE)
    return wish.full or wish.since is not None or last is None


def periods_of(services: Services, *, thorough: bool) -> tuple[Period, ...]:
    """The months whose published figures are read, newest first: all since the first receipt.

    Where the reading is not ``thorough``, the last two.
    """
    month = month_of(services.clock())
    months = [month]
    with Session(services.engine) as session:
        first = records.first_received(session)
    earliest = local_day(first) if first else month.first
    most = _MOST_PERIODS if thorough else _RECENT_PERIODS
    while len(months) < most and months[-1].first > earliest:
        months.append(_month_before(months[-1]))
    return tuple(months)


def _month_before(period: Period) -> Period:
    last = period.first - timedelta(days=1)
    return Period(last.replace(day=1), last)
