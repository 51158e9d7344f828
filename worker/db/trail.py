"""What the store knows about one dossier beside its records: codes, answers, quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.dossier import DossierCode, DossierRecord, LookupAnswer, RecordVersion
from models.source import Quarantine
from worker.db.cases import Sides
from worker.db.quarantine import QuarantinedRow
from worker.db.sources import source_names


@dataclass(frozen=True, slots=True)
class KnownSince:
    """Since when a source's record has been known, in its current form, and when it went."""

    source_id: int
    external_id: str
    first_at: datetime
    current_at: datetime
    gone_at: datetime | None


def find(session: Session, code: str) -> int | None:
    """The dossier that bears a code."""
    row = session.get(DossierCode, code)
    return None if row is None else row.dossier_id


def codes_of(session: Session, dossier_id: int) -> list[str]:
    """Every code a dossier bears."""
    query = select(DossierCode.code).where(DossierCode.dossier_id == dossier_id)
    return sorted(session.exec(query))


def answers_of(session: Session, dossier_id: int) -> list[LookupAnswer]:
    """What the portal answered for the dossier's codes, the oldest answer first.

    The same answer asked for again is one.
    """
    query = select(LookupAnswer).where(LookupAnswer.dossier_id == dossier_id)
    told: list[LookupAnswer] = []
    newest: dict[str, int] = {}
    for answer in session.exec(query.order_by(col(LookupAnswer.id))):
        place = newest.get(answer.code)
        if place is not None and told[place].found == answer.found:
            told[place] = answer.model_copy(update={"since": told[place].since})
            continue
        newest[answer.code] = len(told)
        told.append(answer)
    return told


def known_since(session: Session, dossier_id: int) -> list[KnownSince]:
    """Since when each source's record of a dossier has been known."""
    query = select(DossierRecord).where(DossierRecord.dossier_id == dossier_id)
    rows = session.exec(query.order_by(col(DossierRecord.source_id), col(DossierRecord.id))).all()
    earliest = _earliest(session, [row.id for row in rows])
    return [
        KnownSince(
            row.source_id,
            row.external_id,
            earliest.get(row.id, row.observed_at),
            row.observed_at,
            row.gone_at,
        )
        for row in rows
    ]


def _earliest(session: Session, records: Sequence[int | None]) -> dict[int | None, datetime]:
    query = select(RecordVersion).where(col(RecordVersion.record_id).in_(records))
    ordered = session.exec(query.order_by(col(RecordVersion.observed_at).desc()))
    return {version.record_id: version.observed_at for version in ordered}


def quarantined(session: Session, code: str) -> list[QuarantinedRow]:
    """What lies in quarantine under a dossier code."""
    query = select(Quarantine).where(Quarantine.code == code, col(Quarantine.solved_at).is_(None))
    names = source_names(session)
    return [QuarantinedRow(names[row.source_id], row) for row in session.exec(query)]


def of_unit(session: Session, sides: Sides, unit: str) -> list[int]:
    """The dossiers that either source has, or once had, under a unit; in order of their id."""
    of_sides = col(DossierRecord.source_id).in_(sides.source_ids)
    now = select(DossierRecord.dossier_id).where(of_sides, DossierRecord.unit == unit)
    before = (
        select(DossierRecord.dossier_id)
        .join(RecordVersion, col(RecordVersion.record_id) == col(DossierRecord.id))
        .where(of_sides, col(RecordVersion.view).contains(f'"unit":"{unit}"', autoescape=True))
    )
    return sorted({*session.exec(now), *session.exec(before)})
