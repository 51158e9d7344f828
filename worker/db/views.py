"""Records as the store holds them, and as the core sees them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Row as SqlRow
from sqlmodel import Session, col, select

from models.dossier import DossierRecord, ProgressEvent
from models.types import Progress, RecordView, Status
from worker.db.bulk import Row, seconds
from worker.db.sources import identity

CHUNK = 500
_HEADER = (
    "external_id",
    "unit",
    "procedure",
    "status",
    "submitted_at",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "system",
    "traits",
    "traits_told",
)
VALUES = (*_HEADER, "codes", "events_told")

# All of a row of records, or a row of only the columns that a view is made of (``VIEWED``).
StoredRecord = DossierRecord | SqlRow[Any]
VIEWED = (
    DossierRecord.id,
    *(getattr(DossierRecord, name) for name in VALUES),
)


def encode(view: RecordView) -> str:
    """A view as JSON text."""
    return msgspec.json.encode(view).decode()


def decode(text: str) -> RecordView:
    """A view from its JSON text."""
    return msgspec.json.decode(text, type=RecordView)


def fingerprint(view: RecordView) -> str:
    """A short hash that changes when anything in the view changes."""
    return blake2b(msgspec.json.encode(view), digest_size=16).hexdigest()


def values_of(view: RecordView) -> Row:
    """What the table of records holds of a view, in the order of ``VALUES``."""
    return (
        view.external_id,
        view.unit,
        view.procedure,
        int(view.status),
        *map(
            seconds,
            (
                view.submitted_at,
                view.received_at,
                view.due_at,
                view.finished_at,
                view.returned_at,
            ),
        ),
        view.system,
        view.traits,
        view.traits_told,
        " ".join(view.codes),
        view.events is not None,
    )


def view_of(record: StoredRecord, events: Sequence[Progress]) -> RecordView:
    """The current view that a row and its events hold."""
    header = {name: getattr(record, name) for name in _HEADER}
    return RecordView(
        **header,
        codes=tuple(record.codes.split(" ")),
        events=tuple(events) if record.events_told else None,
    )


def views_of(session: Session, records: Iterable[StoredRecord]) -> dict[int, RecordView]:
    """Current views by record id."""
    rows = {identity(record.id): record for record in records}
    events = events_of(session, [key for key, row in rows.items() if row.events_told])
    return {key: view_of(row, events.get(key, ())) for key, row in rows.items()}


def events_of(session: Session, record_ids: Sequence[int]) -> Mapping[int, list[Progress]]:
    """Progress events by record id, in order of arrival."""
    found: defaultdict[int, list[Progress]] = defaultdict(list)
    for chunk in chunks(record_ids):
        query = (
            select(ProgressEvent.record_id, ProgressEvent.at, ProgressEvent.status)
            .where(col(ProgressEvent.record_id).in_(chunk))
            .order_by(col(ProgressEvent.record_id), col(ProgressEvent.position))
        )
        for record_id, at, status in session.exec(query):
            found[record_id].append(Progress(at, Status(status)))
    return found


def chunks(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Keys in portions that fit one IN list."""
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
