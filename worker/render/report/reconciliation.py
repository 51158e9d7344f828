"""The annex of reconciling: the bridge of the whole, of each unit, and the dossiers behind it."""

from collections.abc import Callable, Sequence

from models.types import CountView
from worker.core.alerts.letter import LetterFigures, LetterStep
from worker.i18n import text
from worker.render.mail.words import sentence_of
from worker.render.report.bridge import bridge_chart, bridge_table, steps_table
from worker.render.report.cells import (
    NOTHING,
    columns,
    count,
    no_dossiers,
    numbered,
    share,
    standing_notes,
    told_by,
)
from worker.render.report.document import Block, Cell, Kind, Paragraph, Section, Table
from worker.render.report.facts import Facts, Reconciled, UnitFacts

_LATE: Sequence[tuple[str, Callable[[LetterFigures], int | None]]] = (
    ("late_province", lambda told: told.late_province),
    ("late_by_portal_rule", lambda told: told.late_by_portal_rule),
    ("late_portal", lambda told: told.late_portal),
    ("published", lambda told: told.published),
)


def reconciliation_section(facts: Facts, found: Reconciled) -> Section:
    """How the late count at home becomes the portal's, for the whole and unit by unit."""
    blocks: list[Block] = [
        Paragraph(text("report.reconciliation.intro")),
        bridge_table(facts, found),
        bridge_chart(found),
    ]
    if facts.unit is None:
        blocks += [units_table(facts, found), steps_table(facts, found)]
    blocks.append(causes_table(facts, found))
    return Section(
        key="reconciliation", title=text("report.reconciliation.title"), blocks=tuple(blocks)
    )


def units_table(facts: Facts, found: Reconciled) -> Table:
    """The rungs of every unit's bridge side by side, in the order of the province's folder."""
    rows = [
        (*head, *_late(unit)) for head, unit in zip(numbered(found.units), found.units, strict=True)
    ]
    total = (NOTHING, Cell(text("report.cell.total")), *_late(found.whole))
    named = [(name, Kind.COUNT, 12) for name, _ in _LATE]
    rest = [
        ("difference", Kind.SIGNED, 11),
        ("unexplained", Kind.SIGNED, 11),
        ("counted", Kind.COUNT, 12),
        ("late_share", Kind.PERCENT, 11),
    ]
    return Table(
        key="late_by_unit",
        title=text("report.late.title"),
        columns=columns("late", ("place", Kind.COUNT, 5), ("unit", Kind.TEXT, 34), *named, *rest),
        rows=(*rows, total),
        totals=frozenset({len(rows)}),
        notes=(
            *standing_notes(found, facts, *told_by(found)),
            *_merged(found),
        ),
    )


def _late(unit: UnitFacts) -> tuple[Cell, ...]:
    if not unit.has_dossiers and unit.figures.published is None:
        return (no_dossiers(), *[NOTHING] * (len(_LATE) + 3))
    told = unit.figures
    counted = unit.counted(CountView.PORTAL)
    return (
        *(count(value(told)) for _, value in _LATE),
        count(told.difference, "bad" if told.difference else ""),
        count(told.unexplained, "bad" if told.unexplained else ""),
        count(counted),
        share(told.late_portal, counted),
    )


def _merged(found: Reconciled) -> list[str]:
    return [
        text("report.late.merged", unit=unit.name, units=", ".join(unit.merged))
        for unit in found.units
        if unit.merged
    ]


def causes_table(facts: Facts, found: Reconciled) -> Table:
    """Every cause with its weight, what it means and what to do about it."""
    steps = sorted(found.whole.steps, key=lambda step: (step.cause.kind.value, -abs(step.count)))
    rows = [(Cell(place), *_cause(step)) for place, step in enumerate(steps, start=1)]
    moved = sum(step.count for step in steps)
    total = (NOTHING, Cell(text("report.cell.total")), NOTHING, Cell(moved), NOTHING, NOTHING)
    return Table(
        key="causes",
        title=text("report.causes.title"),
        columns=columns(
            "causes",
            ("place", Kind.COUNT, 5),
            ("cause", Kind.TEXT, 26),
            ("kind", Kind.TEXT, 13),
            ("count", Kind.SIGNED, 11),
            ("meaning", Kind.TEXT, 50),
            ("advice", Kind.TEXT, 34),
        ),
        rows=(*rows, total),
        totals=frozenset({len(rows)}),
        notes=(text("report.causes.note"), *standing_notes(found, facts, *told_by(found))),
    )


def _cause(step: LetterStep) -> tuple[Cell, ...]:
    cause = step.cause
    return (
        Cell(sentence_of(text(f"causes.label.{cause.value}"))),
        Cell(text(f"states.kind.{cause.kind.value}")),
        Cell(step.count),
        Cell(text(f"causes.meaning.{cause.value}")),
        Cell(text(f"causes.advice.{cause.value}")),
    )
