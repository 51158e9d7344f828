"""Links between two codes of one dossier: made by agreement or by an operator, and undone.

A link is knowledge of identity and not of state: an earlier as-of is reproduced with the links
known today.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.decision import CodeLink
from models.dossier import DossierCode, DossierRecord
from models.types import LinkGround
from worker.core.link_evidence import Evidence
from worker.db import identities
from worker.db.views import chunks
from worker.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decided, why, and when; nobody where two records agreed by themselves."""

    at: datetime
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A dossier that one source holds more than once: its records there, the oldest first."""

    source_id: int
    dossier_id: int
    records: tuple[DossierRecord, ...]


def link(
    session: Session,
    codes: tuple[str, str],
    ground: LinkGround,
    evidence: Evidence,
    decision: Decision,
) -> bool:
    """Take two codes for one dossier from now on; whether they were not linked before.

    The younger dossier is folded into the older; what comes later under either code joins it.

    Raises:
        NotFoundError: ``dossier_not_found`` where no dossier bears a code.
    """
    owners = [_owner(session, code) for code in codes]
    row = _row(session, codes)
    if row is not None and row.undone_at is None:
        return False
    session.merge(_new_row(codes, ground, evidence, decision))
    session.flush()
    if len(set(owners)) > 1:
        identities.fold(session, max(owners), min(owners))
    return True


def undo(session: Session, codes: tuple[str, str], evidence: Evidence, decision: Decision) -> bool:
    """Take two codes for two dossiers, for good unless an operator links them; whether they are.

    What a link joined goes back to a dossier of its own; a pair that was only proposed is proposed
    no more, and ``evidence`` is kept with it. Codes that a source tells together, or that another
    link joins, stay together. Undoing again changes nothing.

    Raises:
        NotFoundError: ``dossier_not_found`` where no dossier bears a code.
    """
    owners = [_owner(session, code) for code in codes]
    row = _row(session, codes) or _new_row(codes, LinkGround.OPERATOR, evidence, decision)
    if row.undone_at is None:
        row.undone_at, row.undone_by = decision.at, decision.by
        row.undone_reason = decision.reason
        session.add(row)
        session.flush()
        identities.part(session, owners[0], _bonds(session, codes), decision.at)
    return _owner(session, row.code) != _owner(session, row.other)


def made(session: Session) -> list[CodeLink]:
    """Every link, those undone included; the newest first."""
    return list(session.exec(_newest_first()))


def listed(session: Session, part: slice) -> tuple[int, list[CodeLink]]:
    """How many links there are, those undone included, and some of them, the newest first."""
    total = session.exec(select(func.count()).select_from(CodeLink)).one()
    query = _newest_first().offset(part.start).limit(part.stop - part.start)
    return total, list(session.exec(query))


def of_codes(session: Session, codes: Sequence[str]) -> list[CodeLink]:
    """The links that join any of these codes with another and stand, the oldest first."""
    query = select(CodeLink).where(
        col(CodeLink.undone_at).is_(None),
        or_(col(CodeLink.code).in_(codes), col(CodeLink.other).in_(codes)),
    )
    return list(session.exec(query.order_by(col(CodeLink.at), col(CodeLink.code))))


def evidence_in(row: CodeLink) -> Evidence:
    """What spoke for a link when it was made."""
    return msgspec.json.decode(row.evidence, type=Evidence)


def duplicates(session: Session, limit: int | None = None) -> tuple[int, list[Duplicate]]:
    """How many dossiers one source holds more than once, and the first of them."""
    query = (
        select(DossierRecord.dossier_id, DossierRecord.source_id)
        .where(col(DossierRecord.gone_at).is_(None))
        .group_by(col(DossierRecord.dossier_id), col(DossierRecord.source_id))
        .having(func.count() > 1)
    )
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    ordered = query.order_by(col(DossierRecord.dossier_id), col(DossierRecord.source_id))
    held = session.exec(ordered.limit(limit)).all()
    records = _records(session, [dossier for dossier, _ in held])
    return total, [
        Duplicate(source, dossier, tuple(records[dossier, source])) for dossier, source in held
    ]


def _records(
    session: Session, dossiers: Sequence[int]
) -> Mapping[tuple[int, int], list[DossierRecord]]:
    found: defaultdict[tuple[int, int], list[DossierRecord]] = defaultdict(list)
    for chunk in chunks(dossiers):
        query = (
            select(DossierRecord)
            .where(col(DossierRecord.dossier_id).in_(chunk), col(DossierRecord.gone_at).is_(None))
            .order_by(col(DossierRecord.id))
        )
        for record in session.exec(query):
            found[record.dossier_id, record.source_id].append(record)
    return found


def _newest_first() -> SelectOfScalar[CodeLink]:
    newest = col(CodeLink.at).desc()
    return select(CodeLink).order_by(newest, col(CodeLink.code), col(CodeLink.other))


def _bonds(session: Session, codes: tuple[str, str]) -> list[tuple[str, ...]]:
    """The links that stand, and each of the codes, which may have no record left, by itself."""
    standing = [(each.code, each.other) for each in made(session) if each.undone_at is None]
    return [*standing, *((code,) for code in codes)]


def _row(session: Session, codes: tuple[str, str]) -> CodeLink | None:
    code, other = sorted(codes)
    return session.get(CodeLink, (code, other))


def _new_row(
    codes: tuple[str, str], ground: LinkGround, evidence: Evidence, decision: Decision
) -> CodeLink:
    code, other = sorted(codes)
    return CodeLink(
        code=code,
        other=other,
        ground=ground,
        evidence=msgspec.json.encode(evidence).decode(),
        by=decision.by,
        reason=decision.reason,
        at=decision.at,
    )


def _owner(session: Session, code: str) -> int:
    row = session.get(DossierCode, code, populate_existing=True)
    if row is None:
        raise NotFoundError("dossier_not_found", code=code)
    return row.dossier_id
