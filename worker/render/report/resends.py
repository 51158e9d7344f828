"""The annex of re-sends: what was asked for in the period, what went, what came of it."""

from worker.core.improvement import Standing
from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.report.cells import NOTHING, columns, count, unknown
from worker.render.report.document import Cell, Kind, Paragraph, Section, Table
from worker.render.report.facts import Facts, SentAgain


def resends_section(facts: Facts) -> Section | None:
    """The table, unit by unit; None where nothing was sent again in the period."""
    if not facts.resent:
        return None
    words = Paragraph(text("report.resends.intro"))
    title = text("report.resends.title")
    return Section(key="resends", title=title, blocks=(words, _table(facts)))


def _table(facts: Facts) -> Table:
    units = [each for each in facts.resent if each.unit]
    rows = [
        (Cell(place), Cell(each.unit), *_figures(each)) for place, each in enumerate(units, start=1)
    ]
    sums = [each for each in facts.resent if not each.unit]
    totals = frozenset(range(len(rows), len(rows) + len(sums)))
    rows += [(NOTHING, Cell(text("report.cell.total")), *_figures(each)) for each in sums]
    return Table(
        key="resends",
        title=text("report.resends.table"),
        columns=columns(
            "resends",
            ("place", Kind.COUNT, 5),
            ("unit", Kind.TEXT, 32),
            ("asked", Kind.COUNT, 10),
            ("sent", Kind.COUNT, 10),
            ("closed", Kind.COUNT, 10),
            ("left", Kind.COUNT, 10),
            ("late_before", Kind.COUNT, 12),
            ("late_after", Kind.COUNT, 12),
        ),
        rows=tuple(rows),
        totals=totals,
        notes=_notes(facts, units),
    )


def _figures(each: SentAgain) -> tuple[Cell, ...]:
    effect = each.effect
    return (
        count(effect.asked),
        count(effect.sent),
        count(effect.closed),
        count(effect.unchanged + effect.worse),
        _late(effect.before),
        _late(effect.after),
    )


def _late(standing: Standing | None) -> Cell:
    return unknown() if standing is None else count(standing.late)


def _notes(facts: Facts, units: list[SentAgain]) -> tuple[str, ...]:
    made = text("report.resends.made", at=instant(facts.written_at))
    waiting = sum(each.effect.waiting + each.effect.unknown for each in units)
    if not waiting:
        return (made,)
    return (made, text("report.resends.waiting_note", n=number(waiting)))
