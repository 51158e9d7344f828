"""The plain search for dossiers under two codes, every record each time, and random histories."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from random import Random

from sqlmodel import Session, col, select

from models.decision import CodeLink
from models.dossier import DossierCode, DossierRecord
from models.types import RecordView, Side
from tests.records import DUE, NOW, RECEIVED, view
from worker.core.link_evidence import Candidate
from worker.core.linking import Proposals, proposals

Pair = tuple[str, str]

UNITS = ("H99.01", "H99.03")
HEIRS: tuple[Mapping[str, str], ...] = ({}, {"H99.03": "H99.01"})
_STEPS = (timedelta(), timedelta(minutes=4), timedelta(hours=3), timedelta(days=1))
_DAY = timedelta(days=1)


def found_plainly(
    session: Session, sides: Mapping[int, Side], heirs: Mapping[str, str]
) -> Proposals:
    """What may be one dossier under two codes, by the rule alone: every record with every other."""
    query = select(DossierRecord).where(col(DossierRecord.gone_at).is_(None))
    current = [each for each in session.exec(query) if each.procedure and each.received_at]
    holders: dict[int, set[int]] = {}
    for each in session.exec(query):
        holders.setdefault(each.dossier_id, set()).add(each.source_id)
    taking_part = {
        one.id: one
        for one, other in permutations(current, 2)
        if {one.source_id, other.source_id} <= sides.keys()
        and sides[one.source_id] is not sides[other.source_id]
        and (one.procedure, one.received_at) == (other.procedure, other.received_at)
        and other.source_id not in holders[one.dossier_id]
        and one.source_id not in holders[other.dossier_id]
    }
    records = [_candidate(each, holders) for each in taking_part.values()]
    return proposals(records, heirs, _parted(session))


def _candidate(record: DossierRecord, holders: Mapping[int, set[int]]) -> Candidate:
    return Candidate(
        dossier_id=record.dossier_id,
        source_id=record.source_id,
        held_by=frozenset(holders[record.dossier_id]),
        code=record.codes.split(" ")[0],
        unit=record.unit,
        procedure=record.procedure,
        received_at=record.received_at,
        submitted_at=record.submitted_at,
        due_at=record.due_at,
        finished_at=record.finished_at,
    )


def _parted(session: Session) -> set[frozenset[int]]:
    owners = {each.code: each.dossier_id for each in session.exec(select(DossierCode))}
    links = session.exec(select(CodeLink).where(col(CodeLink.undone_at).is_not(None)))
    return {frozenset({owners[each.code], owners[each.other]}) for each in links}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happens between two searches: first ``wait``, then all else in this order.

    ``told``, ``gone``: by source; ``linked`` and ``parted`` are pairs of codes that somebody
    decides about, if there are such dossiers. ``sources`` take part in the search that follows,
    and what it finds sure is linked where it ``links``.
    """

    wait: timedelta
    told: Mapping[int, Sequence[RecordView]] = field(default_factory=dict)
    gone: Mapping[int, Sequence[str]] = field(default_factory=dict)
    linked: Pair | None = None
    parted: Pair | None = None
    heirs: Mapping[str, str] = field(default_factory=dict)
    sources: int = 4
    links: bool = True


def history_of(seed: int) -> Iterator[News]:
    """A dozen steps in the life of a few dossiers at four sources, many of them alike."""
    chance = Random(seed)  # noqa: S311 - made-up data
    for step in range(12):
        yield News(
            wait=chance.choice(_STEPS),
            told={n: _told(chance, n, 4 if step == 0 else 1) for n in range(4)},
            gone={n: [_own_id(chance, n)] for n in range(4) if chance.random() < 0.1},
            linked=_two_codes(chance) if chance.random() < 0.25 else None,
            parted=_two_codes(chance) if chance.random() < 0.25 else None,
            heirs=chance.choice((HEIRS[0], HEIRS[0], HEIRS[1])),
            sources=chance.choice((4, 4, 4, 4, 4, 3)),
            links=chance.random() < 0.5,
        )


def _told(chance: Random, source: int, most: int) -> list[RecordView]:
    told = [_view(chance, source) for _ in range(chance.randint(0, most))]
    return list({each.external_id: each for each in told}.values())


def _view(chance: Random, source: int) -> RecordView:
    """A dossier under a code of its source, now and then told otherwise or with another code."""
    own = _own_id(chance, source)
    codes = [own] if chance.random() < 0.7 else [_any_code(chance)]
    if chance.random() < 0.15:
        codes.append(_any_code(chance))
    return view(
        *dict.fromkeys(codes),
        external_id=own,
        unit=chance.choice(UNITS),
        procedure=chance.choice((None, "1.990003", "1.990003", "1.990003", "1.990004")),
        received_at=_instant(chance, RECEIVED, 0.8),
        due_at=_instant(chance, DUE, 0.8),
        finished_at=_instant(chance, DUE + _DAY, 0.3),
    )


def _instant(chance: Random, usual: datetime, often: float) -> datetime | None:
    if chance.random() < often:
        return usual
    return chance.choice((None, usual + _DAY, NOW - 20 * _DAY))


def _own_id(chance: Random, source: int) -> str:
    return f"{'ABCD'[source]}-{chance.randrange(4)}"


def _any_code(chance: Random) -> str:
    return _own_id(chance, chance.randrange(4))


def _two_codes(chance: Random) -> Pair:
    return _any_code(chance), _any_code(chance)
