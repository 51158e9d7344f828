"""What the store holds of some dossiers, read in few statements and never as an object a row.

Ids travel as one JSON text: lists of parameters took longer to send than their answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from models.types import Progress, RecordView, Status
from worker.db.views import decode

_STATUS = {each.value: each for each in Status}
_RECORDS = """
    SELECT id, dossier_id, source_id, observed_at, changed_run, gone_at, events_told,
        external_id, codes, unit, procedure, status, submitted_at, received_at, due_at,
        finished_at, returned_at, system, traits, traits_told
    FROM dossierrecord WHERE {dossier_id} AND source_id IN ({sources})
    ORDER BY dossier_id, external_id"""
_EVENTS = (
    "SELECT record_id, at, status FROM progressevent WHERE {record_id} ORDER BY record_id, position"
)
_ANSWERS = """
    SELECT dossier_id, code, found, since, asked_at, run_id
    FROM lookupanswer WHERE {dossier_id} AND source_id = :source ORDER BY id"""
_VERSIONS = """
    SELECT record_id, observed_at, until, view
    FROM recordversion WHERE {record_id} ORDER BY observed_at, id"""


class StoredRecord(Struct, frozen=True, gc=False):
    """A source's current record of a dossier; ``changed_run`` saw this view first."""

    id: int
    dossier_id: int
    source_id: int
    observed_at: datetime
    changed_run: int
    gone_at: datetime | None
    view: RecordView


class StoredAnswer(Struct, frozen=True, gc=False):
    """What a source has been answering for a code since an instant; when asked last, by a run."""

    dossier_id: int
    code: str
    found: bool
    since: datetime
    asked_at: datetime
    run_id: int


class StoredVersion(Struct, frozen=True, gc=False):
    """An earlier view of a record."""

    view: RecordView
    observed_at: datetime
    until: datetime


def one_of(session: Session, column: str, name: str = "ids") -> str:
    """A condition in SQL: that a column holds one of the ids of the parameter ``name``."""
    if session.connection().dialect.name == "postgresql":
        listed = f"SELECT json_array_elements_text(CAST(:{name} AS json))"
        return f"{column} = ANY(CAST(ARRAY({listed}) AS integer[]))"
    return f"{column} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608 - our own names


def listed(ids: Iterable[int]) -> str:
    """The value of such a parameter."""
    return msgspec.json.encode(list(ids)).decode()


def records(
    session: Session, source_ids: Sequence[int], dossiers: Sequence[int]
) -> list[StoredRecord]:
    """The records of some dossiers by dossier and external id."""
    query = _RECORDS.format(
        dossier_id=one_of(session, "dossier_id"), sources=", ".join(map(str, source_ids))
    )
    rows = _rows(session, query, dossiers)
    events = _events(session, [row[0] for row in rows if row[6]])
    return [_record(row, events) for row in rows]


def _events(session: Session, record_ids: Sequence[int]) -> dict[int, list[Progress]]:
    found: defaultdict[int, list[Progress]] = defaultdict(list)
    if record_ids:
        query = _EVENTS.format(record_id=one_of(session, "record_id"))
        for record_id, at, status in _rows(session, query, record_ids):
            found[record_id].append(Progress(_at(at), _STATUS[status]))
    return found


def _record(row: Sequence[Any], events: dict[int, list[Progress]]) -> StoredRecord:
    key, dossier_id, source_id, observed_at, changed_run, gone_at, events_told, *told = row
    external_id, codes, unit, procedure, status, *instants, system, traits, traits_told = told
    submitted_at, received_at, due_at, finished_at, returned_at = map(_maybe_at, instants)
    view = RecordView(
        external_id=external_id,
        codes=tuple(codes.split(" ")),
        unit=unit,
        status=_STATUS[status],
        procedure=procedure,
        submitted_at=submitted_at,
        received_at=received_at,
        due_at=due_at,
        finished_at=finished_at,
        returned_at=returned_at,
        system=system,
        events=tuple(events.get(key, ())) if events_told else None,
        traits=traits,
        traits_told=traits_told,
    )
    return StoredRecord(
        key, dossier_id, source_id, _at(observed_at), changed_run, _maybe_at(gone_at), view
    )


def answers(session: Session, source_id: int, dossiers: Sequence[int]) -> list[StoredAnswer]:
    """What a source answered for some dossiers, the oldest first."""
    query = _ANSWERS.format(dossier_id=one_of(session, "dossier_id"))
    return [
        StoredAnswer(dossier_id, code, bool(found), _at(since), _at(asked_at), run_id)
        for dossier_id, code, found, since, asked_at, run_id in _rows(
            session, query, dossiers, source=source_id
        )
    ]


def versions(session: Session, record_ids: Sequence[int]) -> dict[int, list[StoredVersion]]:
    """The earlier views of some records, the oldest first."""
    found: defaultdict[int, list[StoredVersion]] = defaultdict(list)
    if record_ids:
        query = _VERSIONS.format(record_id=one_of(session, "record_id"))
        for record_id, observed_at, until, view in _rows(session, query, record_ids):
            found[record_id].append(StoredVersion(decode(view), _at(observed_at), _at(until)))
    return found


def _rows(session: Session, query: str, ids: Iterable[int], **values: int) -> Sequence[Any]:
    return session.connection().execute(text(query), {"ids": listed(ids), **values}).all()


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe_at(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
