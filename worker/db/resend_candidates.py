"""Open discrepancies between a province and its portal, with what a re-send needs to know."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from models.dossier import DossierCode, DossierRecord
from models.reconciliation import Discrepancy
from models.resend import ResendItem
from models.types import DiscrepancyState
from worker.core.resend.selection import Candidate, LeftOut, Obstacle, Selection
from worker.db.resends import IN_VAIN
from worker.db.sources import identity
from worker.db.views import chunks


@dataclass(frozen=True, slots=True)
class Between:
    """The province's system and the portal, by the ids of their sources."""

    province_id: int
    portal_id: int


@dataclass(slots=True)
class _Asked:
    """In which open request a dossier is, and when it was last sent again in vain."""

    requests: dict[int, int] = field(default_factory=dict)
    in_vain: dict[int, datetime] = field(default_factory=dict)


def candidates(
    session: Session, between: Between, selection: Selection
) -> tuple[list[Candidate], list[LeftOut]]:
    """The open discrepancies a selection may mean, and the named codes that have none."""
    rows, missing = _open(session, between, selection)
    dossiers = sorted({row.dossier_id for row in rows})
    home = _records(session, between.province_id, dossiers)
    there = _records(session, between.portal_id, dossiers)
    asked = _asked(session, dossiers)
    found = [
        _candidate(row, home.get(row.dossier_id, ()), asked, is_known=row.dossier_id in there)
        for row in rows
    ]
    return found, missing


def _open(
    session: Session, between: Between, selection: Selection
) -> tuple[list[Discrepancy], list[LeftOut]]:
    query = select(Discrepancy).where(
        Discrepancy.province_source_id == between.province_id,
        Discrepancy.portal_source_id == between.portal_id,
        Discrepancy.state == DiscrepancyState.OPEN,
    )
    if selection.unit is not None:
        query = query.where(Discrepancy.unit == selection.unit)
    if selection.cause is not None:
        query = query.where(Discrepancy.cause == selection.cause)
    query = query.order_by(col(Discrepancy.id))
    if not selection.codes:
        return list(session.exec(query)), []
    owners = _owners(session, selection.codes)
    rows = [
        row
        for chunk in chunks(sorted(set(owners.values())))
        for row in session.exec(query.where(col(Discrepancy.dossier_id).in_(chunk)))
    ]
    return rows, _missing(selection.codes, owners, {row.dossier_id for row in rows})


def _missing(
    codes: Sequence[str], owners: Mapping[str, int], found: Collection[int]
) -> list[LeftOut]:
    return [
        LeftOut(code, Obstacle.NOT_OPEN if code in owners else Obstacle.UNKNOWN)
        for code in dict.fromkeys(codes)
        if owners.get(code) not in found
    ]


def _owners(session: Session, codes: Sequence[str]) -> dict[str, int]:
    owners: dict[str, int] = {}
    for chunk in chunks(sorted(set(codes))):
        query = select(DossierCode).where(col(DossierCode.code).in_(chunk))
        owners |= {row.code: row.dossier_id for row in session.exec(query)}
    return owners


def _records(
    session: Session, source_id: int, dossiers: Sequence[int]
) -> dict[int, list[DossierRecord]]:
    """What a source holds now of each dossier."""
    found: dict[int, list[DossierRecord]] = {}
    for chunk in chunks(dossiers):
        query = select(DossierRecord).where(
            DossierRecord.source_id == source_id,
            col(DossierRecord.dossier_id).in_(chunk),
            col(DossierRecord.gone_at).is_(None),
        )
        for row in session.exec(query.order_by(col(DossierRecord.id))):
            found.setdefault(row.dossier_id, []).append(row)
    return found


def _asked(session: Session, dossiers: Sequence[int]) -> _Asked:
    asked = _Asked()
    for chunk in chunks(dossiers):
        query = select(ResendItem).where(col(ResendItem.dossier_id).in_(chunk))
        for row in session.exec(query.order_by(col(ResendItem.id))):
            if row.is_open:
                asked.requests[row.dossier_id] = row.request_id
            elif row.sent_at is not None and row.result in IN_VAIN:
                asked.in_vain[row.dossier_id] = row.sent_at
    return asked


def _candidate(
    row: Discrepancy, records: Sequence[DossierRecord], asked: _Asked, *, is_known: bool
) -> Candidate:
    named = (each for each in records if row.code in each.codes.split(" "))
    home = next(named, next(iter(records), None))
    in_vain = asked.in_vain.get(row.dossier_id)
    return Candidate(
        discrepancy_id=identity(row.id),
        dossier_id=row.dossier_id,
        code=row.code,
        unit=row.unit,
        cause=row.cause,
        contribution=row.contributions.get(row.unit, 0),
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        external_id=home.external_id if home else None,
        status=home.status if home else None,
        is_known=is_known,
        shows=row.fields,
        flags=tuple(row.flags),
        in_request=asked.requests.get(row.dossier_id),
        tried=in_vain is not None and home is not None and home.observed_at <= in_vain,
    )
