"""A report from top to bottom: which sections it has, and in which order."""

from collections.abc import Iterator
from typing import Any

from worker.i18n import text
from worker.i18n.numbers import month
from worker.render.report.cells import cutoff_note
from worker.render.report.document import Document, Section
from worker.render.report.dossiers import dossiers_section
from worker.render.report.facts import Facts, Index
from worker.render.report.groups import groups_section
from worker.render.report.health import health_section
from worker.render.report.lead import lead_section
from worker.render.report.notes import notes_section
from worker.render.report.province import province_section
from worker.render.report.reconciliation import reconciliation_section
from worker.render.report.resends import resends_section
from worker.render.report.statement import statement_section
from worker.render.report.units import units_section
from worker.render.report.verdicts import verdicts_section


def document_of(facts: Facts) -> Document:
    """The report in the language in use."""
    found = facts.reconciled
    return Document(
        key="report",
        title=text("report.document.title"),
        subtitle=_subtitle(facts),
        cutoff=cutoff_note(found, facts) if found else text("report.cutoff.none"),
        letterhead=facts.letterhead,
        sections=tuple(_sections(facts)),
        facts=_told(facts),
    )


def _subtitle(facts: Facts) -> str:
    found = facts.reconciled
    open_still = found is not None and found.is_provisional(facts.period)
    key = "provisional" if open_still else "final"
    return text(f"report.document.{key}", about=facts.about, month=month(facts.period.first))


def _sections(facts: Facts) -> Iterator[Section]:
    yield lead_section(facts)
    if facts.index is not None:
        yield from filter(None, _of_index(facts.index, facts.unit))
    found = facts.reconciled
    if found is not None:
        yield reconciliation_section(facts, found)
        yield dossiers_section(facts, found)
        measured = health_section(facts, found)
        if measured is not None:
            yield measured
    resent = resends_section(facts)
    if resent is not None:
        yield resent
    sealed = statement_section(facts)
    if sealed is not None:
        yield sealed
    yield notes_section(facts)


def _of_index(index: Index, unit: str | None) -> Iterator[Section | None]:
    """The whole as documents print it; of the province its units as well."""
    about = unit or index.current.province.unit
    yield province_section(index, about)
    yield verdicts_section(index, about)
    if unit is None:
        yield units_section(index, "localities")
        yield units_section(index, "departments")
    yield groups_section(index, about)


def _told(facts: Facts) -> dict[str, Any]:
    """What programs want to know of the whole, beside its tables."""
    found = facts.reconciled
    return {
        "province": facts.code,
        "unit": facts.unit,
        "period": {"from": facts.period.first, "to": facts.period.last},
        "written_at": facts.written_at,
        "reconciliation": found.number if found else None,
        "as_of": found.as_of if found else None,
        "complete": found.complete if found else None,
        "provisional": found.is_provisional(facts.period) if found else None,
    }
