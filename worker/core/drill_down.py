"""Which dossiers to look up when only published counts are known: drill-down by differences."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

_FIRST_BATCH = 4
_LATE_BATCH = 16
_CAUTION = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A dossier that could be looked up.

    ``counted`` is what the recount takes it for now: per unit how often it counts as late, presumed
    as at home or as last seen. ``disputed`` says that it is an open discrepancy, ``overdue`` that
    it would be late if the portal had missed its end. ``slack`` is by how many seconds the portal
    must be wrong for it to be late there; ``recency`` puts newer changes before older.
    """

    dossier_id: int
    codes: tuple[str, ...]
    unit: str
    counted: Mapping[str, int]
    disputed: bool
    overdue: bool
    recency: float
    slack: float = 0.0

    @property
    def late(self) -> bool:
        """Whether it counts as late now."""
        return any(self.counted.values())


# Candidates in the order in which they are asked, the next one last.
_Line = list[Candidate]


@dataclass(slots=True)
class DrillDown:
    """Looks for the dossiers behind the gaps between published and recounted late counts.

    Only what counts as late for a unit can explain that the portal shows fewer there, and only what
    doesn't, that it shows more; nothing else is asked for a unit.
    """

    published: Mapping[str, int]
    recounted: Counter[str]
    _late_for: defaultdict[str, _Line] = field(default_factory=lambda: defaultdict(list))
    _not_late_for: defaultdict[str, _Line] = field(default_factory=lambda: defaultdict(list))
    _late: _Line = field(default_factory=list)
    _waiting: dict[int, Candidate] = field(default_factory=dict)
    _asked: Counter[str] = field(default_factory=Counter)
    _found: Counter[str] = field(default_factory=Counter)
    _sorted: bool = False

    def add(self, candidate: Candidate) -> None:
        """Take in a dossier that may be asked for; it counts as it is taken for now."""
        self._sorted = False
        self._waiting[candidate.dossier_id] = candidate
        self.recounted.update(candidate.counted)
        for unit, count in candidate.counted.items():
            if count:
                self._late_for[unit].append(candidate)
        if not candidate.counted.get(candidate.unit):
            self._not_late_for[candidate.unit].append(candidate)
        if candidate.late:
            self._late.append(candidate)

    @property
    def open_by_unit(self) -> dict[str, list[Candidate]]:
        """The dossiers not asked for yet, by their unit at home."""
        waiting: defaultdict[str, list[Candidate]] = defaultdict(list)
        for candidate in self._waiting.values():
            waiting[candidate.unit].append(candidate)
        return dict(waiting)

    def gaps(self) -> dict[str, int]:
        """Published minus recounted, for every published unit where they differ."""
        gaps = {unit: late - self.recounted[unit] for unit, late in self.published.items()}
        return {unit: gap for unit, gap in gaps.items() if gap}

    def next_batch(self, most: int) -> list[Candidate]:
        """The likeliest dossiers, at most ``most``; empty when all is explained or asked.

        Units where the portal shows fewer come first: a dossier found there under another unit
        closes the gap of that unit as well. Where a unit of too many has nobody left to ask, the
        dossiers in question may be late ones of other units.
        """
        self._sort()
        gaps = self.gaps()
        own = {unit: gap for unit, gap in gaps.items() if self._line(unit, gap)}
        fewer = {unit: gap for unit, gap in own.items() if gap < 0}
        batch: list[Candidate] = []
        for unit, gap in sorted((fewer or own).items()):
            wanted = min(self._portion(unit, gap), most - len(batch))
            batch += self._take(self._line(unit, gap), wanted)
        if not batch and any(gap > 0 for gap in gaps.values()):
            batch = self._take(self._late, min(_LATE_BATCH, most))
        return batch

    def tell(self, candidate: Candidate, counted: Mapping[str, int]) -> None:
        """What the portal was found to count of a dossier, per unit."""
        self.recounted.subtract(candidate.counted)
        self.recounted.update(counted)
        self._asked[candidate.unit] += 1
        self._found[candidate.unit] += +Counter(counted) != +Counter(candidate.counted)

    def _sort(self) -> None:
        if self._sorted:
            return
        for line in (self._late, *self._late_for.values()):
            line.sort(key=_likelihood, reverse=True)
        for line in self._not_late_for.values():
            line.sort(key=_likelihood_of_more, reverse=True)
        self._sorted = True

    def _line(self, unit: str, gap: int) -> _Line:
        """Those who can explain the gap of a unit and have not been asked."""
        line = (self._not_late_for if gap > 0 else self._late_for)[unit]
        while line and line[-1].dossier_id not in self._waiting:
            line.pop()
        return line

    def _portion(self, unit: str, gap: int) -> int:
        """How many are asked for in one go: as many as are missing, more where hits are rare.

        What is found beyond the gap is as much too many: then somebody must be found among all that
        count as late. So the more often a question hits, the fewer are asked at once.
        """
        spared = self._asked[unit] + _FIRST_BATCH * _CAUTION
        return max(abs(gap), spared // (_CAUTION * (self._found[unit] + 1)))

    def _take(self, line: _Line, wanted: int) -> list[Candidate]:
        taken: list[Candidate] = []
        while line and len(taken) < wanted:
            candidate = self._waiting.pop(line.pop().dossier_id, None)
            if candidate is not None:
                taken.append(candidate)
        return taken


def _likelihood(candidate: Candidate) -> tuple[bool, float, int]:
    """A sort key, likeliest first: what was disputed, then newer changes before older."""
    return (not candidate.disputed, -candidate.recency, candidate.dossier_id)


def _likelihood_of_more(candidate: Candidate) -> tuple[bool, bool, float, float, int]:
    """A sort key, likeliest first, where the portal shows more late ones than are known.

    First what a missed end alone makes late; and the smaller the mistake that is enough, the
    likelier: an end told hours too late, an end set to the due time, a clock in another zone.
    """
    return (
        not candidate.disputed,
        not candidate.overdue,
        candidate.slack,
        -candidate.recency,
        candidate.dossier_id,
    )


def in_daily_sample(code: str, day: str, share: float) -> bool:
    """Whether a dossier belongs to the day's sample: the same answer all day, evenly spread."""
    number = int.from_bytes(blake2b(f"{day} {code}".encode(), digest_size=8).digest())
    return number < share * 2**64
