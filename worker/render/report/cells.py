"""Cells and notes that many tables of a report are made of."""

from collections.abc import Sequence
from decimal import Decimal

from worker.i18n import text
from worker.i18n.numbers import day, instant, number
from worker.render.report.document import Cell, Column, Kind
from worker.render.report.facts import Facts, Reconciled, UnitFacts

NOTHING = Cell()
_DIGITS = Decimal("0.01")
_HUNDRED = 100


def no_dossiers() -> Cell:
    """There were none: a value of its own, never nought."""
    return Cell(said=text("report.cell.no_dossiers"), mark="note")


def unknown() -> Cell:
    """Nobody tells it."""
    return Cell(said=text("report.cell.unknown"))


def count(value: int | None, mark: str = "") -> Cell:
    """A whole number; a dash where nobody tells it."""
    return unknown() if value is None else Cell(value, mark=mark)


def share(part: int | None, whole: int | None, mark: str = "") -> Cell:
    """A rate of counts, in points of a hundred with two decimals; of nothing there is no rate."""
    if part is None or whole is None:
        return unknown()
    return Cell(points_of(part, whole), mark=mark) if whole else no_dossiers()


def points_of(part: int, whole: int) -> Decimal:
    """``part`` of ``whole`` in points of a hundred, rounded for people."""
    return (Decimal(_HUNDRED * part) / whole).quantize(_DIGITS)


def columns(
    area: str, *named: tuple[str, Kind, int], above: dict[str, str] | None = None
) -> tuple[Column, ...]:
    """Columns by key, kind and width; headings are ``report.<area>.column.<key>``."""
    shared = above or {}
    return tuple(
        Column(
            key=key,
            heading=text(f"report.{area}.column.{key}"),
            kind=kind,
            width=width,
            above=shared.get(key, ""),
        )
        for key, kind, width in named
    )


def numbered(units: Sequence[UnitFacts]) -> list[tuple[Cell, Cell]]:
    """For each unit its running number and its name, with which every table of units begins."""
    return [(Cell(place), Cell(unit.name)) for place, unit in enumerate(units, start=1)]


def told_by(found: Reconciled) -> tuple[str, ...]:
    """The sources of the late counts: what the portal publishes only where it does."""
    published = found.whole.figures.published is not None
    return ("province", "portal", "published") if published else ("province", "portal")


def cutoff_note(found: Reconciled, facts: Facts) -> str:
    """As of when the figures of a reconciliation stand, and whether they may still change."""
    key = "provisional" if found.is_provisional(facts.period) else "final"
    first, last = day(facts.period.first), day(facts.period.last)
    return text(f"report.cutoff.{key}", at=instant(found.as_of), first=first, last=last)


def source_note(found: Reconciled, *names: str) -> str:
    """Where the figures of a table come from; ``names`` are keys of ``report.source``."""
    told = "; ".join(text(f"report.source.{name}") for name in names)
    return text("report.source.note", sources=told, n=number(found.number))


def standing_notes(found: Reconciled, facts: Facts, *sources: str) -> tuple[str, ...]:
    """What stands under every table that rests on a reconciliation."""
    notes = [cutoff_note(found, facts), source_note(found, *sources)]
    if not found.complete:
        notes.append(text("report.cutoff.incomplete"))
    return tuple(notes)
