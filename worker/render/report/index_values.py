"""What the tables of index 766 have in common: its periods, its codes, its values as cells.

What documents print, what the portal publishes and what we counted are told apart everywhere: by
``way``, one of ``printed``, ``published``, ``counted`` and ``at_home``.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from models.types import Period
from worker.core.index.assembly import amount_of, is_rate
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.readings import unit_in
from worker.core.index.rules import RANK, TOTAL, Component, IndexRules
from worker.core.index.values import Value, Values
from worker.core.times import local_day
from worker.i18n import has_text, text
from worker.i18n.numbers import day, month, number
from worker.render.mail.words import sentence_of
from worker.render.report.cells import no_dossiers, unknown
from worker.render.report.document import Cell
from worker.render.report.facts import Index

SHOWN = ("printed", "published")
_DIGITS = Decimal("0.01")


def periods_of(index: Index, way: str, units: Iterable[str]) -> list[Evaluation]:
    """The evaluations side by side, the oldest first: the report's own, and whatever tells any."""
    wanted = list(units)
    told = [base for base in index.bases if any(values_in(base, unit, way) for unit in wanted)]
    return sorted((*told, index.current), key=lambda each: each.period)


def base_of(index: Index, periods: Sequence[Evaluation]) -> Period | None:
    """The period a change is told from: the last before the report's own."""
    before = [each.period for each in periods if each.period < index.current.period]
    return before[-1] if before else None


def values_of(unit: UnitEvaluation | None, way: str) -> Values:
    """What is told of a unit in one way."""
    values: Values = getattr(unit, way) if unit else {}
    return values


def values_in(evaluation: Evaluation, unit: str, way: str) -> Values:
    """The same in one period; nothing where the period has no such unit."""
    return values_of(unit_in(evaluation, unit), way)


def ways_of(index: Index, units: Iterable[str]) -> list[str]:
    """In which ways anybody showed anything of these units in the report's own period."""
    told = [unit_in(index.current, unit) for unit in units]
    return [way for way in SHOWN if any(values_of(unit, way) for unit in told)]


def heading_of(evaluation: Evaluation) -> str:
    """A period over its columns, saying where its figures may still change."""
    name = sentence_of(month(evaluation.period.first))
    return text("report.index.provisional", month=name) if evaluation.provisional else name


def name_of(code: str) -> str:
    """A group, the total or an indicator in words; the code where nobody has found any."""
    for kind in ("group", "component"):
        key = f"index.{kind}.{code}"
        if has_text(key):
            return text(key)
    return code


def codes_by_group(rules: IndexRules, told: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Each group with the indicators told of it, in the order of the rules; the others last."""
    left = sorted(code for code in set(told) if code[:1].isdigit())
    for group in rules.groups:
        listed = [each.code for each in group.components if each.code in left]
        beside = [
            code for code in left if code not in listed and _group_of(rules, code) == group.code
        ]
        yield group.code, [*listed, *beside]
    rest = [code for code in left if _group_of(rules, code) is None]
    if rest:
        yield "", rest


def _group_of(rules: IndexRules, code: str) -> str | None:
    """The group of an indicator, or of the one it is a part of: 2.1_late of 2.1, 3.1.1 of 3.1."""
    whole = code.partition("_")[0]
    parts = whole if whole.count(".") < 2 else whole.rpartition(".")[0]  # noqa: PLR2004
    component = rules.component(whole) or rules.component(parts)
    return component.group if component else None


def amount_cell(value: Value | None, rules: IndexRules) -> Cell:
    """A value as shown: a rate, or points; "no dossiers" and "not told" are not nought."""
    if value is None:
        return unknown()
    if value.empty:
        return _none_of(rules.component(value.code))
    amount = amount_of(value)
    if amount is None:
        return Cell(said=value.said) if value.said else unknown()
    return Cell(_rounded(amount) if value.origin == "counted" else amount)


def score_cell(value: Value | None, rules: IndexRules) -> Cell:
    """Points as shown; with the scale beside them where that is not the usual one of the code."""
    if value is None or value.score is None:
        is_score = value is None or not is_rate(value)
        return unknown() if is_score else Cell()
    usual = rules.maximum_of(value.code)
    if value.maximum is None or usual is None or value.maximum == usual:
        return Cell(value.score)
    return Cell(f"{number(value.score)}/{number(value.maximum)}")


def _none_of(component: Component | None) -> Cell:
    """There was no case: of dossiers, or of what else is counted."""
    if component is None or "dossiers" in component.denominator:
        return no_dossiers()
    return Cell(said=text("report.cell.none_arose"), mark="note")


def rank_cell(value: Value | None) -> Cell:
    """A place among others: "50/63"."""
    if value is None or value.score is None:
        return unknown()
    of = value.maximum or value.denominator
    place = f"{value.score:f}"
    return Cell(f"{place}/{of}" if of else place)


def count_cells(value: Value | None) -> tuple[Cell, Cell]:
    """The counts behind a rate."""
    if value is None or value.denominator is None:
        return unknown(), unknown()
    told = unknown() if value.numerator is None else Cell(value.numerator)
    return told, Cell(value.denominator)


def tells_any(values: Iterable[Value]) -> bool:
    """Whether any of them says anything: an amount, or that there was no case."""
    return any(value.empty or amount_of(value) is not None for value in values)


def has_counts(values: Iterable[Value | None]) -> bool:
    """Whether any of them tells the counts behind its rate."""
    return any(value is not None and value.denominator is not None for value in values)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_DIGITS)


def index_notes(
    evaluations: Sequence[Evaluation], way: str, units: Sequence[str]
) -> tuple[str, ...]:
    """As of when each period's figures stand, and who shows them."""
    notes = []
    for each in evaluations:
        told = [value for unit in units for value in values_in(each, unit, way).values()]
        if told:
            notes.append(_standing(each, way, told))
    return tuple(notes)


def _standing(evaluation: Evaluation, way: str, values: Sequence[Value]) -> str:
    name = month(evaluation.period.first)
    days = sorted({_day(value.as_of) for value in values if value.as_of is not None})
    documents = ", ".join(sorted({value.document for value in values if value.document}))
    sources = _sources(way, documents)
    if not days:
        return text("report.index.source_undated", month=name, sources=sources)
    at = ", ".join(map(day, days))
    key = "source_provisional" if evaluation.provisional else "source"
    return text(f"report.index.{key}", month=name, sources=sources, at=at)


def _sources(way: str, documents: str) -> str:
    if way == "printed":
        return text("report.index.from.printed", documents=documents)
    if way == "published":
        names = [text(f"figures.generation.{each}") for each in documents.split(", ") if each]
        return text("report.index.from.published", interfaces=", ".join(names))
    return text(f"report.index.from.{way}")


def _day(as_of: datetime | date) -> date:
    return local_day(as_of) if isinstance(as_of, datetime) else as_of


__all__ = [
    "RANK",
    "SHOWN",
    "TOTAL",
    "amount_cell",
    "base_of",
    "codes_by_group",
    "count_cells",
    "has_counts",
    "heading_of",
    "index_notes",
    "is_rate",
    "name_of",
    "periods_of",
    "rank_cell",
    "score_cell",
    "tells_any",
    "values_in",
    "values_of",
    "ways_of",
]
