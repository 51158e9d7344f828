"""The sums of a pair, kept from one reconciliation to the next: only what is new is counted.

A tally holds every plain row of PairVerdict that was counted, and every PairPart. Who changes one
of these takes it out first; what is not in it has ``turns_at`` 1970 and is counted next time.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec
from sqlmodel import Session

from models.pair import PairTally
from models.types import Category, Cause, CountView
from worker.core.bridge import Bridge, UnitLine
from worker.core.judged import Rulebook, ground_of
from worker.core.tally import Tally
from worker.core.verdict import Span
from worker.db import pair_counts, pair_parts
from worker.db.cases import OfPair, Sides

# Of no basis at all: what was judged at the same time was counted by nobody.
_UNCOUNTED = ""


class _Sums(msgspec.Struct, array_like=True):
    """A tally as plain lists, its zeros left out, and the successors it was counted by."""

    counts: list[tuple[str, CountView, Category, int]]
    steps: list[tuple[str, Cause, int]]
    known: list[tuple[str, int, int, int]]
    ended: dict[str, int]
    prints: str
    heirs: dict[str, str]


_sums = msgspec.json.Decoder(_Sums)
_spans = msgspec.json.Decoder(Span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A tally, and what it rests on: ``basis`` is a hash over that but for the cut-off.

    ``round`` is the number of the time it was counted.
    """

    round: int
    tally: Tally
    basis: str
    span: Span
    as_of: datetime
    heirs: Mapping[str, str]


def basis_of(book: Rulebook, heirs: Mapping[str, str]) -> str:
    """A hash over all that sums rest on but the verdicts and the cut-off."""
    window = (book.span.start, book.span.end, book.grace)
    told = (ground_of(book), window, sorted(heirs.items()))
    return sha256(repr(told).encode()).hexdigest()[:32]


def kept(session: Session, sides: Sides) -> Kept | None:
    """What is kept of a pair."""
    row = _row(session, sides)
    if row is None or row.basis == _UNCOUNTED:
        return None
    sums = _sums.decode(row.told)
    return Kept(
        round=row.round,
        tally=_tally_of(sums),
        basis=row.basis,
        span=_spans.decode(row.span),
        as_of=row.as_of,
        heirs=sums.heirs,
    )


def next_round(session: Session, sides: Sides) -> int:
    """The number of the next time the pair is counted."""
    row = _row(session, sides)
    return 1 if row is None else row.round + 1


def known_round(session: Session, pair: OfPair) -> int:
    """Up to which round the discrepancies know what was found."""
    row = _row(session, pair)
    return 0 if row is None else row.known_round


def note_known(session: Session, pair: OfPair, *, known: bool) -> None:
    """The discrepancies know of every part there is; or not, being told something else."""
    row = _row(session, pair)
    if row is not None:
        row.known_round = row.round if known else 0
        session.add(row)


def is_newest(session: Session, sides: Sides) -> bool:
    """Whether nothing was counted of the pair at a later instant than the sides' as-of."""
    row = _row(session, sides)
    return row is None or row.as_of <= sides.as_of


def keep(session: Session, sides: Sides, counted: Kept) -> None:
    """Keep a tally in place of the one before."""
    row = _row(session, sides) or PairTally(
        province_source_id=sides.province_id,
        portal_source_id=sides.portal_id,
        basis=counted.basis,
        as_of=counted.as_of,
        span="",
        told="",
    )
    row.round, row.basis, row.as_of = counted.round, counted.basis, counted.as_of
    row.span = msgspec.json.encode(counted.span).decode()
    row.told = msgspec.json.encode(_sums_of(counted)).decode()
    session.add(row)
    session.flush()


def forget(session: Session, sides: Sides) -> None:
    """Keep nothing but the instant at which all verdicts of the pair are made anew."""
    pair_parts.forget(session, sides)
    nothing = Kept(
        round=next_round(session, sides),
        tally=Tally(),
        basis=_UNCOUNTED,
        span=Span(sides.as_of, sides.as_of),
        as_of=sides.as_of,
        heirs={},
    )
    keep(session, sides, nothing)


def take_out(session: Session, sides: Sides, dossiers: Sequence[int]) -> None:
    """Take out dossiers whose verdicts are about to go."""
    found = kept(session, sides)
    if found is None or not dossiers:
        return
    rows = pair_counts.in_tally(session, dossiers)
    for group in pair_counts.count(session, sides, found.span, rows).groups:
        found.tally.add_group(group, found.heirs, -1)
    for part in pair_parts.of_dossiers(session, sides, dossiers):
        found.tally.add(part, -1)
    pair_parts.forget(session, sides, dossiers)
    keep(session, sides, found)


def _row(session: Session, pair: OfPair) -> PairTally | None:
    return session.get(PairTally, (pair.province_id, pair.portal_id))


def _sums_of(counted: Kept) -> _Sums:
    tally = counted.tally
    lines = tally.bridge.lines.items()
    return _Sums(
        counts=[
            (unit, *key, count)
            for unit, line in lines
            for key, count in line.counts.items()
            if count
        ],
        steps=[
            (unit, cause, count)
            for unit, line in lines
            for cause, count in line.steps.items()
            if count
        ],
        known=[(unit, line.presumed, line.received, line.on_portal) for unit, line in lines],
        ended={unit: count for unit, count in tally.ended.items() if count},
        prints=f"{tally.prints:x}",
        heirs=dict(counted.heirs),
    )


def _tally_of(sums: _Sums) -> Tally:
    lines: defaultdict[str, UnitLine] = defaultdict(UnitLine)
    for unit, view, category, count in sums.counts:
        lines[unit].counts[view, category] = count
    for unit, cause, count in sums.steps:
        lines[unit].steps[cause] = count
    for unit, presumed, received, on_portal in sums.known:
        line = lines[unit]
        line.presumed, line.received, line.on_portal = presumed, received, on_portal
    return Tally(Bridge(dict(lines)), Counter(sums.ended), int(sums.prints, 16))
