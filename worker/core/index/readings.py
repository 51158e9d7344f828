"""What a period shows of one value of one unit, in every way it is shown, ready to be compared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from worker.core.index.assembly import (
    ON_TIME,
    amount_of,
    columns_of,
    is_rate,
    ranks_by,
)
from worker.core.index.comparison import Rank, Reading, units_behind
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.rules import RANK
from worker.core.index.values import HUNDRED, Value, Values
from worker.core.units import UnitDirectory


class Readings:
    """Reads evaluations of one province, whose units ``directory`` lists."""

    def __init__(self, directory: UnitDirectory) -> None:
        self._directory = directory
        self._heirs: dict[date, Mapping[str, str]] = {}

    def of(self, evaluation: Evaluation, unit: str, code: str) -> list[Reading]:
        """A unit's value in each way it is shown, the one chosen to count first."""
        found, listed = unit_in(evaluation, unit), self._directory.get(unit)
        if found is None or listed is None:
            return []
        behind = units_behind(listed, self._heirs_on(evaluation.period.last), evaluation.period)
        return [
            Reading(
                period=evaluation.period,
                value=None if _is_idle(values) else amount_of(value),
                maximum=_maximum(value),
                rules=evaluation.rules.name,
                shown_by=_shown_by(column, value),
                units=behind,
            )
            for column, values in columns_of(found).items()
            if (value := values.get(code)) is not None
        ]

    def _heirs_on(self, day: date) -> Mapping[str, str]:
        """Which unit stands for which ended one on a day; looked up once, for all units ask."""
        if day not in self._heirs:
            self._heirs[day] = self._directory.heirs_on(day)
        return self._heirs[day]

    def ranks(self, evaluation: Evaluation, unit: str, code: str) -> list[Reading]:
        """The same of its rank: as shown of the province, ours by ``code`` of another unit."""
        if unit == evaluation.province.unit:
            return self.of(evaluation, unit, RANK)
        peers = peers_of(evaluation, unit)
        field = frozenset(each.unit for each in peers)
        found: list[Reading] = []
        for reading in self.of(evaluation, unit, code):
            rank = ranks_by(peers, code, reading.shown_by.partition(" ")[0]).get(unit)
            if rank is not None:
                place, of = Decimal(rank.place), Decimal(rank.of)
                found.append(replace(reading, value=place, maximum=of, field=field))
        return found

    def rank(self, evaluation: Evaluation, unit: str, code: str) -> Rank | None:
        """The rank that counts: as shown of the province, ours by ``code`` of another unit."""
        if unit != evaluation.province.unit:
            return ranks_by(peers_of(evaluation, unit), code).get(unit)
        shown = (each for each in self.ranks(evaluation, unit, code) if each.value is not None)
        first = next(shown, None)
        return None if first is None else Rank(int(first.value or 0), int(first.maximum))


def unit_in(evaluation: Evaluation, code: str) -> UnitEvaluation | None:
    """A unit of the period, the province among them."""
    units = (evaluation.province, *evaluation.units)
    return next((each for each in units if each.unit == code), None)


def peers_of(evaluation: Evaluation, code: str) -> list[UnitEvaluation]:
    """The units of a unit's level, it among them."""
    found = unit_in(evaluation, code)
    return [each for each in evaluation.units if found and each.level is found.level]


def _is_idle(values: Values) -> bool:
    """Whether whoever tells these saw no dossiers: scores given for that are no base to compare."""
    return ON_TIME in values and values[ON_TIME].empty


def _maximum(value: Value) -> Decimal:
    """The most a value can be; of a rank, how many are ranked."""
    if is_rate(value):
        return HUNDRED
    return value.maximum or Decimal(value.denominator or 0) or HUNDRED


def _shown_by(column: str, value: Value) -> str:
    """How it was shown: of what the portal published the interface counts too."""
    return f"{column} {value.document}" if column == "published" else column
