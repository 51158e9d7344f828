"""Reports as files to download."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from starlette.responses import Response

from models.types import Period
from worker.bootstrap import Services
from worker.console.index.shown import month_asked
from worker.console.reports.turns import turn
from worker.console.scope import unit_or_own
from worker.core.access import Who
from worker.core.times import parse_month
from worker.core.units import Unit
from worker.errors import NotFoundError, PermanentError
from worker.journey.documents import Wanted, file_name, file_of, report_of

Form = Literal["xlsx", "docx", "html", "json", "csv"]
FORMS: Final[Sequence[Form]] = get_args(Form)

_MOST_COMPARED = 3
_CONTENT: Mapping[Form, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "csv": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as an address asks for it: what stands empty is not said."""

    month: str
    unit: str
    compare: Sequence[str]
    form: Form


def report_file(services: Services, who: Who, asked: Asked) -> Response:
    """A month's report as ``doisoat report`` writes it, to be kept.

    Where no unit is named it is about the province, for an account of units about its own.

    Raises:
        PermanentError: a month can't be read, has not begun, or is not earlier.
        NotFoundError: the unit is not listed or not for ``who``, or nothing is known of the month.
        TransientError: too many compute already.
    """
    period = month_asked(services, asked.month)
    wanted = Wanted(
        period=period,
        unit=below_province(unit_or_own(services, who, asked.unit)),
        compared=_compared(asked.compare, period),
        seen=who.units,
    )
    with turn():
        document = report_of(services, wanted, lambda _done, _total: None)
        content = file_of(document, asked.form)
    disposition = f'attachment; filename="{file_name(document, asked.form)}"'
    return Response(content, 200, {"Content-Disposition": disposition}, _CONTENT[asked.form])


def unit_asked(services: Services, code: str | None) -> Unit | None:
    """A unit by its code; None for the province as a whole.

    Raises:
        NotFoundError: there is none.
    """
    if not code:
        return None
    found = services.directory.get(code)
    if found is None:
        raise NotFoundError("unit_not_found", unit=code)
    return below_province(found)


def below_province(unit: Unit | None) -> Unit | None:
    """The unit, None for the province itself: its report is the whole one."""
    return unit if unit is not None and unit.parent is not None else None


def _compared(written: Sequence[str], period: Period) -> tuple[Period, ...]:
    found = tuple(dict.fromkeys(parse_month(each) for each in written if each))
    if len(found) > _MOST_COMPARED or any(each >= period for each in found):
        raise PermanentError("month_not_earlier")
    return found
