"""What the letter itself says: the figures that matter, the units to look at, what to do."""

from collections.abc import Iterator

from models.types import Cause, CauseKind, CountView
from worker.core.alerts.letter import LetterStep
from worker.i18n import text
from worker.i18n.numbers import month, number, percent, signed
from worker.render.mail.words import sentence_of
from worker.render.report.cells import columns, count, cutoff_note, share, standing_notes, told_by
from worker.render.report.document import Block, Cell, Kind, Paragraph, Section, Table
from worker.render.report.facts import Facts, Reconciled, UnitFacts

_MOST_UNITS = 5
_MOST_CAUSES = 3
_MOST_ADVICE = 5


def lead_section(facts: Facts) -> Section:
    """The body of the letter."""
    opening = text("report.lead.opening", about=facts.about, month=month(facts.period.first))
    blocks: list[Block] = [Paragraph(opening)]
    if facts.reconciled is None:
        blocks.append(Paragraph(text("report.lead.not_reconciled")))
    else:
        blocks += _reconciled(facts, facts.reconciled)
    blocks.append(Paragraph(text("report.lead.closing")))
    return Section(
        key="lead", title=text("report.lead.title"), blocks=tuple(blocks), is_annex=False
    )


def _reconciled(facts: Facts, found: Reconciled) -> Iterator[Block]:
    yield Paragraph(cutoff_note(found, facts))
    if not found.complete:
        yield Paragraph(text("report.cutoff.incomplete"))
    if found.complete or found.whole.has_dossiers:
        yield Paragraph(_late(found.whole))
        yield Paragraph(_difference(found.whole, complete=found.complete))
    else:
        yield Paragraph(text("report.lead.none_read", about=found.whole.name))
    worst = _worst(found)
    if facts.unit is None and worst:
        yield _worst_table(facts, found, worst)
    yield from map(Paragraph, _synced(found.whole))
    yield from map(Paragraph, _to_do(found.whole))


def _late(unit: UnitFacts) -> str:
    told = unit.figures
    if not unit.has_dossiers:
        return text("report.lead.no_dossiers", about=unit.name)
    counted = unit.counted(CountView.PORTAL)
    shown = percent(told.late_portal / counted) if counted else text("report.cell.no_dossiers")
    return text(
        "report.lead.late",
        province=number(told.late_province),
        by_rule=number(told.late_by_portal_rule),
        portal=number(told.late_portal),
        counted=number(counted),
        share=shown,
    )


def _difference(unit: UnitFacts, *, complete: bool) -> str:
    told = unit.figures
    words = [text("report.lead.agree" if complete else "report.lead.none_found")]
    if unit.steps:
        n = signed(told.difference)
        words = [text("report.lead.difference", n=n, causes=_causes(unit.steps))]
    if told.published is None:
        words.append(text("report.lead.not_published"))
    else:
        key = "unexplained" if told.unexplained else "explained"
        n = signed(told.unexplained or 0)
        words.append(text(f"report.lead.{key}", published=number(told.published), n=n))
    return " ".join(words)


def _causes(steps: tuple[LetterStep, ...]) -> str:
    """The weightiest by name, the others together, so that the sentence still adds up."""
    ordered = sorted(steps, key=lambda step: -abs(step.count))
    told = [_cause(step) for step in ordered[:_MOST_CAUSES]]
    rest = ordered[_MOST_CAUSES:]
    if rest:
        total = signed(sum(step.count for step in rest))
        told.append(text("report.lead.rest", n=number(len(rest)), total=total))
    return "; ".join(told)


def _cause(step: LetterStep) -> str:
    return f"{text(f'causes.label.{step.cause.value}')} ({signed(step.count)})"


def _worst(found: Reconciled) -> list[UnitFacts]:
    """The units with the highest late share on the portal, the worst first."""
    late = [unit for unit in found.units if unit.figures.late_portal and _share(unit)]
    return sorted(late, key=lambda unit: (-_share(unit), -unit.figures.late_portal, unit.code))[
        :_MOST_UNITS
    ]


def _share(unit: UnitFacts) -> float:
    counted = unit.counted(CountView.PORTAL)
    return unit.figures.late_portal / counted if counted else 0.0


def _worst_table(facts: Facts, found: Reconciled, worst: list[UnitFacts]) -> Table:
    return Table(
        key="worst_units",
        title=text("report.worst.title"),
        columns=columns(
            "worst",
            ("place", Kind.RANK, 6),
            ("unit", Kind.TEXT, 32),
            ("late", Kind.COUNT, 12),
            ("counted", Kind.COUNT, 12),
            ("share", Kind.PERCENT, 12),
            ("difference", Kind.SIGNED, 12),
            ("cause", Kind.TEXT, 30),
        ),
        rows=tuple(_worst_row(place, unit) for place, unit in enumerate(worst, start=1)),
        notes=standing_notes(found, facts, *told_by(found)),
    )


def _worst_row(place: int, unit: UnitFacts) -> tuple[Cell, ...]:
    counted = unit.counted(CountView.PORTAL)
    weight = max(unit.steps, key=lambda step: abs(step.count), default=None)
    cause = "" if weight is None else text(f"causes.label.{weight.cause.value}")
    return (
        Cell(place),
        Cell(unit.name),
        count(unit.figures.late_portal),
        count(counted),
        share(unit.figures.late_portal, counted, "bad"),
        count(unit.figures.difference),
        Cell(sentence_of(cause)),
    )


def _synced(unit: UnitFacts) -> Iterator[str]:
    told = unit.health
    if told is not None and told.received:
        yield text(
            "report.lead.synced",
            on_portal=number(told.on_portal),
            received=number(told.received),
            share=percent(told.on_portal / told.received),
        )


def _to_do(unit: UnitFacts) -> Iterator[str]:
    """What the causes of data call for, the weightiest first; one advice is said once."""
    asked: dict[str, list[LetterStep]] = {}
    for step in sorted(unit.steps, key=lambda step: -abs(step.count)):
        if step.cause.kind is CauseKind.DATA and step.cause is not Cause.IN_FLIGHT:
            asked.setdefault(text(f"causes.advice.{step.cause.value}"), []).append(step)
    if asked:
        yield text("report.lead.to_do")
    for place, (advice, steps) in enumerate(list(asked.items())[:_MOST_ADVICE], start=1):
        causes = "; ".join(map(_cause, steps))
        yield text("report.lead.advice", place=place, advice=advice.rstrip("."), causes=causes)
    if len(asked) > _MOST_ADVICE:
        yield text("report.lead.more_advice")
