"""The whole journey in the caller's process: what ``sync --wait`` and the demo run.

Each stage is claimed, run and recorded exactly as it would be by a worker elsewhere; events in the
store say what follows, so a journey that was killed goes on where it stopped.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.types import Period, RunState, Side, Trigger
from worker.bootstrap import Services, is_alive, upstream
from worker.core.look_up_plan import Appetite
from worker.core.outcome import Report
from worker.core.times import local_day, month_of
from worker.db import events, records, runs, sources
from worker.db.cases import Sides
from worker.db.records import Judge
from worker.db.runs import Run, RunRequest
from worker.errors import DoisoatError, NotFoundError, TransientError, UpstreamContractError
from worker.flow import FIRST, Stage, following
from worker.log import bound, logger
from worker.ports import Progress, Upstream
from worker.stages.look_up import LookUp, look_up
from worker.stages.pull import Pull, pull
from worker.stages.read_published import ReadPublished, read_published
from worker.stages.reconcile import Reconcile, reconcile

_OVERLAP = timedelta(days=1)
_MOST_PERIODS = 60
_RECENT_PERIODS = 2

# Shows how far one stage of one source has come.
Watch = Callable[[Stage, str], Progress]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: which source (None: both), how much of it, by whom and why."""

    trigger: Trigger = Trigger.OPERATOR
    source: str | None = None
    unit: str | None = None
    since: date | None = None
    full: bool = False
    pull_only: bool = False
    by: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Travelled:
    """What came of a journey: the state of each source's run, what went wrong, the report."""

    states: dict[str, RunState] = field(default_factory=dict)
    troubles: list[DoisoatError] = field(default_factory=list)
    report: Report | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every pull proved that nothing was missed."""
        return all(state is RunState.COMPLETE for state in self.states.values())


def travel(services: Services, wish: Wish, watch: Watch) -> Travelled:
    """Run the stages from the first to the last, each as the events before it say.

    Raises:
        NotFoundError: the wished-for source is not configured.
    """
    if wish.source is not None and wish.source not in services.settings.sources:
        raise NotFoundError("source_unknown", source=wish.source)
    travelled = Travelled()
    register_sources(services)
    waiting = [FIRST if _wants(services, wish, Side.PROVINCE) else Stage.LOOK_UP]
    while waiting:
        stage = waiting.pop(0)
        _STAGES[stage](services, wish, watch, travelled)
        waiting += [each for each in _due(services, wish) if each not in waiting]
    return travelled


def _wants(services: Services, wish: Wish, side: Side) -> bool:
    """Whether the source on ``side`` is to be read."""
    return wish.source in (None, services.settings.source_on(side)[0])


def register_sources(services: Services) -> dict[str, int]:
    """Enter the configured sources in the store; their ids by name."""
    with Session(services.engine) as session, session.begin():
        return {
            name: sources.ensure_source(
                session, name=name, side=each.side, kind=each.kind, rule=each.rule
            )
            for name, each in services.settings.sources.items()
        }


def sides_of(services: Services) -> tuple[str, str]:
    """The names of the province's source and of the portal's."""
    province, _ = services.settings.source_on(Side.PROVINCE)
    portal, _ = services.settings.source_on(Side.PORTAL)
    return province, portal


def _due(services: Services, wish: Wish) -> list[Stage]:
    """The stages that unhandled events start, each once; the events count as handled."""
    due: dict[Stage, None] = {}
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        sides = sources.source_sides(session)
        for event in events.pending(session):
            side = sides.get(event.payload.get("source", 0))
            due |= dict.fromkeys(following(event.kind, side))
            event.handled_at = now
            session.add(event)
    stages = [_instead(each, services, wish) for each in due]
    return [each for each in stages if each is not Stage.RECONCILE or not wish.pull_only]


def _instead(stage: Stage, services: Services, wish: Wish) -> Stage:
    """Where the portal is not to be read, what follows its reading follows at once."""
    skipped = stage is Stage.LOOK_UP and not _wants(services, wish, Side.PORTAL)
    return Stage.RECONCILE if skipped else stage


def _pull(services: Services, wish: Wish, watch: Watch, travelled: Travelled) -> None:
    name, _ = sides_of(services)
    with _opened(services, name) as source:
        if source.pages is None:
            return
        since, changed_since = _window(services, name, wish)
        scope = {"since": since.isoformat() if since else None}
        run = _claim(services, source, Stage.PULL, wish, full=changed_since is None, scope=scope)
        task = Pull(
            engine=services.engine,
            source=source.pages,
            directory=services.directory,
            judge=_judge_anew(services, run.source_id, source.rule, "portal"),
            clock=services.clock,
            progress=watch(Stage.PULL, name),
            since=since,
            until=local_day(services.clock()),
            changed_since=changed_since,
        )
        _note(services, travelled, name, run, pull(task, run))


def _window(services: Services, name: str, wish: Wish) -> tuple[date | None, date | None]:
    """From when on to read, and since when changes matter (None: read everything).

    The first reading of a source, and every full one, takes all there is from the configured day
    on. After that a reading begins a day before the last complete one.
    """
    since = wish.since or services.settings.sources[name].since
    with Session(services.engine) as session:
        last = runs.last_run(session, sources.source_id(session, name), RunState.COMPLETE)
    if wish.full or wish.since is not None or last is None:
        return since, None
    return since, local_day(last.started_at) - _OVERLAP


def _look_up(services: Services, wish: Wish, watch: Watch, travelled: Travelled) -> None:
    province, name = sides_of(services)
    with _opened(services, name) as source:
        if source.lookups is None:
            return
        _, settings = services.settings.portal()
        scope = {"unit": wish.unit}
        run = _claim(services, source, Stage.LOOK_UP, wish, full=wish.full, scope=scope)
        periods, trouble = _read_published(services, source, run, wish, watch)
        task = LookUp(
            engine=services.engine,
            source=source.lookups,
            source_name=name,
            province_id=_source_id(services, province),
            rule="portal",
            directory=services.directory,
            judge=_judge_anew(services, run.source_id, "portal"),
            clock=services.clock,
            progress=watch(Stage.LOOK_UP, name),
            periods=periods,
            appetite=_appetite(source, settings.sample_share, wish),
            calls_per_day=settings.lookups_per_day,
            unit=wish.unit,
            trouble=trouble,
        )
        _note(services, travelled, name, run, look_up(task, run))


def _appetite(source: Upstream, sample_share: float, wish: Wish) -> Appetite:
    """Without published counts, or where asked to, everything is looked up."""
    afresh = wish.full or sample_share >= 1
    return Appetite(
        everything=afresh or source.published is None, afresh=afresh, sample_share=sample_share
    )


def _read_published(
    services: Services, source: Upstream, run: Run, wish: Wish, watch: Watch
) -> tuple[tuple[Period, ...], DoisoatError | None]:
    """Read what is published of the periods that matter; trouble doesn't stop the look-ups."""
    periods = _periods(services, wish)
    if source.published is None:
        return (), None
    task = ReadPublished(
        engine=services.engine,
        source=source.published,
        directory=services.directory,
        clock=services.clock,
        progress=watch(Stage.LOOK_UP, source.name),
        periods=periods,
    )
    try:
        read_published(task, run)
    except (TransientError, UpstreamContractError) as trouble:
        return periods, trouble
    return periods, None


