"""Earlier views of records that no cut-off still to be reproduced needs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.dossier import DossierRecord, RecordVersion
from worker.core.lag import Sight
from worker.core.retention import dispensable
from worker.db.sources import identity
from worker.db.views import chunks, decode, views_of


def dispensable_ids(session: Session, first: int, beyond: int, horizon: datetime) -> Sequence[int]:
    """Of the records with ids from ``first`` to below ``beyond``: the versions that may go."""
    found: list[int] = []
    versions = _versions(session, first, beyond, horizon)
    current = _current(session, list(versions))
    for record, rows in versions.items():
        earlier = [Sight(decode(row.view), row.observed_at) for row in rows]
        places = dispensable([*earlier, current[record]], horizon)
        found += [identity(rows[place].id) for place in places]
    return found


def _versions(
    session: Session, first: int, beyond: int, horizon: datetime
) -> Mapping[int, list[RecordVersion]]:
    """All versions, the earliest first, of the records that have one ended by the horizon."""
    ended = select(RecordVersion.record_id).where(
        RecordVersion.record_id >= first,
        RecordVersion.record_id < beyond,
        col(RecordVersion.until) <= horizon,
    )
    query = (
        select(RecordVersion)
        .where(col(RecordVersion.record_id).in_(ended))
        .order_by(col(RecordVersion.observed_at), col(RecordVersion.id))
    )
    found: defaultdict[int, list[RecordVersion]] = defaultdict(list)
    for row in session.exec(query):
        found[row.record_id].append(row)
    return found


def _current(session: Session, records: Sequence[int]) -> Mapping[int, Sight]:
    found: dict[int, Sight] = {}
    for chunk in chunks(records):
        query = select(DossierRecord).where(col(DossierRecord.id).in_(chunk))
        rows = {identity(row.id): row for row in session.exec(query)}
        views = views_of(session, rows.values())
        found |= {key: Sight(view, rows[key].observed_at) for key, view in views.items()}
    return found
