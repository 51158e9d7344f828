"""What of runs is shown: in pages, in the API, live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from models.source import SyncRun
from models.types import RunState, RunStop
from worker.bootstrap import Services
from worker.console.calls import Listing, Moment, Told
from worker.db import quarantine, run_list, runs, sources
from worker.db.run_list import RunFilter
from worker.db.sources import identity
from worker.flow import Stage
from worker.render.runs import followed_item
from worker.render.sync import why_incomplete

GOES_ON: Final = frozenset({RunState.QUEUED, RunState.RUNNING})

# A run that waits longer than this has probably nobody who could take it up.
_WAITS_LONG = timedelta(minutes=2)


class RunTold(Told):
    """A run, as ``runs --json`` shows it, with its pace and what it was asked for.

    ``rate`` is in records a second, ``left`` in seconds. ``stage`` is what it does, ``source`` null
    where that is over the whole store. ``dossiers`` are the single ones it was asked for.
    """

    id: int
    source: str | None
    trigger: str
    by: str | None
    reason: str | None
    stage: str
    state: RunState
    full: bool
    queued_at: Moment | None
    started_at: Moment | None
    ended_at: Moment | None
    slot: str | None
    done: int
    total: int | None
    counts: Mapping[str, int]
    error: str | None
    rate: float | None
    left: int | None
    stopping: bool
    journey: int | None
    unit: str | None
    since: date | None
    dossiers: Sequence[str]

    @property
    def goes_on(self) -> bool:
        """Whether it waits or is under way."""
        return self.state in GOES_ON

    @property
    def took(self) -> timedelta | None:
        """How long it took, once it is over."""
        ended, began = self.ended_at, self.started_at
        return ended - began if ended and began and not self.goes_on else None

    @property
    def time_left(self) -> timedelta | None:
        """How long it still takes, where that can be known."""
        return None if self.left is None else timedelta(seconds=self.left)

    @property
    def trouble(self) -> str | None:
        """Why it is not complete, in a sentence."""
        if self.error or self.state is not RunState.INCOMPLETE:
            return self.error
        return why_incomplete(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShown:
    """One run with what people want to know beside it.

    ``together`` are the runs of its journey. ``is_live``: something of the journey goes on.
    ``waits_for`` is the run in front of it. ``unreadable`` are the records it could not read.
    """

    run: RunTold
    together: Sequence[RunTold]
    is_live: bool
    waits_for: int | None
    waits_long: bool
    unreadable: int
    may_cancel: bool
    may_resume: bool
    may_retry: bool


def runs_told(services: Services, wanted: RunFilter, **part: Any) -> Listing[RunTold]:
    """A part of the list of runs; ``part`` as ``db.run_list.find_runs`` takes it."""
    with Session(services.engine) as session:
        names = sources.source_names(session)
        total, rows = run_list.find_runs(session, wanted, **part)
        return Listing(total=total, items=[_told(row, names) for row in rows])


def under_way(services: Services) -> list[RunTold]:
    """The runs that wait or are under way, the oldest first."""
    with Session(services.engine) as session:
        names = sources.source_names(session)
        return [_told(row, names) for row in runs.under_way(session)]


def run_told(services: Services, run_id: int) -> RunTold:
    """One run.

    Raises:
        NotFoundError: there is none of this number.
    """
    with Session(services.engine) as session:
        return _told(runs.get_run(session, run_id), sources.source_names(session))


def run_shown(services: Services, run_id: int, now: datetime) -> RunShown:
    """One run and its journey at an instant.

    Raises:
        NotFoundError: there is none of this number.
    """
    with Session(services.engine) as session:
        row = runs.get_run(session, run_id)
        names = sources.source_names(session)
        together = run_list.journey_of(session, row)
        ids = [identity(each.id) for each in together]
        goes_on = any(each.state in GOES_ON for each in together)
        return RunShown(
            run=_told(row, names),
            together=[_told(each, names) for each in together],
            is_live=goes_on or run_list.is_followed(session, ids),
            waits_for=run_list.in_front_of(session, row),
            waits_long=_waits_long(row, now),
            unreadable=quarantine.count(session, run_id),
            **_possible(row),
        )


def _waits_long(row: SyncRun, now: datetime) -> bool:
    since = row.queued_at
    return row.state is RunState.QUEUED and since is not None and now - since > _WAITS_LONG


def _possible(row: SyncRun) -> dict[str, bool]:
    """What can be done to a run."""
    is_of_file = row.stage == Stage.LOAD
    is_interrupted = row.state is RunState.INTERRUPTED
    is_unended = row.state in GOES_ON or is_interrupted
    return {
        "may_cancel": is_unended and row.stop is not RunStop.CANCEL,
        "may_resume": is_interrupted and not is_of_file,
        "may_retry": not is_unended and not is_of_file,
    }


def _told(row: SyncRun, names: Mapping[int, str]) -> RunTold:
    item = followed_item(row, names.get(row.source_id or 0, ""))
    left = item.pop("left")
    return RunTold(
        **item,
        left=None if left is None else int(left.total_seconds()),
        journey=row.journey,
        unit=row.wish.get("unit"),
        since=row.wish.get("since"),
        dossiers=row.wish.get("codes", ()),
    )
