"""Values of a report as people read them: one form for all formats that are text."""

from datetime import date, datetime
from decimal import Decimal

from worker.i18n import text
from worker.i18n.numbers import day, instant, number
from worker.render.report.document import Cell, Kind

NUMBERS = frozenset({Kind.COUNT, Kind.SIGNED, Kind.PERCENT, Kind.POINTS, Kind.CHANGE, Kind.RANK})


def shown(cell: Cell, kind: Kind) -> str:
    """A cell in the form of its column; what is said in its place where it has no value."""
    match cell.value:
        case None:
            return cell.said
        case datetime():
            return instant(cell.value)
        case date():
            return day(cell.value)
        case str():
            return cell.value
        case _:
            return _number(cell.value, kind)


def _number(value: int | Decimal, kind: Kind) -> str:
    plain = number(value)
    match kind:
        case Kind.PERCENT:
            return text("report.cell.percent", n=plain)
        case Kind.SIGNED | Kind.CHANGE:
            return f"+{plain}" if value > 0 else plain
        case _:
            return plain