def _periods(services: Services, wish: Wish) -> tuple[Period, ...]:
    """The months whose published counts are read, newest first."""
    month = month_of(services.clock())
    months = [month]
    _, portal = sides_of(services)
    with Session(services.engine) as session:
        first = records.first_received(session)
        last = runs.last_run(session, sources.source_id(session, portal), RunState.COMPLETE)
    earliest = local_day(first) if first else month.first
    thorough = wish.full or wish.since is not None or last is None
    most = _MOST_PERIODS if thorough else _RECENT_PERIODS
    while len(months) < most and months[-1].first > earliest:
        months.append(_month_before(months[-1]))
    return tuple(months)


def _month_before(period: Period) -> Period:
    last = period.first - timedelta(days=1)
    return Period(last.replace(day=1), last)


def _reconcile(services: Services, _wish: Wish, watch: Watch, travelled: Travelled) -> None:
    now = services.clock()
    travelled.report = reconcile_at(services, now, month_of(now), watch, by_hand=False)


def reconcile_at(
    services: Services, as_of: datetime, period: Period, watch: Watch, *, by_hand: bool
) -> Report:
    """Reconcile both sides as they were known at ``as_of`` for ``period``, and store it."""
    province, portal = sides_of(services)
    task = Reconcile(
        engine=services.engine,
        sides=Sides(_source_id(services, province), _source_id(services, portal), as_of),
        period=period,
        rulebook=services.rulebook(as_of, period),
        directory=services.directory,
        clock=services.clock,
        progress=watch(Stage.RECONCILE, portal),
        by_hand=by_hand,
    )
    return reconcile(task)


@contextmanager
def _opened(services: Services, name: str) -> Iterator[Upstream]:
    source = upstream(services.settings, name)
    try:
        yield source
    finally:
        for capability in (source.pages, source.lookups, source.published):
            if capability is not None:
                capability.close()


def _claim(
    services: Services,
    source: Upstream,
    stage: Stage,
    wish: Wish,
    *,
    full: bool,
    scope: Mapping[str, str | None],
) -> Run:
    request = RunRequest(
        trigger=wish.trigger,
        stage=stage.value,
        full=full,
        by=wish.by,
        reason=wish.reason,
        scope=scope,
    )
    with Session(services.engine) as session, session.begin():
        return runs.claim(
            session,
            sources.source_id(session, source.name),
            request,
            owner=services.owner,
            is_alive=is_alive,
            now=services.clock(),
        )


def _judge_anew(services: Services, source_id: int, *rules: str) -> Judge:
    """The judge for a source's records; those judged by other settings are judged again."""
    judge = services.judge(*dict.fromkeys(rules))
    with Session(services.engine) as session, session.begin():
        records.judge_again(session, source_id, list(services.bases(*rules).values()), judge)
    return judge


def _source_id(services: Services, name: str) -> int:
    with Session(services.engine) as session:
        return sources.source_id(session, name)


def _note(services: Services, travelled: Travelled, name: str, run: Run, state: RunState) -> None:
    travelled.states[name] = state
    with Session(services.engine) as session:
        error = runs.error_of(session, run.id)
    if error is not None:
        travelled.troubles.append(error)
    with bound(source=name, run=run.id):
        trouble = error.key if error is not None else None
        logger().info("run_ended", state=state.value, trouble=trouble, **run.counts)


_STAGES: Mapping[Stage, Callable[[Services, Wish, Watch, Travelled], None]] = {
    Stage.PULL: _pull,
    Stage.LOOK_UP: _look_up,
    Stage.RECONCILE: _reconcile,
}
