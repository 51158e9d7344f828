"""The dossiers on which the two sides disagree, each with what to do about it."""

from worker.core.alerts.letter import LetterDossier
from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.mail.columns import DOSSIERS, safe
from worker.render.mail.columns import Column as ListColumn
from worker.render.report.cells import standing_notes
from worker.render.report.document import Cell, Column, Kind, Paragraph, Section, Table
from worker.render.report.facts import Facts, Reconciled

# Of what mails list of a dossier, what fits on a page and what an office works from.
_KINDS = {
    "code": Kind.TEXT,
    "unit": Kind.TEXT,
    "cause": Kind.TEXT,
    "contribution": Kind.SIGNED,
    "province_due": Kind.INSTANT,
    "days_late": Kind.COUNT,
    "province_status": Kind.TEXT,
    "portal_status": Kind.TEXT,
    "advice": Kind.TEXT,
    "flags": Kind.TEXT,
}


def dossiers_section(facts: Facts, found: Reconciled) -> Section:
    """The list, unit by unit in the order of the province's folder, the most urgent first."""
    key = "intro" if found.dossiers else "none" if found.is_listed else "pruned"
    words = Paragraph(text(f"report.dossiers.{key}"))
    table = (_table(facts, found),) if found.dossiers else ()
    return Section(key="dossiers", title=text("report.dossiers.title"), blocks=(words, *table))


def _table(facts: Facts, found: Reconciled) -> Table:
    by_name = {column.name: column for column in DOSSIERS}
    listed = [by_name[name] for name in _KINDS]
    return Table(
        key="dossiers",
        title=text("report.dossiers.table", n=number(len(found.dossiers) + found.left_out)),
        columns=tuple(map(_column, listed)),
        rows=tuple(
            tuple(Cell(safe(column.cell(row))) for column in listed) for row in _in_order(found)
        ),
        notes=(*_left_out(found), *standing_notes(found, facts, "province", "portal")),
    )


def _in_order(found: Reconciled) -> list[LetterDossier]:
    places = {unit.name: place for place, unit in enumerate(found.units)}
    return sorted(found.dossiers, key=lambda row: places.get(row.unit, len(places)))


def _column(column: ListColumn[LetterDossier]) -> Column:
    kind = _KINDS[column.name]
    return Column(key=column.name, heading=column.heading, kind=kind, width=column.width)


def _left_out(found: Reconciled) -> tuple[str, ...]:
    if not found.left_out:
        return ()
    shown, n = number(len(found.dossiers)), number(found.left_out)
    return (text("report.dossiers.more", shown=shown, n=n),)
