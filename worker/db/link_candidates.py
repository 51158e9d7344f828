"""Records that another source may hold under a code nobody tells: found in the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from models.decision import CodeLink
from models.dossier import DossierCode, DossierRecord
from models.types import Side
from worker.core.link_evidence import Candidate, Evidence, evidence_of
from worker.core.linking import DossierPair, Proposals, proposals
from worker.db.sources import identity
from worker.db.views import chunks


def find_proposals(
    session: Session, sides: Mapping[int, Side], heirs: Mapping[str, str]
) -> Proposals:
    """What may be one dossier under two codes, among sources of different sides.

    Only records leave the database that some record on another side agrees with in procedure and
    receipt to the second, both in dossiers that the other side has no record of.

    Args:
        session: The store.
        sides: The side of each source that takes part, by its id.
        heirs: The unit that took over from a unit, by code.
    """
    found: dict[int, DossierRecord] = {}
    for here, there in permutations(sides, 2):
        if sides[here] is not sides[there]:
            query = select(DossierRecord).where(*_is_alone(DossierRecord, here, there))
            alike = query.where(_when_received(DossierRecord).in_(_receipts(there, here)))
            found.update({identity(each.id): each for each in session.exec(alike)})
    return proposals(_candidates(session, found.values()), heirs, _refused(session))


def evidence_between(session: Session, code: str, other: str, heirs: Mapping[str, str]) -> Evidence:
    """What the records that bear two codes have in common; of several records the most alike."""
    ours, theirs = _bearing(session, code), _bearing(session, other)
    told = [evidence_of(one, two, heirs) for one in ours for two in theirs]
    return max(told, key=_weight, default=Evidence())


def _weight(evidence: Evidence) -> int:
    first = (evidence.procedure, evidence.unit, evidence.received_at)
    return len(evidence.second_keys) + sum(each is not None for each in first)


def _bearing(session: Session, code: str) -> list[Candidate]:
    query = (
        select(DossierRecord)
        .join(DossierCode, col(DossierCode.dossier_id) == col(DossierRecord.dossier_id))
        .where(DossierCode.code == code, col(DossierRecord.gone_at).is_(None))
        .order_by(col(DossierRecord.id))
    )
    records = session.exec(query).all()
    bearing = [each for each in records if code in each.codes.split(" ")]
    return list(_candidates(session, bearing))


def _is_alone(record: Any, source_id: int, lacking: int) -> tuple[ColumnElement[bool], ...]:
    """Current records of a source, of dossiers that another source has no current record of."""
    twin = aliased(DossierRecord)
    has_twin = exists().where(
        col(twin.dossier_id) == record.dossier_id,
        col(twin.source_id) == lacking,
        col(twin.gone_at).is_(None),
    )
    return (
        record.source_id == source_id,
        record.gone_at.is_(None),
        record.procedure.is_not(None),
        record.received_at.is_not(None),
        ~has_twin,
    )


def _when_received(record: Any) -> Any:
    return tuple_(record.procedure, record.received_at)


def _receipts(source_id: int, lacking: int) -> Any:
    alone = aliased(DossierRecord)
    query = select(col(alone.procedure), col(alone.received_at))
    return query.where(*_is_alone(alone, source_id, lacking))


def _candidates(session: Session, records: Iterable[DossierRecord]) -> Iterator[Candidate]:
    rows = list(records)
    holders = _holders(session, sorted({each.dossier_id for each in rows}))
    for each in rows:
        yield Candidate(
            dossier_id=each.dossier_id,
            source_id=each.source_id,
            held_by=frozenset(holders[each.dossier_id]),
            code=each.codes.split(" ")[0],
            unit=each.unit,
            procedure=each.procedure,
            received_at=each.received_at,
            submitted_at=each.submitted_at,
            due_at=each.due_at,
            finished_at=each.finished_at,
        )


def _holders(session: Session, dossiers: Sequence[int]) -> Mapping[int, set[int]]:
    """The sources that have a record of each dossier now."""
    holders: defaultdict[int, set[int]] = defaultdict(set)
    for chunk in chunks(dossiers):
        query = select(DossierRecord.dossier_id, DossierRecord.source_id).where(
            col(DossierRecord.dossier_id).in_(chunk), col(DossierRecord.gone_at).is_(None)
        )
        for dossier, source in session.exec(query):
            holders[dossier].add(source)
    return holders


def _refused(session: Session) -> set[DossierPair]:
    """The dossiers that an operator took apart."""
    one, other = aliased(DossierCode), aliased(DossierCode)
    query = (
        select(one.dossier_id, other.dossier_id)
        .select_from(CodeLink)
        .join(one, col(one.code) == col(CodeLink.code))
        .join(other, col(other.code) == col(CodeLink.other))
        .where(col(CodeLink.undone_at).is_not(None))
    )
    return {frozenset(pair) for pair in session.exec(query)}
