"""The rates of index 766 that are counted from dossiers (index766, section 2.1).

A rate is kept as its counts, so that it adds up: a rate of several units is the sum of their counts
over the sum of their populations, never a mean of their rates. Where there are no dossiers there is
no rate, which is not a rate of nought.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from models.rates import Indicator, Trait
from models.types import Category, Side

WHOLE = ""  # the unit of what is counted for the province as a whole

Key = tuple[str, Side, Indicator]

# The codes of the portal's description; how soon a dossier filed online is received has none.
INDEX_CODE: Mapping[Indicator, str] = {
    Indicator.ON_TIME: "2.1",
    Indicator.SYNC: "1.4",
    Indicator.ONLINE_FILING: "3.3",
    Indicator.ONLINE_PAYMENT: "3.6",
    Indicator.E_RESULT: "4.1",
    Indicator.DIGITISED: "4.2",
    Indicator.REUSED: "4.3",
    Indicator.PERSONAL_STORE: "4.4",
    Indicator.IDENTIFIED: "4.5b",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """``numerator`` of ``denominator`` dossiers meet an indicator.

    ``untold`` further dossiers belong, or may belong, to the population, but their source does not
    say whether they meet it, or was not asked.
    """

    numerator: int
    denominator: int
    untold: int = 0

    @property
    def percent(self) -> Decimal | None:
        """In points of a hundred (12.99 is 12,99 %), not rounded; None where there are none."""
        if not self.denominator:
            return None
        return Decimal(100 * self.numerator) / self.denominator

    def __add__(self, other: "Rate") -> "Rate":
        """The rate over the dossiers of both."""
        return Rate(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.untold + other.untold,
        )


NO_DOSSIERS = Rate(0, 0)


_ANY = Trait(0)


@dataclass(frozen=True, slots=True)
class Ground:
    """What an indicator asks of the dossiers received in a period.

    Those count that have all traits ``among``, and where ``of_resolved`` were finished or returned
    by the cut-off; those of them meet it that have all traits it ``asks``.
    """

    asks: Trait
    among: Trait = _ANY
    of_resolved: bool = False


# 3.6 is of dossiers with a fee. There can be an electronic result, and with it a dossier digitised
# as a whole (4.2 asks for its papers and its result), once there is a result.
GROUNDS: Mapping[Indicator, Ground] = {
    Indicator.ONLINE_FILING: Ground(Trait.FILED_ONLINE),
    Indicator.ONLINE_PAYMENT: Ground(Trait.PAID_ONLINE, among=Trait.HAS_FEE),
    Indicator.E_RESULT: Ground(Trait.E_RESULT, of_resolved=True),
    Indicator.DIGITISED: Ground(Trait.DIGITISED | Trait.E_RESULT, of_resolved=True),
    Indicator.REUSED: Ground(Trait.REUSED),
    Indicator.PERSONAL_STORE: Ground(Trait.FROM_STORE),
    Indicator.IDENTIFIED: Ground(Trait.IDENTIFIED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Dossiers of one unit, received in the period, that count alike.

    ``traits`` are the flags that hold, ``told`` those the source speaks of. ``is_asked`` is False
    where the portal was never asked for them: then what home tells says only who can be left out.
    """

    unit: str
    traits: int
    told: int
    is_resolved: bool
    is_asked: bool = True
    count: int = 1


def rates_of(
    groups: Iterable[Group], side: Side, heirs: Mapping[str, str] | None = None
) -> dict[Key, Rate]:
    """What dossiers add up to on one side, those of ended units under their heirs.

    A dossier whose source is silent on what an indicator rests on is untold, never one that fails:
    not even where one of two traits is known to be missing, or only failures would count.
    """
    lines: defaultdict[tuple[str, Indicator], list[int]] = defaultdict(lambda: [0, 0, 0])
    for group in groups:
        unit = heirs.get(group.unit, group.unit) if heirs else group.unit
        for indicator, place in _places(
            group.traits, group.told, group.is_resolved, group.is_asked
        ):
            lines[unit, indicator][place] += group.count
    return {
        (unit, side, indicator): Rate(met, met + failed, untold)
        for (unit, indicator), (met, failed, untold) in lines.items()
    }


_MET, _FAILED, _UNTOLD = range(3)


@lru_cache(maxsize=4096)
def _places(
    traits: int,
    told: int,
    is_resolved: bool,  # noqa: FBT001 - a fact of the dossier
    is_asked: bool,  # noqa: FBT001 - a fact of the dossier
) -> tuple[tuple[Indicator, int], ...]:
    """Where such a dossier counts, by indicator; it has no part in those that are left out."""
    found = []
    for indicator, ground in GROUNDS.items():
        is_left_out = bool(told & ~traits & ground.among)
        if is_left_out or (ground.of_resolved and not is_resolved):
            continue
        needed = ground.asks | ground.among
        if not is_asked or needed & ~told:
            found.append((indicator, _UNTOLD))
        else:
            found.append((indicator, _FAILED if ground.asks & ~traits else _MET))
    return tuple(found)


def on_time(counts: Mapping[Category, int]) -> Rate:
    """Indicator 2.1 from the categories of a view: resolved or still open in time, of all."""
    late = sum(count for category, count in counts.items() if category.is_late)
    counted = sum(counts.values())
    return Rate(counted - late, counted)


def with_whole(rates: Mapping[Key, Rate]) -> dict[Key, Rate]:
    """The rates of units and, as the unit ``WHOLE``, those of the province: the sum of counts."""
    whole: dict[Key, Rate] = {}
    for (_, side, indicator), rate in rates.items():
        key = (WHOLE, side, indicator)
        whole[key] = whole.get(key, NO_DOSSIERS) + rate
    return {**rates, **whole}
