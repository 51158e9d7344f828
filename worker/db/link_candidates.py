"""Records that another source may hold under a code nobody tells: found in the database."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.decision import CodeLink
from models.dossier import DossierCode, DossierRecord
from models.types import Side
from worker.core.link_evidence import Candidate, Evidence, evidence_of
from worker.core.linking import DossierPair, Proposals, proposals
from worker.db.views import chunks

# A procedure, and the second of a receipt since 1970.
Receipt = tuple[str, int]

# Records of a source that a record of another one agrees with, both in dossiers that the other
# source has no record of. That is asked first: it holds for few, and looking for others takes long.
_ALIKE = """
    SELECT one.id FROM {records}
    WHERE one.source_id = :here AND one.gone_at IS NULL
        AND one.procedure IS NOT NULL AND one.received_at IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM dossierrecord AS twin WHERE twin.dossier_id = one.dossier_id
                AND twin.source_id = :there AND twin.gone_at IS NULL)
        AND EXISTS (
            SELECT 1 FROM dossierrecord AS other
            WHERE other.received_at = one.received_at AND other.procedure = one.procedure
                AND other.source_id = :there AND other.gone_at IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM dossierrecord AS twin WHERE twin.dossier_id = other.dossier_id
                        AND twin.source_id = :here AND twin.gone_at IS NULL))"""
_EVERYWHERE = "dossierrecord AS one"
# CROSS keeps the embedded database from beginning with the records.
_AT_RECEIPTS = {
    "sqlite": (
        "json_each(:receipts) AS receipt CROSS JOIN dossierrecord AS one"
        " ON one.procedure = receipt.value ->> 0 AND one.received_at = receipt.value ->> 1"
    ),
    "postgresql": (
        "json_array_elements(CAST(:receipts AS json)) AS receipt (value) JOIN dossierrecord AS one"
        " ON one.procedure = receipt.value ->> 0"
        " AND one.received_at = CAST(receipt.value ->> 1 AS bigint)"
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What may be one dossier, and the receipts at which there are records to put together."""

    proposals: Proposals
    receipts: list[Receipt]


def find_proposals(
    session: Session,
    sides: Mapping[int, Side],
    heirs: Mapping[str, str],
    receipts: Collection[Receipt] | None = None,
) -> Found:
    """What may be one dossier under two codes, among sources of different sides.

    Only records leave the database that some record on another side agrees with in procedure and
    receipt to the second, both in dossiers that the other side has no record of.

    Args:
        session: The store.
        sides: The side of each source that takes part, by its id.
        heirs: The unit that took over from a unit, by code.
        receipts: Where to look, each once; None: everywhere, and that takes every record.
    """
    keys: set[int] = set()
    for here, there in permutations(sides, 2):
        if sides[here] is not sides[there]:
            keys |= _alike(session, here, there, receipts)
    records = _records(session, sorted(keys))
    told = proposals(_candidates(session, records), heirs, _refused(session))
    return Found(told, sorted(set(_receipts(records))))


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


def _alike(
    session: Session, here: int, there: int, receipts: Collection[Receipt] | None
) -> set[int]:
    """The records of a source that may be in another one, by their ids."""
    values: dict[str, int | str] = {"here": here, "there": there}
    source = _EVERYWHERE
    if receipts is not None:
        source = _AT_RECEIPTS[session.connection().dialect.name]
        values["receipts"] = msgspec.json.encode(list(receipts)).decode()
    statement = text(_ALIKE.format(records=source))
    return set(session.connection().execute(statement, values).scalars())


def _records(session: Session, keys: Sequence[int]) -> list[DossierRecord]:
    found: list[DossierRecord] = []
    for chunk in chunks(keys):
        found += session.exec(select(DossierRecord).where(col(DossierRecord.id).in_(chunk)))
    return found


def _receipts(records: Sequence[DossierRecord]) -> Iterator[Receipt]:
    for each in records:
        if each.procedure is not None and each.received_at is not None:
            yield each.procedure, int(each.received_at.timestamp())


def _candidates(session: Session, records: Sequence[DossierRecord]) -> Iterator[Candidate]:
    holders = _holders(session, sorted({each.dossier_id for each in records}))
    for each in records:
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
