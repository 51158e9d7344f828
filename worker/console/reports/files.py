"""Reports as files to download."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

from starlette.responses import Response

from models.types import Period
from worker.bootstrap import Services
from worker.console.index.shown import month_asked
from worker.console.reports.turns import turn
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


def report_file(
    services: Services, month: str, unit: str | None, compare: Sequence[str], form: Form
) -> Response:
    """A month's report as ``doisoat report`` writes it, to be kept.

    Raises:
        PermanentError: a month can't be read, has not begun, or is not earlier.
        NotFoundError: the unit is not listed, or nothing is known of the month.
        TransientError: too many compute already.
    """
    period = month_asked(services, month)
    wanted = Wanted(
        period=period, unit=unit_asked(services, unit), compared=_compared(compare, period)
    )
    with turn():
        document = report_of(services, wanted, lambda _done, _total: None)
        content = file_of(document, form)
    disposition = f'attachment; filename="{file_name(document, form)}"'
    return Response(content, 200, {"Content-Disposition": disposition}, _CONTENT[form])


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
    return found if found.parent is not None else None


def _compared(written: Sequence[str], period: Period) -> tuple[Period, ...]:
    found = tuple(dict.fromkeys(parse_month(each) for each in written if each))
    if len(found) > _MOST_COMPARED or any(each >= period for each in found):
        raise PermanentError("month_not_earlier")
    return found
