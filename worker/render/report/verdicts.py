"""Each indicator with a target: the rate, the mean of the country, and whether it is reached."""

from collections.abc import Iterator

from worker.core.index.readings import unit_in
from worker.core.index.rules import Target
from worker.core.index.scoring import Verdict, verdict_of
from worker.core.index.values import Values
from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.report.document import Cell, Column, Kind, Section, Table
from worker.render.report.facts import Index
from worker.render.report.groups import WAYS
from worker.render.report.index_values import (
    amount_cell,
    codes_by_group,
    index_notes,
    name_of,
    tells_any,
    values_of,
)

_MARKS = {Verdict.MET: "good", Verdict.NOT_MET: "bad"}


def verdicts_section(index: Index, code: str) -> Section | None:
    """One table; None where no indicator that is told has a target."""
    unit = unit_in(index.current, code)
    told = {way: values_of(unit, way) for way in WAYS}
    found = _Verdicts(index, code, {way: values for way, values in told.items() if values})
    if not found.codes:
        return None
    return Section(key="verdicts", title=text("report.verdicts.title"), blocks=(found.table(),))


class _Verdicts:
    """The indicators that have a target, with the verdict on what each side tells."""

    def __init__(self, index: Index, unit: str, told: dict[str, Values]) -> None:
        self.index = index
        self.unit = unit
        listed = codes_by_group(
            index.current.rules, {code for values in told.values() for code in values}
        )
        rules = index.current.rules
        self.codes = [code for _, codes in listed for code in codes if rules.target_of(code)]
        self.told = {
            way: values
            for way, values in told.items()
            if tells_any(values[code] for code in self.codes if code in values)
        }
        is_whole = unit == index.current.province.unit
        self.national = index.current.national if is_whole else {}

    def table(self) -> Table:
        """In the order of the rules."""
        return Table(
            key="verdicts",
            title=text("report.verdicts.table"),
            columns=tuple(self._columns()),
            rows=tuple(tuple(self._row(code)) for code in self.codes),
            notes=(
                text("report.verdicts.note"),
                *(
                    note
                    for way in self.told
                    for note in index_notes([self.index.current], way, [self.unit])
                ),
            ),
        )

    def _columns(self) -> Iterator[Column]:
        yield _column("index", Kind.TEXT, 8)
        yield _column("indicator", Kind.TEXT, 40)
        yield _column("target", Kind.TEXT, 12)
        if self.national:
            yield _column("national", Kind.PERCENT, 12)
        for way in self.told:
            above = text(f"report.groups.way.{way}")
            yield _column("rate", Kind.PERCENT, 10, way, above)
            yield _column("verdict", Kind.TEXT, 12, way, above)
        yield _column("source", Kind.TEXT, 30)

    def _row(self, code: str) -> Iterator[Cell]:
        rules = self.index.current.rules
        target = rules.target_of(code)
        yield Cell(code.partition("_")[0])
        yield Cell(name_of(code))
        yield Cell(_said(target))
        if self.national:
            yield amount_cell(self.national.get(code), rules)
        for values in self.told.values():
            verdict = verdict_of(values.get(code), target)
            yield amount_cell(values.get(code), rules)
            yield Cell(text(f"index.verdict.{verdict.value}"), mark=_MARKS.get(verdict, ""))
        yield Cell(target.source if target else "")


def _said(target: Target | None) -> str:
    if target is None:
        return ""
    key = "above" if target.above else "from"
    return text(f"report.verdicts.{key}", at=number(target.at))


def _column(name: str, kind: Kind, width: int, way: str = "", above: str = "") -> Column:
    return Column(
        key=f"{way}_{name}" if way else name,
        heading=text(f"report.verdicts.column.{name}"),
        kind=kind,
        width=width,
        above=above,
    )
