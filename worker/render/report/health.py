"""The annex of sync health: how far and how fast each unit's dossiers reach the portal."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from models.reconciliation import SyncHealth
from worker.i18n import text
from worker.i18n.numbers import duration, number
from worker.render.report.cells import (
    NOTHING,
    columns,
    count,
    no_dossiers,
    numbered,
    share,
    standing_notes,
    unknown,
)
from worker.render.report.document import Cell, Column, Kind, Section, Table
from worker.render.report.facts import Facts, PublishedSync, Reconciled, UnitFacts


def health_section(facts: Facts, found: Reconciled) -> Section | None:
    """The table; None where no health was measured in the period."""
    if found.whole.health is None or found.measured is None:
        return None
    told = found.measured
    found = replace(found, number=told.number, as_of=told.as_of, complete=told.complete)
    return Section(key="health", title=text("report.health.title"), blocks=(_table(facts, found),))


def _table(facts: Facts, found: Reconciled) -> Table:
    shown = found.units
    rows = [(*head, *_figures(unit)) for head, unit in zip(numbered(shown), shown, strict=True)]
    totals = frozenset[int]()
    if facts.unit is None:
        totals = frozenset({len(rows)})
        rows.append((NOTHING, Cell(text("report.cell.total")), *_figures(found.whole)))
    return Table(
        key="sync_health",
        title=text("report.health.table"),
        columns=_columns(),
        rows=tuple(rows),
        totals=totals,
        notes=(*_notes(found), *standing_notes(found, facts, "province", "portal")),
    )


def _columns() -> tuple[Column, ...]:
    counted, shown = text("report.health.counted"), text("report.health.published")
    return columns(
        "health",
        ("place", Kind.COUNT, 5),
        ("unit", Kind.TEXT, 32),
        ("on_portal", Kind.COUNT, 10),
        ("received", Kind.COUNT, 10),
        ("rate", Kind.PERCENT, 10),
        ("portal_synced", Kind.COUNT, 10),
        ("portal_due", Kind.COUNT, 10),
        ("portal_rate", Kind.PERCENT, 10),
        ("lag_p50", Kind.TEXT, 13),
        ("lag_p95", Kind.TEXT, 13),
        ("events_missing", Kind.COUNT, 10),
        ("open", Kind.COUNT, 10),
        ("age_max", Kind.TEXT, 13),
        above=dict.fromkeys(("on_portal", "received", "rate"), counted)
        | dict.fromkeys(("portal_synced", "portal_due", "portal_rate"), shown),
    )


def _figures(unit: UnitFacts) -> tuple[Cell, ...]:
    told = unit.health or SyncHealth(reconciliation_id=0, unit=unit.code)
    return (
        count(told.on_portal),
        count(told.received),
        share(told.on_portal, told.received),
        *_published(unit.published_sync),
        _length(told.lag_p50),
        _length(told.lag_p95),
        count(told.events_missing) if told.events_told else unknown(),
        count(told.open_discrepancies),
        _length(told.age_max),
    )


def _published(told: PublishedSync) -> tuple[Cell, Cell, Cell]:
    """What the portal itself shows, in columns of its own; nothing shown is no figure."""
    if told.due == 0:
        return NOTHING, NOTHING, no_dossiers()
    return count(told.synced), count(told.due), share(told.synced, told.due)


def _length(seconds: int | None) -> Cell:
    return unknown() if seconds is None else Cell(duration(timedelta(seconds=seconds)))


def _notes(found: Reconciled) -> Iterator[str]:
    told = found.whole.health
    if told is None:
        return
    yield text("report.health.rate_note")
    if told.presumed:
        yield text("health.presumed", count=number(told.presumed))
    yield text("health.lag_bound" if told.lag_samples + told.lag_waiting else "health.no_lag")
    if found.whole.published_sync.due is None:
        yield text("health.not_published")
