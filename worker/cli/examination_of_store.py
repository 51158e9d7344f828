"""The doctor's look at the store: schema, age of the last readings, published counts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.types import RunState, Side, UnitLevel
from worker.cli.examination_of_database import database_examined
from worker.cli.examination_of_mail import mails_examined
from worker.cli.examination_of_movement import movement_examined
from worker.cli.examination_of_names import names_examined
from worker.cli.examination_of_resends import resends_examined
from worker.cli.finding import Finding, Level, problem
from worker.core.times import local_day, month_of
from worker.errors import DoisoatError
from worker.i18n import text
from worker.i18n.numbers import duration, month, number

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

    from worker.core.reference import Province
    from worker.settings.model import Settings

_OLD = 3
_NAMED = 5


def store_examined(settings: "Settings", now: datetime) -> Iterator[Finding]:
    """The database, what was read last, what is published."""
    from worker.bootstrap import open_store

    engine = open_store(settings)
    try:
        schema = _schema(engine)
        yield from database_examined(engine)
        yield schema or Finding("store", Level.OK, text("doctor.store.empty"))
        if schema is not None:
            yield from _contents(settings, engine, now)
    except DoisoatError as error:
        yield problem("store", error, "doctor.store.advice")
    finally:
        engine.dispose()


def _schema(engine: "Engine") -> Finding | None:
    """The schema's state; None for an embedded database that is made at first use."""
    from worker.db.engine import require_current_schema, stored_revision

    revision = stored_revision(engine)
    if revision is None and engine.url.get_backend_name() == "sqlite":
        return None
    require_current_schema(engine)
    return Finding("store", Level.OK, text("doctor.store.current", revision=revision or ""))


def _contents(settings: "Settings", engine: "Engine", now: datetime) -> Iterator[Finding]:
    from sqlmodel import Session

    with Session(engine) as session:
        for name in settings.sources:
            yield from _last_run(session, settings, name, now)
        yield from _published(session, settings, now)
        yield from names_examined(session, settings)
        yield from movement_examined(session, settings, now)
        yield from mails_examined(session, settings, now)
        yield from resends_examined(session, settings, now)


def _last_run(
    session: "Session", settings: "Settings", name: str, now: datetime
) -> Iterator[Finding]:
    from worker.db.runs import last_run
    from worker.db.sources import source_names

    ids = {known: key for key, known in source_names(session).items()}
    last = last_run(session, ids[name], RunState.COMPLETE) if name in ids else None
    advice = text("doctor.runs.advice")
    if last is None:
        said = text("doctor.runs.never", source=name)
        yield Finding("runs", Level.WARNING, said, advice)
        return
    age = max(now - last.started_at, timedelta())
    old = age > _OLD * settings.sources[name].every
    said = text("doctor.runs.age", source=name, age=duration(age))
    yield Finding("runs", Level.WARNING if old else Level.OK, said, advice if old else None)


def _published(session: "Session", settings: "Settings", now: datetime) -> Iterator[Finding]:
    from worker.db.published import published_at
    from worker.db.sources import source_names
    from worker.settings.model import PortalSettings
    from worker.sources.folder import find_folder, read_folder

    name, portal = settings.source_on(Side.PORTAL)
    ids = {known: key for key, known in source_names(session).items()}
    silent = isinstance(portal, PortalSettings) and portal.reporting_url is None
    if silent or name not in ids:
        yield Finding("published", Level.WARNING, text("doctor.published.none"))
        return
    province = read_folder(find_folder(settings.province.seeds, settings.folder))
    period = month_of(now)
    figures = published_at(session, ids[name], period, now)
    missing = [unit for unit in _current_units(province, now) if unit not in figures]
    shown = month(period.first)
    if not missing:
        yield Finding("published", Level.OK, text("doctor.published.all", month=shown))
        return
    named = ", ".join(missing[:_NAMED]) + (", …" if len(missing) > _NAMED else "")
    said = text("doctor.published.missing", month=shown, count=number(len(missing)), units=named)
    yield Finding("published", Level.WARNING, said, text("doctor.published.advice"))


def _current_units(province: "Province", now: datetime) -> list[str]:
    today = local_day(now)
    return [
        unit.code
        for unit in province.units
        if unit.level is not UnitLevel.PROVINCE
        and (unit.valid_from is None or unit.valid_from <= today)
        and (unit.valid_to is None or unit.valid_to >= today)
    ]
