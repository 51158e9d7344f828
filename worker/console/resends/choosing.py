"""Which discrepancies a request is to be made of, as a page's address or a call says it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from models.types import Cause
from worker.bootstrap import Services
from worker.console.calls import Wanted
from worker.core.codes import MAX_CODE
from worker.core.remedy import Remedy, remedy_of
from worker.core.resend.selection import Selection
from worker.errors import NotFoundError

MOST_CODES: Final = 1000
LONGEST_PASTE: Final = 20_000
MOST_DAYS: Final = 3650
FILTERS: Final = ("unit", "cause", "days", "again")
CAUSES: Final = tuple(each for each in Cause if remedy_of(each) is Remedy.RESEND)


class SelectionWanted(Wanted):
    """Which open discrepancies are meant; what is left out does not limit.

    ``older_than_days``: open for so long at least. ``again``: also what was sent again before in
    vain. ``dossiers``: any codes they bear.
    """

    unit: Annotated[str | None, Field(max_length=50)] = None
    cause: Cause | None = None
    older_than_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 0
    dossiers: Annotated[
        Sequence[Annotated[str, Field(max_length=MAX_CODE)]], Field(max_length=MOST_CODES)
    ] = ()
    again: bool = False


def selection_of(services: Services, wanted: SelectionWanted) -> Selection:
    """What is wanted, as the journey takes it.

    Raises:
        NotFoundError: the unit is not listed.
    """
    return Selection(
        unit=_unit(services, wanted.unit) if wanted.unit else None,
        cause=wanted.cause,
        older_than=timedelta(days=wanted.older_than_days) or None,
        codes=tuple(dict.fromkeys(each.strip().upper() for each in wanted.dossiers if each)),
        again=wanted.again,
    )


def wanted_in(filters: Mapping[str, str], codes: Sequence[str] = ()) -> SelectionWanted:
    """What a page's form says; what can't be read there does not limit.

    Args:
        filters: By the names of ``FILTERS``.
        codes: Those that were pasted, as many as one request may name.
    """
    cause, days = filters.get("cause", ""), filters.get("days", "")
    is_number = days.isascii() and days.isdigit() and len(days) <= len(str(MOST_DAYS))
    return SelectionWanted(
        unit=filters.get("unit") or None,
        cause=Cause(cause) if cause in set(Cause) else None,
        older_than_days=min(int(days), MOST_DAYS) if is_number else 0,
        dossiers=codes,
        again=filters.get("again") == "yes",
    )


def _unit(services: Services, code: str) -> str:
    found = services.directory.get(code)
    if found is None:
        raise NotFoundError("unit_not_found", unit=code)
    return found.code
