"""Every view that any source ever gave of one dossier, as long as it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.dossier import DossierRecord
from models.types import RecordView
from worker.db import stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A record of a source as it was seen from ``at`` on; ``view`` None: it was gone."""

    source_id: int
    external_id: str
    at: datetime
    view: RecordView | None


def views_of(session: Session, dossier_id: int) -> list[list[Seen]]:
    """The views of each record of a dossier, the oldest first."""
    sources = select(DossierRecord.source_id).where(DossierRecord.dossier_id == dossier_id)
    ids = sorted(set(session.exec(sources.order_by(col(DossierRecord.source_id)))))
    if not ids:
        return []
    records = stored.records(session, ids, [dossier_id])
    versions = stored.versions(session, [each.id for each in records])
    return [_of_record(record, versions.get(record.id, ())) for record in records]


def _of_record(record: stored.StoredRecord, earlier: Sequence[stored.StoredVersion]) -> list[Seen]:
    views: list[tuple[datetime, RecordView | None]] = [
        *((each.observed_at, each.view) for each in earlier),
        (record.observed_at, record.view),
    ]
    if record.gone_at is not None:
        views.append((record.gone_at, None))
    return [
        Seen(source_id=record.source_id, external_id=record.view.external_id, at=at, view=view)
        for at, view in views
    ]
