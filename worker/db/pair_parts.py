"""What was found of dossiers that were compared by themselves, kept until it may have changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec
from sqlalchemy import ColumnElement, text
from sqlmodel import Session, col, delete, select

from models.pair import PairPart
from models.types import CauseKind
from worker.core.tally import Part
from worker.db import bulk
from worker.db.bulk import Row, Target, seconds
from worker.db.cases import OfPair
from worker.db.stored import listed, one_of
from worker.db.views import chunks

_PARTS = Target(
    "pairpart",
    (
        "province_source_id",
        "portal_source_id",
        "dossier_id",
        "turns_at",
        "has_rule",
        "has_data",
        "round",
        "told",
    ),
)
_decoder = msgspec.json.Decoder(Part)


@dataclass(frozen=True, slots=True)
class Before:
    """What was kept of a dossier: found in which round, and a hash of what that was."""

    round: int
    told: bytes


def before(session: Session, pair: OfPair, dossiers: Iterable[int]) -> dict[int, Before]:
    """What is kept of some dossiers now, to be told from what will be."""
    query = select(PairPart.dossier_id, PairPart.round, PairPart.told).where(
        *_of(pair), text(one_of(session, "dossier_id"))
    )
    rows = session.connection().execute(query, {"ids": listed(dossiers)})
    return {dossier: Before(number, _hash_of(told)) for dossier, number, told in rows}


def row_of(
    pair: OfPair,
    dossier: int,
    part: Part,
    *,
    turns_at: datetime | None,
    number: int,
    presumed: bool,
    before: Before | None,
) -> Row:
    """A part as it is kept: of the round in which it was first found as it is."""
    kinds = {each.effect.kind for each in part.findings}
    told = msgspec.json.encode(part).decode()
    if before is not None and before.told == _hash_of(told):
        number = before.round
    return (
        pair.province_id,
        pair.portal_id,
        dossier,
        seconds(turns_at),
        CauseKind.RULE in kinds,
        CauseKind.DATA in kinds and not presumed,
        number,
        told,
    )


def keep(session: Session, rows: Sequence[Row]) -> None:
    """Keep parts of dossiers of which none is kept."""
    bulk.append(session, _PARTS, rows)


def turned(session: Session, pair: OfPair, by: datetime) -> set[int]:
    """The dossiers that have to be compared again, only because time has passed."""
    query = select(PairPart.dossier_id).where(*_of(pair), col(PairPart.turns_at) <= by)
    return set(session.exec(query))


def of_dossiers(session: Session, pair: OfPair, dossiers: Iterable[int]) -> list[Part]:
    """The parts of some dossiers."""
    found: list[Part] = []
    for chunk in chunks(sorted(dossiers)):
        query = select(PairPart.told).where(*_of(pair), col(PairPart.dossier_id).in_(chunk))
        found += map(_decoder.decode, session.exec(query))
    return found


def every(session: Session, pair: OfPair) -> Iterator[tuple[int, Part]]:
    """All parts with their dossiers, in order of these."""
    query = select(PairPart.dossier_id, PairPart.told).where(*_of(pair))
    for dossier, told in session.exec(query.order_by(col(PairPart.dossier_id))):
        yield dossier, _decoder.decode(told)


def since(session: Session, pair: OfPair, number: int) -> list[Part]:
    """Those compared in later rounds than the one of a number."""
    query = select(PairPart.told).where(*_of(pair), col(PairPart.round) > number)
    return list(map(_decoder.decode, session.exec(query.order_by(col(PairPart.dossier_id)))))


def forget(session: Session, pair: OfPair, dossiers: Iterable[int] | None = None) -> None:
    """Keep nothing of some dossiers any more; of any where none are named."""
    if dossiers is None:
        session.exec(delete(PairPart).where(*_of(pair)))
        return
    for chunk in chunks(sorted(dossiers)):
        session.exec(delete(PairPart).where(*_of(pair), col(PairPart.dossier_id).in_(chunk)))


def refresh_statistics(session: Session) -> None:
    """Tell the planner that there are many now: it asks for them from the next moment on."""
    session.connection().execute(text("ANALYZE pairpart"))


def _hash_of(told: str) -> bytes:
    return blake2b(told.encode(), digest_size=16).digest()


def _of(pair: OfPair) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        col(PairPart.province_source_id) == pair.province_id,
        col(PairPart.portal_source_id) == pair.portal_id,
    )
