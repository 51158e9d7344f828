"""The sources of a journey: their names and ids, the pairs compared, and runs claimed for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session

from models.types import RunState, Side
from worker.bootstrap import Services, is_alive, upstream
from worker.db import records, retention, runs, sources
from worker.db.cases import Scope, Sides
from worker.db.records import Judge
from worker.db.runs import Run, RunRequest
from worker.flow import Stage
from worker.journey.wish import Travelled, Wish
from worker.log import bound, logger
from worker.ports import Upstream


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


def homes_of(services: Services) -> tuple[str, ...]:
    """The sources at home: the province's system first, then line-ministry software."""
    province, _ = sides_of(services)
    return (province, *services.settings.on_side(Side.MINISTRY))


def home_ids(services: Services) -> tuple[int, ...]:
    """The ids of the sources at home, in the same order."""
    return tuple(id_of(services, name) for name in homes_of(services))


def pairs_of(services: Services, as_of: datetime) -> dict[tuple[str, str], Sides]:
    """Every pair of sources that is compared, by their names; the province and the portal first.

    Raises:
        NotFoundError: what was known at ``as_of`` has been pruned.
    """
    ids = register_sources(services)
    with Session(services.engine) as session:
        retention.require_reproducible(session, as_of)
    province, portal = sides_of(services)
    ministries = homes_of(services)[1:]
    elsewhere = tuple(ids[name] for name in ministries)
    pairs = {(province, portal): Sides(ids[province], ids[portal], as_of, elsewhere)}
    for name in ministries:
        with_portal = Sides(ids[name], ids[portal], as_of, scope=Scope.HELD_AT_HOME)
        with_province = Sides(ids[name], ids[province], as_of, scope=Scope.HELD_BY_BOTH)
        pairs |= {(name, portal): with_portal, (name, province): with_province}
    return pairs


def id_of(services: Services, name: str) -> int:
    """The id of a registered source."""
    with Session(services.engine) as session:
        return sources.source_id(session, name)


@contextmanager
def opened(services: Services, name: str) -> Iterator[Upstream]:
    """A configured source, its connections given back at the end."""
    source = upstream(services.settings, name)
    try:
        yield source
    finally:
        source.close()


def claim(
    services: Services,
    name: str,
    stage: Stage,
    wish: Wish,
    *,
    full: bool,
    scope: Mapping[str, object],
) -> Run:
    """Take up the unfinished run of a source, or begin a new one.

    Raises:
        RunError: another process holds the source.
    """
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
            sources.source_id(session, name),
            request,
            owner=services.owner,
            is_alive=is_alive,
            now=services.clock(),
            lease=services.settings.runs.lease,
        )


def begin(
    services: Services,
    run: Run,
    scope: Mapping[str, object],
    *,
    full: bool,
    partial: bool = False,
) -> None:
    """Keep what a run from the queue is about to read."""
    with Session(services.engine) as session, session.begin():
        runs.begin_with(session, run, scope, services.clock(), full=full, partial=partial)


def judge_anew(services: Services, source_id: int, *rules: str) -> Judge:
    """The judge for a source's records; those judged by other settings are judged again."""
    judge = services.judge(*dict.fromkeys(rules))
    with Session(services.engine) as session, session.begin():
        records.judge_again(session, source_id, list(services.bases(*rules).values()), judge)
    return judge


def note_run(
    services: Services, travelled: Travelled, name: str, run: Run, state: RunState
) -> None:
    """Keep how a source's run ended, and log it."""
    travelled.states[name] = state
    with Session(services.engine) as session:
        error = runs.error_of(session, run.id)
    if error is not None:
        travelled.troubles.append(error)
    with bound(source=name, run=run.id):
        trouble = error.key if error is not None else None
        logger().info("run_ended", state=state.value, trouble=trouble, **run.counts)
