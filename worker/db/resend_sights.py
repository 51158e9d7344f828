"""The second look: how the dossiers that were sent again stand by now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, exists, select

from models.catalogue import Procedure
from models.dossier import DossierRecord, LookupAnswer, RecordVersion
from models.reconciliation import Discrepancy
from models.resend import ResendItem, ResendRequest
from models.types import DiscrepancyState
from worker.core.resend.second_look import Now
from worker.db.sources import identity
from worker.db.views import chunks


@dataclass(frozen=True, slots=True)
class Sight:
    """A dossier by now, and when the portal was last asked for it; None: not since it went."""

    now: Now
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Changed:
    """A record of the portal that is another than before, or new, under its code."""

    code: str
    is_new: bool


def sights(
    session: Session, request: ResendRequest, items: Sequence[ResendItem], as_of: datetime
) -> dict[int, Sight]:
    """How these dossiers of a request stand by what was reconciled at ``as_of``, by item.

    What the portal told later is not in it yet: then nobody has looked.
    """
    rows = _discrepancies(session, items)
    asked = _answers(session, request.portal_source_id, items, as_of)
    listed = _listed(session, request.source_id, items)
    changed = _changed(session, request.portal_source_id, items)
    found = {}
    for item in items:
        key, row = identity(item.id), rows.get(item.discrepancy_id)
        looked_at, there = asked.get(key), changed.get(item.dossier_id, ())
        now = Now(
            is_open=row is not None and row.state is DiscrepancyState.OPEN,
            is_looked=looked_at is not None,
            cause=row.cause if row else item.cause,
            contribution=row.contributions.get(request.unit, 0) if row else 0,
            shows=row.fields if row else {},
            has_arrived=any(each.code == item.code for each in there),
            is_doubled=any(each.is_new and each.code != item.code for each in there),
            procedure_listed=listed.get(item.external_id),
        )
        found[key] = Sight(now, looked_at)
    return found


def _discrepancies(session: Session, items: Sequence[ResendItem]) -> Mapping[int, Discrepancy]:
    """Their discrepancies; one that is gone was closed long ago."""
    found: dict[int, Discrepancy] = {}
    for chunk in chunks([item.discrepancy_id for item in items]):
        query = select(Discrepancy).where(col(Discrepancy.id).in_(chunk))
        found |= {identity(row.id): row for row in session.exec(query)}
    return found


def _answers(
    session: Session, portal_id: int, items: Sequence[ResendItem], as_of: datetime
) -> dict[int, datetime]:
    """When the portal last told of each, in a reading that began after the dossier went."""
    latest: dict[str, LookupAnswer] = {}
    for chunk in chunks([item.code for item in items]):
        query = select(LookupAnswer).where(
            LookupAnswer.source_id == portal_id, col(LookupAnswer.code).in_(chunk)
        )
        latest |= {row.code: row for row in session.exec(query.order_by(col(LookupAnswer.id)))}
    return {
        identity(item.id): latest[item.code].asked_at
        for item in items
        if item.code in latest and _is_between(latest[item.code], item, as_of)
    }


def _is_between(answer: LookupAnswer, item: ResendItem, as_of: datetime) -> bool:
    """Whether it was given after the dossier went; within one second runs tell which came first."""
    is_in_time = item.sent_at is not None and item.sent_at <= answer.asked_at <= as_of
    return is_in_time and answer.run_id > (item.run_id or 0)


def _changed(
    session: Session, portal_id: int, items: Sequence[ResendItem]
) -> Mapping[int, Sequence[_Changed]]:
    """What the portal has of each dossier that is new or another since it went."""
    runs = {item.dossier_id: item.run_id or 0 for item in items}
    had_before = exists().where(col(RecordVersion.record_id) == col(DossierRecord.id))
    found: dict[int, list[_Changed]] = {}
    for chunk in chunks(sorted(runs)):
        query = select(
            DossierRecord.dossier_id,
            DossierRecord.external_id,
            DossierRecord.changed_run,
            had_before,
        ).where(
            DossierRecord.source_id == portal_id,
            col(DossierRecord.dossier_id).in_(chunk),
            col(DossierRecord.gone_at).is_(None),
        )
        for dossier, code, changed_run, is_older in session.exec(query):
            if changed_run > runs[dossier]:
                found.setdefault(dossier, []).append(_Changed(code, is_new=not is_older))
    return found


def _listed(
    session: Session, source_id: int, items: Sequence[ResendItem]
) -> dict[str, bool | None]:
    """Whether the portal's catalogue has their procedures, by number in the province's system."""
    if session.exec(select(Procedure.code).where(Procedure.known).limit(1)).first() is None:
        return {}
    told: dict[str, str | None] = {}
    for chunk in chunks([item.external_id for item in items]):
        query = select(DossierRecord.external_id, DossierRecord.procedure).where(
            DossierRecord.source_id == source_id, col(DossierRecord.external_id).in_(chunk)
        )
        told |= dict(session.exec(query).all())
    known = _in_catalogue(session, sorted({each for each in told.values() if each}))
    return {key: (code in known if code else None) for key, code in told.items()}


def _in_catalogue(session: Session, procedures: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for chunk in chunks(procedures):
        query = select(Procedure.code).where(
            col(Procedure.code).in_(chunk), col(Procedure.known).is_(True)
        )
        known |= set(session.exec(query))
    return known
