"""How a mark looks on paper and on the screen: never by colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from worker.i18n import text
from worker.render.report.document import Table


@dataclass(frozen=True, slots=True)
class MarkLook:
    """Ink and ground as RRGGBB (no ground: empty), and the weight that says it without colour."""

    ink: str
    ground: str = ""
    is_bold: bool = False
    is_italic: bool = False


MARKS: Mapping[str, MarkLook] = {
    "bad": MarkLook("991B1B", "FEE2E2", is_bold=True),
    "good": MarkLook("166534", "DCFCE7"),
    "provisional": MarkLook("713F12", "FEF9C3", is_italic=True),
    "note": MarkLook("475569", is_italic=True),
}


def legend(table: Table) -> str:
    """The sentence that explains the marks a table has; empty where it has none."""
    found = {cell.mark for row in table.rows for cell in row}
    said = [text(f"report.mark.{mark}") for mark in MARKS if mark in found]
    return text("report.table.legend", marks="; ".join(said)) if said else ""
