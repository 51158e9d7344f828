"""One value over several periods: what changed, and where a change may not be told.

A change is told only between figures that rest on the same ground: the same version of the index's
rules, the same way by which the figure was shown, the same units behind it. Where the ground
differs the break is named instead (research, index 766 section 4.4: never join a series across a
change of formula). A figure that is out of the ordinary is flagged and never corrected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.types import Period, UnitLevel
from worker.core.lineage import predecessors_of
from worker.core.units import Unit

# 34 provinces instead of 63, no districts, new communes (domain, section 6).
REORGANISED = date(2025, 7, 1)
FROZEN_FOR = 3  # periods running with one value
_REDRAWN = (UnitLevel.DISTRICT, UnitLevel.COMMUNE)
_HUNDRED = Decimal(100)


class Break(StrEnum):
    """Why two figures are not compared."""

    RULES = "rules"  # another version of the index's rules
    INTERFACE = "interface"  # shown in another way: printed, another interface, another scale
    UNIT = "unit"  # merged, abolished, newly made, or redrawn in between
    FIELD = "field"  # a rank among others: of 63 provinces, of 34


class Sign(StrEnum):
    """What is out of the ordinary in a series: to be looked into, never corrected."""

    FROZEN = "frozen"
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class JumpRule:
    """A change counts as a jump from ``points`` of a hundred on, and from ``factor`` times on."""

    points: Decimal
    factor: Decimal


# Document 001 has both: 16,13 % to 0,82 % of procedures published on time; 21,82 % to 53,41 %
# made public on time. What it shows of months that went as usual stays below either.
JUMPS = (
    JumpRule(points=Decimal(30), factor=Decimal(1)),
    JumpRule(points=Decimal(10), factor=Decimal(3)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value of one period and the ground it rests on.

    ``value`` is a percentage or points out of ``maximum``, None where nothing was shown.
    ``rules`` names the version of the index's rules, ``shown_by`` the way it was shown, ``units``
    the codes of all units counted in it. A rank is read as its place out of how many are ranked,
    and ``field`` are those it was to be among, where they are known.
    """

    period: Period
    value: Decimal | None
    maximum: Decimal
    rules: str
    shown_by: str
    units: frozenset[str]
    field: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """From the value ``before`` of the period ``base`` to a later one.

    ``amount`` is in points (of a percentage: points of a hundred), None where a value is missing
    or something broke in between. ``shown_by`` is the way ``before`` was shown.
    """

    base: Period
    before: Decimal | None
    shown_by: str
    amount: Decimal | None
    breaks: tuple[Break, ...] = ()
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True)
class Rank:
    """A place among ``of`` that are ranked; ``shared`` with others of the same value."""

    place: int
    of: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class RankChange:
    """From an earlier rank; ``better`` by so many places (less than nought: worse)."""

    base: Period
    before: Rank | None
    better: int | None
    breaks: tuple[Break, ...] = ()


def change(base: Reading, current: Reading) -> Change:
    """The change from one period's value to another's."""
    breaks = _breaks(base, current)
    if breaks or base.value is None or current.value is None:
        return Change(base.period, base.value, base.shown_by, None, breaks)
    signs = (Sign.JUMP,) if _is_jump(base, current) else ()
    amount = current.value - base.value
    return Change(base.period, base.value, base.shown_by, amount, (), signs)


def alike(bases: Sequence[Reading], currents: Sequence[Reading]) -> tuple[Reading, Reading] | None:
    """The earlier and the later reading to be compared: two shown in one way where there are such.

    The first way in ``currents`` that has a value in both; where none has, the first value of each,
    so that what broke can be named. None where a period has no reading at all.
    """
    told = {base.shown_by: base for base in bases if base.value is not None}
    for current in currents:
        if current.value is not None and current.shown_by in told:
            return told[current.shown_by], current
    if not currents or not bases:
        return None
    return next(iter(told.values()), bases[0]), currents[0]


def is_frozen(readings: Sequence[Reading]) -> bool:
    """Whether the three newest readings, oldest first, show one value that can't be its end.

    Nothing and everything stay as they are without anybody forgetting to count.
    """
    newest = readings[-FROZEN_FOR:]
    first = newest[0] if newest else None
    if first is None or len(newest) < FROZEN_FOR or first.value in (None, 0, first.maximum):
        return False
    same = {(each.value, each.shown_by, each.rules, each.units) for each in newest}
    return len(same) == 1


def rank_change(base: Reading, current: Reading) -> RankChange:
    """From one period's rank to another's.

    Where those ranked among are known, one of them without dossiers for a month breaks nothing;
    where only their number is (63 provinces, 34), another number does.
    """
    breaks = _breaks(base, replace(current, maximum=base.maximum))
    if _in_other_field(base, current) or _straddles(base.period, current.period):
        breaks += (Break.FIELD,)
    before = None if base.value is None else Rank(int(base.value), int(base.maximum))
    if breaks or base.value is None or current.value is None:
        return RankChange(base.period, before, None, breaks)
    return RankChange(base.period, before, int(base.value - current.value))


def ranks_of(values: Mapping[str, Decimal | None]) -> dict[str, Rank]:
    """The rank of each that has a value, the greatest first; equal values share the better place.

    What has no value ("Không có hồ sơ") is not ranked, nor counted among the others; one alone has
    no rank.
    """
    told = {key: value for key, value in values.items() if value is not None}
    if len(told) == 1:
        return {}
    ordered = sorted(told.values(), reverse=True)
    return {
        key: Rank(ordered.index(value) + 1, len(ordered), ordered.count(value) > 1)
        for key, value in told.items()
    }


def worst_first(values: Mapping[str, Decimal | None]) -> list[str]:
    """The keys by their values, the least first, equal ones by key; those without one come last."""
    return sorted(values, key=lambda key: (values[key] is None, values[key] or Decimal(0), key))


def units_behind(unit: Unit, heirs: Mapping[str, str], period: Period) -> frozenset[str]:
    """The codes of all units that a period's figure of a unit speaks of.

    ``heirs`` say which unit stands for which ended one on the period's last day.

    Besides the codes a mark where the level itself was drawn anew: a commune may keep its name and
    code over 1/7/2025 and be another. A unit that had ended, or was still to come, has none.
    """
    if unit.ended_by(period.first) or not unit.begun_by(period.last):
        return frozenset()
    anew = unit.level in _REDRAWN and period.first >= REORGANISED
    marks = {REORGANISED.isoformat()} if anew else set()
    return frozenset({unit.code, *predecessors_of(unit.code, heirs), *marks})


def _breaks(base: Reading, current: Reading) -> tuple[Break, ...]:
    differs = {
        Break.RULES: base.rules != current.rules,
        Break.INTERFACE: (base.shown_by, base.maximum) != (current.shown_by, current.maximum),
        Break.UNIT: base.units != current.units,
    }
    return tuple(kind for kind, broken in differs.items() if broken)


def _is_jump(base: Reading, current: Reading) -> bool:
    shares = [
        (each.value or Decimal(0)) * _HUNDRED / each.maximum
        for each in (base, current)
        if each.maximum
    ]
    less, more = min(shares, default=Decimal(0)), max(shares, default=Decimal(0))
    return any(more - less >= rule.points and more >= rule.factor * less for rule in JUMPS)


def _in_other_field(base: Reading, current: Reading) -> bool:
    if base.field and current.field:
        return base.field != current.field
    return base.maximum != current.maximum


def _straddles(base: Period, current: Period) -> bool:
    return min(base, current).last < REORGANISED <= max(base, current).last
