"""Group by group, what each side says of every indicator, and whether the scores hold."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from worker.core.index.checks import Note, cross_checks
from worker.core.index.evaluation import UnitEvaluation
from worker.core.index.readings import unit_in
from worker.core.index.scoring import Score, Standing, scores
from worker.core.index.values import Values
from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.report.cells import NOTHING, unknown
from worker.render.report.document import (
    Block,
    Cell,
    Column,
    Kind,
    Paragraph,
    Section,
    Table,
)
from worker.render.report.facts import Index
from worker.render.report.index_values import (
    SHOWN,
    amount_cell,
    codes_by_group,
    count_cells,
    has_counts,
    index_notes,
    name_of,
    score_cell,
    tells_any,
    values_of,
)

WAYS = (*SHOWN, "counted", "at_home")
_MARKS = {Standing.REPRODUCED: "good", Standing.NOT_REPRODUCED: "bad"}
_SHOWN = Decimal("0.01")
_Row = tuple[Cell, ...]


def groups_section(index: Index, code: str) -> Section | None:
    """A table a group, then the check of the scores and what can't be right together."""
    unit = unit_in(index.current, code)
    if unit is None or not any(values_of(unit, way) for way in WAYS):
        return None
    blocks: list[Block] = [Paragraph(text("report.groups.intro"))]
    told = {each for way in WAYS for each in values_of(unit, way)}
    for group, codes in codes_by_group(index.current.rules, told):
        if group and codes:
            blocks.append(_Group(index, unit, group, codes).table())
    blocks += _checks(index, unit)
    return Section(key="groups", title=text("report.groups.title"), blocks=tuple(blocks))


class _Group:
    """The table of one group: ways of telling beside each other, never mixed."""

    def __init__(
        self, index: Index, unit: UnitEvaluation, group: str, codes: Sequence[str]
    ) -> None:
        self.index = index
        self.unit = unit
        self.group = group
        self.codes = codes
        self.ways = [way for way in WAYS if tells_any(self._values(way).values())]

    def _values(self, way: str) -> Values:
        wanted = {self.group, *self.codes}
        return {code: value for code, value in values_of(self.unit, way).items() if code in wanted}

    def table(self) -> Table:
        """The indicators, and the group's own score below them."""
        rows = [self._row(code) for code in self.codes]
        shown = any(self.group in self._values(way) for way in SHOWN)
        total = [self._row(self.group)] if shown else []
        return Table(
            key=f"group_{self.group.lower()}",
            title=text("report.groups.table", group=name_of(self.group)),
            columns=tuple(self._columns()),
            rows=(*rows, *total),
            totals=frozenset({len(rows)}) if total else frozenset(),
            notes=tuple(
                note
                for way in self.ways
                for note in index_notes([self.index.current], way, [self.unit.unit])
            ),
        )

    def _columns(self) -> Iterator[Column]:
        yield _column("index", Kind.TEXT, 8)
        yield _column("indicator", Kind.TEXT, 40)
        yield _column("maximum", Kind.POINTS, 8)
        for way in self.ways:
            above = text(f"report.groups.way.{way}")
            if self._has_counts(way):
                yield _column("numerator", Kind.COUNT, 10, way, above)
                yield _column("denominator", Kind.COUNT, 10, way, above)
            yield _column("rate", Kind.PERCENT, 10, way, above)
            if way in SHOWN:
                yield _column("points", Kind.POINTS, 9, way, above)

    def _has_counts(self, way: str) -> bool:
        return has_counts(self._values(way).values())

    def _row(self, code: str) -> _Row:
        maximum = self.index.current.rules.maximum_of(code)
        cells = [cell for way in self.ways for cell in self._told(way, code)]
        return (
            NOTHING if code == self.group else Cell(code.partition("_")[0]),
            Cell(name_of(code)),
            NOTHING if maximum is None else Cell(maximum),
            *cells,
        )

    def _told(self, way: str, code: str) -> Iterator[Cell]:
        value = self._values(way).get(code)
        is_score = code == self.group
        if self._has_counts(way):
            yield from (NOTHING, NOTHING) if is_score else count_cells(value)
        yield NOTHING if is_score else amount_cell(value, self.index.current.rules)
        if way in SHOWN:
            yield score_cell(value, self.index.current.rules) if is_score or value else NOTHING


def _column(name: str, kind: Kind, width: int, way: str = "", above: str = "") -> Column:
    return Column(
        key=f"{way}_{name}" if way else name,
        heading=text(f"report.groups.column.{name}"),
        kind=kind,
        width=width,
        above=above,
    )


def _checks(index: Index, unit: UnitEvaluation) -> Iterator[Block]:
    for way in SHOWN:
        values = values_of(unit, way)
        if values:
            yield _check(index, unit, way, values)
            is_whole = unit is index.current.province
            national = index.current.national if is_whole else None
            for note in cross_checks(index.current.rules, values, national):
                yield Paragraph(_told(note), is_note=True)


def _check(index: Index, unit: UnitEvaluation, way: str, values: Values) -> Table:
    """The shown scores beside what the rules make of the shown rates."""
    rules = index.current.rules
    found = scores(rules, values)
    return Table(
        key=f"score_check_{way}",
        title=text(f"report.check.{way}"),
        columns=tuple(
            Column(key=key, heading=text(f"report.check.column.{key}"), kind=kind, width=width)
            for key, kind, width in (
                ("group", Kind.TEXT, 32),
                ("shown", Kind.POINTS, 10),
                ("maximum", Kind.POINTS, 10),
                ("computed", Kind.POINTS, 10),
                ("off", Kind.CHANGE, 10),
                ("standing", Kind.TEXT, 16),
                ("why", Kind.TEXT, 44),
            )
        ),
        rows=tuple(_check_row(each) for each in found),
        totals=frozenset({len(found) - 1}),
        notes=(
            text("report.check.note", rules=rules.name),
            *index_notes([index.current], way, [unit.unit]),
        ),
    )


def _check_row(score: Score) -> _Row:
    return (
        Cell(name_of(score.code)),
        unknown() if score.shown is None else Cell(score.shown),
        Cell(score.maximum),
        unknown() if score.computed is None else Cell(score.computed),
        NOTHING if score.off is None else Cell(_off(score.off)),
        Cell(text(f"index.standing.{score.standing.value}"), mark=_MARKS.get(score.standing, "")),
        Cell("; ".join(_why(score))),
    )


def _off(value: Decimal) -> Decimal:
    """As exact as scores are shown: what is off by less is off by nothing, without a sign."""
    return value.quantize(_SHOWN) + 0


def _why(score: Score) -> Iterator[str]:
    if score.reason is not None:
        yield text(f"index.missing.{score.reason.value}", codes=_named(score.missing))
    if score.least is not None and score.most is not None:
        least, most = number(score.least), number(score.most)
        yield text("index.missing.range", least=least, most=most)
    if not score.confirmed:
        yield text("index.missing.unconfirmed")


def _named(codes: Sequence[str]) -> str:
    return ", ".join(each if each[:1].isdigit() else name_of(each) for each in codes)


def _told(note: Note) -> str:
    return text(
        f"index.note.{note.kind.value}",
        shown=number(note.shown),
        other=number(note.other),
        codes=_named(note.codes),
    )
