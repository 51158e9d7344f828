"""Pulling on a journey: the lists of a source at home, and what it reports of itself."""

from datetime import date, timedelta

from sqlmodel import Session

from models.types import RunState
from worker.bootstrap import Services
from worker.core.look_up_plan import Appetite
from worker.core.times import local_day
from worker.db import runs
from worker.errors import SettingsError
from worker.flow import Stage
from worker.journey.parties import begin, id_of, judge_anew, note_run, opened
from worker.journey.publishing import periods_of, read_counts
from worker.journey.wish import Errand, Wish
from worker.ports import LookupSource, Upstream
from worker.stages.look_up import LookUp, look_up
from worker.stages.pull import Pull, pull

_OVERLAP = timedelta(days=1)
# Systems at home set no limit; this one only bounds what a flood of notices can cause.
_MOST_CALLS = 100_000


def pull_home(services: Services, errand: Errand) -> None:
    """Read the lists of one source at home, or only the dossiers that are named."""
    name, run, wish = errand.name, errand.run, errand.wish
    with opened(services, name) as source:
        if source.pages is None:
            raise SettingsError("source_without_lists", source=name)
        if wish.codes and source.lookups is not None:
            _ask_for_named(services, source, source.lookups, errand)
            return
        since, changed_since = _window(services, name, wish)
        full = changed_since is None
        begin(services, run, {"since": since.isoformat() if since else None}, full=full)
        task = Pull(
            engine=services.engine,
            source=source.pages,
            directory=services.directory,
            judge=judge_anew(services, run.source_id, source.rule, "portal"),
            clock=services.clock,
            progress=errand.progress(Stage.PULL),
            since=since,
            until=local_day(services.clock()),
            changed_since=changed_since,
        )
        state = pull(task, run)
        if state is RunState.COMPLETE:
            errand.over()
            _read_statistics(services, source, errand, thorough=task.is_full)
        note_run(services, errand.travelled, name, run, state)


def _ask_for_named(
    services: Services, source: Upstream, lookups: LookupSource, errand: Errand
) -> None:
    """Ask for single dossiers; one that isn't found may go by another of its codes at home."""
    name, run, codes = errand.name, errand.run, errand.wish.codes
    begin(services, run, {"codes": list(codes)}, full=False, partial=True)
    task = LookUp(
        engine=services.engine,
        source=lookups,
        source_name=name,
        home_ids=(),
        rule=source.rule,
        directory=services.directory,
        judge=judge_anew(services, run.source_id, source.rule, "portal"),
        clock=services.clock,
        progress=errand.progress(Stage.PULL),
        periods=(),
        appetite=Appetite(everything=False, afresh=False, sample_share=0),
        calls_per_day=_MOST_CALLS,
        codes=codes,
        says_gone=False,
    )
    note_run(services, errand.travelled, name, run, look_up(task, run))


def _read_statistics(
    services: Services, source: Upstream, errand: Errand, *, thorough: bool
) -> None:
    """Read what a system reports of itself, once its lists tell which months there are.

    It is a check on our own counts: without it the reading is whole all the same.
    """
    periods = periods_of(services, thorough=thorough)
    trouble = read_counts(services, source, errand.run, periods, _unseen)
    if trouble is not None:
        errand.travelled.troubles.append(trouble)


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
