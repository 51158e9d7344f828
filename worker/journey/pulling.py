"""Pulling on a journey: every list at home, and what the systems there report of themselves."""

from datetime import date, timedelta

from sqlmodel import Session

from models.types import RunState
from worker.bootstrap import Services
from worker.core.times import local_day
from worker.db import runs
from worker.db.runs import Run
from worker.errors import PermanentError, RunError
from worker.flow import Stage
from worker.journey.parties import (
    claim,
    homes_of,
    id_of,
    judge_anew,
    note_run,
    opened,
    pass_over,
)
from worker.journey.publishing import periods_of, read_counts
from worker.journey.wish import Travelled, Watch, Wish
from worker.ports import Upstream
from worker.stages.pull import Pull, pull

_OVERLAP = timedelta(days=1)


def pull_homes(services: Services, wish: Wish, watch: Watch, travelled: Travelled) -> None:
    """Read the province's system, then line-ministry software.

    What goes wrong with one source at home doesn't keep the others from being read; where only one
    is to be read, it is raised.
    """
    wanted = [name for name in homes_of(services) if wish.source in (None, name)]
    for name in wanted:
        try:
            _pull(services, name, wish, watch, travelled)
        except (PermanentError, RunError) as error:
            if len(wanted) == 1:
                raise
            travelled.states[name] = RunState.FAILED
            travelled.troubles.append(error)


def _pull(services: Services, name: str, wish: Wish, watch: Watch, travelled: Travelled) -> None:
    with opened(services, name) as source:
        if source.pages is None:
            pass_over(services, name)
            return
        since, changed_since = _window(services, name, wish)
        scope = {"since": since.isoformat() if since else None}
        run = claim(services, name, Stage.PULL, wish, full=changed_since is None, scope=scope)
        task = Pull(
            engine=services.engine,
            source=source.pages,
            directory=services.directory,
            judge=judge_anew(services, run.source_id, source.rule, "portal"),
            clock=services.clock,
            progress=watch(Stage.PULL, name),
            since=since,
            until=local_day(services.clock()),
            changed_since=changed_since,
        )
        state = pull(task, run)
        if state is RunState.COMPLETE:
            _read_statistics(services, source, run, travelled, thorough=task.is_full)
        note_run(services, travelled, name, run, state)


def _read_statistics(
    services: Services, source: Upstream, run: Run, travelled: Travelled, *, thorough: bool
) -> None:
    """Read what a system reports of itself, once its lists tell which months there are.

    It is a check on our own counts: without it the reading is whole all the same.
    """
    periods = periods_of(services, thorough=thorough)
    trouble = read_counts(services, source, run, periods, _unseen)
    if trouble is not None:
        travelled.troubles.append(trouble)


def _unseen(_done: int, _total: int | None) -> None:
    """A few calls after a long list: no bar of their own."""


def _window(services: Services, name: str, wish: Wish) -> tuple[date | None, date | None]:
    """From when on to read, and since when changes matter (None: read everything).

    The first reading of a source, and every full one, takes all there is from the configured day
    on. After that a reading begins a day before the last complete one.
    """
    since = wish.since or services.settings.sources[name].since
    with Session(services.engine) as session:
        last = runs.last_run(session, id_of(services, name), RunState.COMPLETE)
    if wish.full or wish.since is not None or last is None:
        return since, None
    return since, local_day(last.started_at) - _OVERLAP
