"""A unit's evaluation put together from what was printed, what was published, what was counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from models.rates import Indicator
from models.types import Period, Side
from worker.core.index.comparison import Rank, ranks_of
from worker.core.index.evaluation import UnitEvaluation
from worker.core.index.rules import RANK, TOTAL, IndexRules
from worker.core.index.scoring import scores
from worker.core.index.values import (
    HUNDRED,
    Origin,
    ShownFigure,
    Value,
    Values,
    counted_value,
    published_values,
)
from worker.core.indicators import INDEX_CODE, NO_DOSSIERS, Key, Rate
from worker.core.times import local_day
from worker.core.units import Unit

_CENT = Decimal("0.01")

ON_TIME = INDEX_CODE[Indicator.ON_TIME]

# The portal's interfaces, the one that counts where there are both first.
INTERFACES = ("reporting", "legacy")


def published_of(
    rules: IndexRules, figures: Mapping[str, Sequence[ShownFigure]]
) -> dict[str, Value]:
    """What the portal published of one unit and period, told by one of its interfaces alone.

    Only a rank is taken from the other: one of them ranks, and nothing is computed from a rank.

    Args:
        rules: The version of the period.
        figures: The unit's figures over all procedures, by the interface that showed them.
    """
    told = [
        {
            code: replace(each, document=name)
            for code, each in published_values(rules, figures[name]).items()
        }
        for name in INTERFACES
        if figures.get(name)
    ]
    chosen = dict(told[0]) if told else {}
    for each in told[1:]:
        chosen |= {RANK: each[RANK]} if RANK in each and RANK not in chosen else {}
    return chosen


def counted_of(
    rates: Mapping[Key, Rate], unit: str, side: Side, as_of: datetime
) -> dict[str, Value]:
    """Our own rates of one unit by one side's records, by the codes of the index.

    Args:
        rates: Those of one reconciliation; one that is not there is of no dossiers.
        unit: Its code, empty for the province as a whole.
        side: Whose records.
        as_of: The cut-off of the reconciliation.
    """
    told = {(side, indicator) for _, side, indicator in rates}
    return {
        code: rate_value(code, rates.get((unit, side, indicator), NO_DOSSIERS), as_of)
        for indicator, code in INDEX_CODE.items()
        if (side, indicator) in told
    }


def rate_value(code: str, rate: Rate, as_of: datetime) -> Value:
    """A rate of ours; where all that belongs to it is untold there is neither a rate nor none."""
    if rate.untold and not rate.denominator:
        return Value(code=code, origin=Origin.COUNTED, as_of=as_of, untold=rate.untold)
    value = counted_value(code, rate.numerator, rate.denominator, as_of)
    return replace(value, untold=rate.untold)


def unit_evaluation(
    unit: Unit,
    rules: IndexRules,
    shown: Mapping[Origin, Values],
    counted: Mapping[Side, Values],
    first: Origin,
) -> UnitEvaluation:
    """One unit's evaluation, not ranked yet.

    ``shown`` are the printed and the published values; those of ``first`` count where it has any.
    """
    other = Origin.PRINTED if first is Origin.PUBLISHED else Origin.PUBLISHED
    chosen = shown.get(first) or shown.get(other) or {}
    return UnitEvaluation(
        unit=unit.code,
        name=unit.name,
        level=unit.level,
        values=chosen,
        printed=shown.get(Origin.PRINTED, {}),
        published=shown.get(Origin.PUBLISHED, {}),
        counted=counted.get(Side.PORTAL, {}),
        at_home=counted.get(Side.PROVINCE, {}),
        scores=scores(rules, chosen) if chosen else (),
    )


def ranked(units: Iterable[UnitEvaluation]) -> tuple[UnitEvaluation, ...]:
    """The same units, each with its place by the total among those of its level."""
    units = tuple(units)
    ranks = ranks_by(units, TOTAL)
    return tuple(
        replace(each, rank=ranks[each.unit].place if each.unit in ranks else None) for each in units
    )


def ranks_by(
    units: Sequence[UnitEvaluation], code: str, column: str | None = None
) -> dict[str, Rank]:
    """The units' ranks by one value, level by level; equal values share a place."""
    ranks: dict[str, Rank] = {}
    for level in dict.fromkeys(each.level for each in units):
        ranks |= ranks_of(amounts([each for each in units if each.level is level], code, column))
    return ranks


def amounts(
    peers: Sequence[UnitEvaluation], code: str, column: str | None = None
) -> dict[str, Decimal | None]:
    """By unit the value that ranks it among its peers, all told by the same: ``column``, if named.

    None for a unit of which that is not told, and for one that had no dossiers, whatever it was
    given for that: it is not ranked (domain, section 5).
    """
    column = column or common_column(peers, code)
    return {
        each.unit: None
        if column is None or idle(each)
        else amount_of(columns_of(each)[column].get(code))
        for each in peers
    }


def common_column(peers: Sequence[UnitEvaluation], code: str) -> str | None:
    """Who tells a value of units that are ranked together: what was chosen to count, if it does."""
    with_values = [each for each in peers if each.values] or peers
    names = [name for each in with_values[:1] for name in columns_of(each)]
    told = (
        name
        for name in names
        if any(amount_of(columns_of(each)[name].get(code)) is not None for each in peers)
    )
    return next(told, None)


def columns_of(unit: UnitEvaluation) -> dict[str, Values]:
    """All that is told of a unit, by who tells it; what was chosen to count comes first."""
    shown = {"printed": unit.printed, "published": unit.published}
    chosen = {name: values for name, values in shown.items() if values and values == unit.values}
    return {**chosen, **shown, "counted": unit.counted, "at_home": unit.at_home}


def idle(unit: UnitEvaluation) -> bool:
    """Whether a unit had no dossiers: by what was shown of it, else by our own count."""
    found = (values[ON_TIME] for values in columns_of(unit).values() if ON_TIME in values)
    first = next(found, None)
    return first is not None and first.empty


def amount_of(value: Value | None) -> Decimal | None:
    """The rate in points of a hundred, else the points; None where nothing was to be shown.

    A rate of which only the counts are told is rounded to two places.
    """
    if value is None or value.empty:
        return None
    if not is_rate(value):
        return value.score
    return value.percent if value.percent is not None else _rounded(value)


def is_rate(value: Value) -> bool:
    """Whether a value is one of an indicator, and not the points of a group, or a rank."""
    return value.code[:1].isdigit()


def _rounded(value: Value) -> Decimal | None:
    rate = value.rate
    if rate is None:
        return None
    return (HUNDRED * rate.numerator / rate.denominator).quantize(_CENT)


def is_provisional(value: Value, period: Period) -> bool:
    """Whether a value was cut off before its period was over."""
    if value.as_of is None:
        return False
    day = local_day(value.as_of) if isinstance(value.as_of, datetime) else value.as_of
    return day <= period.last


def is_open(evaluated: Iterable[UnitEvaluation], period: Period, as_of: datetime) -> bool:
    """Whether a period was still open at an instant, or when something shown of it was cut off."""
    shown = (value for each in evaluated for value in each.values.values())
    return local_day(as_of) <= period.last or any(is_provisional(each, period) for each in shown)
