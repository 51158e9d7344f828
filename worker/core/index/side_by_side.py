"""A unit's index in one period beside other periods, as plain values for people and programs.

Nothing is averaged, a computed score stands beside the shown one and never in its place, and what
others show never mixes with what we counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.types import Period
from worker.core.index.assembly import amounts, columns_of, common_column
from worker.core.index.comparison import (
    Change,
    Rank,
    RankChange,
    Reading,
    Sign,
    alike,
    change,
    is_frozen,
    rank_change,
    worst_first,
)
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.readings import Readings, peers_of, unit_in
from worker.core.index.rules import TOTAL, Target
from worker.core.index.scoring import Score, Verdict, scores, verdict_of
from worker.core.index.values import LATE, Value
from worker.core.units import UnitDirectory

SHOWN = ("printed", "published")  # by others; only these are checked against the rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The total, a group or a component: what each side says of it, and how that changed.

    ``values`` are by ``printed``, ``published``, ``counted`` (of the portal's records) and
    ``at_home``, those that there are; ``verdicts`` by the same names. ``scores`` are the checks of
    the printed and of the published score. ``changes`` are by period, None where one has nothing.
    """

    code: str
    group: str
    values: Mapping[str, Value]
    verdicts: Mapping[str, Verdict]
    scores: Mapping[str, Score]
    target: Target | None
    national: Value | None
    changes: Mapping[Period, Change | None]
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A unit in one period beside other periods.

    ``rank`` is as shown for the province, for a unit that by a value among the units of its level;
    ``ranked_by`` is who tells that value.
    """

    unit: UnitEvaluation
    entries: tuple[Entry, ...]
    rank: Rank | None
    ranked_by: str | None
    rank_changes: Mapping[Period, RankChange | None]


class SideBySide:
    """Compares a period's evaluation with those of other periods, in the order given."""

    def __init__(
        self, current: Evaluation, bases: Sequence[Evaluation], directory: UnitDirectory
    ) -> None:
        self.current = current
        self.bases = tuple(bases)
        self._readings = Readings(directory)

    def of(self, code: str, group: str | None = None) -> Compared | None:
        """A unit, or the province, in one group or all; None where the period had no such unit."""
        unit = unit_in(self.current, code)
        if unit is None:
            return None
        codes = [each for each in self._codes(unit) if group in (None, self._group(each))]
        return self._compared(unit, codes, TOTAL)

    def by(self, code: str) -> list[Compared]:
        """One value of every unit of the period: level by level, the worst first.

        Units without dossiers, and those of which it is not told, come last.
        """
        units = {unit.unit: unit for unit in self.current.units}
        found: list[Compared] = []
        for level in dict.fromkeys(unit.level for unit in units.values()):
            values = amounts([each for each in units.values() if each.level is level], code)
            found += [self._compared(units[key], (code,), code) for key in worst_first(values)]
        return found

    def _compared(self, unit: UnitEvaluation, codes: Iterable[str], ranked_by: str) -> Compared:
        checks = {
            name: {each.code: each for each in scores(self.current.rules, values)}
            for name, values in columns_of(unit).items()
            if name in SHOWN
        }
        return Compared(
            unit=unit,
            entries=tuple(self._entry(unit, code, checks) for code in codes),
            rank=self._readings.rank(self.current, unit.unit, ranked_by),
            ranked_by=common_column(peers_of(self.current, unit.unit), ranked_by),
            rank_changes={
                base.period: self._rank_change(base, unit.unit, ranked_by) for base in self.bases
            },
        )

    def _codes(self, unit: UnitEvaluation) -> Iterator[str]:
        """The total, the groups, then the components and what else anybody tells of."""
        rules = self.current.rules
        told = {code for values in columns_of(unit).values() for code in values}
        yield TOTAL
        yield from (group.code for group in rules.groups)
        beside = [LATE, *(code for code, _ in rules.others)]
        rates = [*(each.code for each in rules.components), *beside]
        for group in rules.groups:
            yield from (each for each in rates if each in told and self._group(each) == group.code)

    def _group(self, code: str) -> str:
        """The group of a rate, or a group's own code; empty for the total.

        What stands beside the components belongs with those of the same first number.
        """
        rules = self.current.rules
        if rules.group(code):
            return code
        first = code.partition(".")[0]
        near = (each for each in rules.components if each.code.partition(".")[0] == first)
        found = rules.component(code) or next(near, None)
        return found.group if found else ""

    def _entry(
        self, unit: UnitEvaluation, code: str, checks: Mapping[str, Mapping[str, Score]]
    ) -> Entry:
        rules = self.current.rules
        columns = columns_of(unit)
        values = {name: column[code] for name, column in columns.items() if code in column}
        target = rules.target_of(code)
        currents = self._readings.of(self.current, unit.unit, code)
        earlier = {base.period: self._readings.of(base, unit.unit, code) for base in self.bases}
        is_whole = unit.unit == self.current.province.unit
        return Entry(
            code=code,
            group=self._group(code),
            values=values,
            verdicts={name: verdict_of(value, target) for name, value in values.items()},
            scores={name: found[code] for name, found in checks.items() if code in found},
            target=target,
            national=self.current.national.get(code) if is_whole else None,
            changes={period: _change(bases, currents) for period, bases in earlier.items()},
            signs=_signs([*earlier.items(), (self.current.period, currents)]),
        )

    def _rank_change(self, base: Evaluation, unit: str, code: str) -> RankChange | None:
        ranks = [self._readings.ranks(each, unit, code) for each in (base, self.current)]
        pair = alike(*ranks)
        return rank_change(*pair) if pair else None


def _change(bases: Sequence[Reading], currents: Sequence[Reading]) -> Change | None:
    pair = alike(bases, currents)
    return change(*pair) if pair else None


def _signs(series: Iterable[tuple[Period, Sequence[Reading]]]) -> tuple[Sign, ...]:
    """FROZEN where a value as others show it, in any one way, stayed the same."""
    in_time = sorted(series, key=lambda each: each[0])
    ordered = [
        each for _, readings in in_time for each in readings if each.shown_by.startswith(SHOWN)
    ]
    ways = dict.fromkeys(each.shown_by for each in ordered)
    frozen = any(is_frozen([each for each in ordered if each.shown_by == way]) for way in ways)
    return (Sign.FROZEN,) if frozen else ()
