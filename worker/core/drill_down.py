"""Which dossiers to look up when only published counts are known: drill-down by differences."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

_FIRST_BATCH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A dossier that could be looked up.

    ``counted`` is what the recount takes it for now: per unit how often it counts as late, presumed
    as at home or as last seen. ``disputed`` says that it is an open discrepancy, ``overdue`` that
    it would be late if the portal had missed its end; ``recency`` orders likeliest first, newer
    changes before older.
    """

    dossier_id: int
    codes: tuple[str, ...]
    unit: str
    counted: Mapping[str, int]
    disputed: bool
    overdue: bool
    recency: float

    @property
    def late(self) -> bool:
        """Whether it counts as late now."""
        return any(self.counted.values())


@dataclass(slots=True)
class DrillDown:
    """Looks for the dossiers behind the gaps between published and recounted late counts."""

    published: Mapping[str, int]
    recounted: Counter[str]
    open_by_unit: dict[str, list[Candidate]] = field(default_factory=dict)

    def add(self, candidate: Candidate) -> None:
        """Take in a dossier that may be asked for; it counts as it is taken for now."""
        self.recounted.update(candidate.counted)
        self.open_by_unit.setdefault(candidate.unit, []).append(candidate)

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
        gaps = self.gaps()
        own = {unit: gap for unit, gap in gaps.items() if self.open_by_unit.get(unit)}
        fewer = {unit: gap for unit, gap in own.items() if gap < 0}
        batch: list[Candidate] = []
        for unit, gap in sorted((fewer or own).items()):
            wanted = min(max(2 * abs(gap), _FIRST_BATCH), most - len(batch))
            batch += self._take(unit, wanted, shows_more=gap > 0)
        if not batch and any(gap > 0 for gap in gaps.values()):
            batch = self._take_late(most)
        return batch

    def _take_late(self, most: int) -> list[Candidate]:
        taken: list[Candidate] = []
        for unit, waiting in self.open_by_unit.items():
            late = [each for each in waiting if each.late][: most - len(taken)]
            self.open_by_unit[unit] = [each for each in waiting if each not in late]
            taken += late
        return taken

    def _take(self, unit: str, wanted: int, *, shows_more: bool) -> list[Candidate]:
        ordered = sorted(
            self.open_by_unit[unit], key=lambda each: _likelihood(each, shows_more=shows_more)
        )
        self.open_by_unit[unit] = ordered[wanted:]
        return ordered[:wanted]

    def tell(self, candidate: Candidate, counted: Mapping[str, int]) -> None:
        """What the portal was found to count of a dossier, per unit."""
        self.recounted.subtract(candidate.counted)
        self.recounted.update(counted)


def _likelihood(candidate: Candidate, *, shows_more: bool) -> tuple[bool, bool, bool, float, int]:
    """A sort key, likeliest first: what could close the gap at all, then what was disputed."""
    closes = candidate.late is not shows_more
    return (
        not closes,
        not candidate.disputed,
        shows_more and not candidate.overdue,
        -candidate.recency,
        candidate.dossier_id,
    )


def in_daily_sample(code: str, day: str, share: float) -> bool:
    """Whether a dossier belongs to the day's sample: the same answer all day, evenly spread."""
    number = int.from_bytes(blake2b(f"{day} {code}".encode(), digest_size=8).digest())
    return number < share * 2**64
