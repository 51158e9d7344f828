"""Stores filled with a population of dossiers in the shape in which the program keeps them.

Not through the program, since how fast it reads is measured elsewhere: by COPY on PostgreSQL, in
large sorted batches on SQLite, indexes made afterwards. Verdicts are left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import Session

from models.tables import metadata
from models.types import RunState, Status, Trigger
from tests.benchmarks.dossiers import Held, Population, TwoSided, directory, dossiers_of
from tests.works import Works
from worker.db import runs
from worker.db.runs import RunRequest

Row = tuple[Any, ...]
Write = Callable[[str, Sequence[Row]], None]

_BATCH = 20_000
_COLUMNS = {
    "dossier": "id created_at",
    "dossiercode": "code dossier_id",
    "dossierrecord": "id dossier_id source_id external_id codes unit procedure status submitted_at "
    "received_at due_at finished_at returned_at system events_told fingerprint observed_at "
    "changed_run",
    "progressevent": "record_id position at status",
    "lookupanswer": "id source_id code dossier_id found since asked_at run_id",
}
_NUMBERED = ("dossier", "dossierrecord", "lookupanswer")
_READ_BEFORE = timedelta(hours=1)  # how long before the as-of both sides were read
_FIRST_DOSSIER_ID = 4_000_000  # OpenCPS numbers all dossiers of a province on end


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The run that read one side, and when."""

    source_id: int
    run_id: int
    at: int


def fill(engine: Engine, population: Population) -> None:
    """Fill an empty, migrated store; both sides' last runs are complete, all codes answered."""
    works = Works(engine, directory(), now=population.as_of - _READ_BEFORE)
    home, portal = (_reading(works, each) for each in (works.province_id, works.portal_id))
    with _writing(engine) as write:
        for batch in _batches(population):
            write("dossier", [(each.number, home.at) for each in batch])
            write("dossiercode", [(each.code, each.number) for each in batch])
            write("dossierrecord", [_home_row(each, home) for each in batch])
        for batch in _batches(population):
            shown = [(each, each.portal) for each in batch if each.portal is not None]
            ids = [population.dossiers + each.number for each, _ in shown]
            rows = [
                _portal_row(key, each, held, portal)
                for key, (each, held) in zip(ids, shown, strict=True)
            ]
            write("dossierrecord", rows)
            events = (
                event
                for key, (_, held) in zip(ids, shown, strict=True)
                for event in _events(key, held)
            )
            write("progressevent", list(events))
            write("lookupanswer", [_answer(each, portal) for each in batch])


def _reading(works: Works, source_id: int) -> _Reading:
    request = RunRequest(trigger=Trigger.SCHEDULE, stage="pull", full=True)
    with Session(works.engine) as session, session.begin():
        run = runs.claim(
            session, source_id, request, owner="here:1", is_alive=lambda _: False, now=works.now
        )
        runs.finish(session, run, RunState.COMPLETE, works.now)
    return _Reading(source_id=source_id, run_id=run.id, at=int(works.now.timestamp()))


def _batches(population: Population) -> Iterator[list[TwoSided]]:
    dossiers = dossiers_of(population)
    while batch := list(islice(dossiers, _BATCH)):
        yield batch


def _home_row(dossier: TwoSided, reading: _Reading) -> Row:
    key = str(_FIRST_DOSSIER_ID + dossier.number)
    told = _told(dossier, dossier.home)
    return (
        dossier.number,
        dossier.number,
        reading.source_id,
        key,
        *told,
        1,
        False,
        *_seen(dossier.number, reading),
    )


def _portal_row(key: int, dossier: TwoSided, held: Held, reading: _Reading) -> Row:
    told = _told(dossier, held)
    return (
        key,
        dossier.number,
        reading.source_id,
        dossier.code,
        *told,
        None,
        True,
        *_seen(key, reading),
    )


def _told(dossier: TwoSided, held: Held) -> Row:
    returned = held.ended if held.status is Status.RETURNED else None
    return (
        dossier.code,
        held.unit,
        dossier.procedure,
        held.status.value,
        held.received - 600,
        held.received,
        held.due,
        held.ended,
        returned,
    )


def _seen(key: int, reading: _Reading) -> Row:
    return f"{key:032x}", reading.at, reading.run_id


def _events(key: int, held: Held) -> Iterator[Row]:
    told = [(held.received, Status.RECEIVED), (held.received + 600, Status.IN_PROCESS)]
    if held.ended is not None:
        told.append((held.ended, Status.FINISHED))
        if held.status is Status.RETURNED:
            told.append((held.ended, Status.RETURNED))
    for position, (at, status) in enumerate(told):
        yield key, position, at, status.value


def _answer(dossier: TwoSided, reading: _Reading) -> Row:
    known = dossier.portal is not None
    at = reading.at
    return (
        dossier.number,
        reading.source_id,
        dossier.code,
        dossier.number,
        known,
        at,
        at,
        reading.run_id,
    )


@contextmanager
def _writing(engine: Engine) -> Iterator[Write]:
    """A way to write many rows; indexes are away meanwhile, foreign keys unchecked."""
    indexes = [each for name in _COLUMNS for each in metadata.tables[name].indexes]
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    yield from _sqlite(engine) if engine.name == "sqlite" else _postgresql(engine)
    with engine.begin() as connection:
        for index in indexes:
            index.create(connection)


def _sqlite(engine: Engine) -> Iterator[Write]:
    connection = engine.raw_connection()
    cursor = connection.cursor()
    for setting in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000"):
        cursor.execute(f"PRAGMA {setting}")

    def write(table: str, rows: Sequence[Row]) -> None:
        names = _COLUMNS[table].split()
        marks = ", ".join("?" * len(names))
        cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608 - our own names
        connection.commit()

    try:
        yield write
    finally:
        connection.invalidate()


def _postgresql(engine: Engine) -> Iterator[Write]:
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    driver.execute("SET session_replication_role = replica")

    def write(table: str, rows: Iterable[Row]) -> None:
        names = ", ".join(_COLUMNS[table].split())
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    try:
        yield write
        for table in _NUMBERED:
            driver.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - our own names
            )
        connection.commit()
    finally:
        connection.invalidate()


def tidy(engine: Engine) -> None:
    """What the database's own upkeep has done long since in a store that grew by and by."""
    if engine.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
