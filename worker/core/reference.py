"""A province's folder as values: units, procedures, printed figures, recipients, volumes.

Pure parsing of texts; ``worker.sources.folder`` reads the files. The formats are contracts.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.types import Period
from worker.core.calendar import Calendar
from worker.core.codes import agency_code, procedure_code
from worker.core.decisions import Decision, parse_decisions
from worker.core.limits import MAX_LIMIT_DAYS
from worker.core.printed import parse_printed
from worker.core.table import Row, read_rows
from worker.core.times import parse_month
from worker.core.unit_list import parse_units
from worker.core.units import Unit
from worker.errors import DataError, PermanentError

__all__ = [
    "PrintedFigure",
    "Procedure",
    "Province",
    "Recipient",
    "Volume",
    "parse_decisions",
    "parse_procedures",
    "parse_published",
    "parse_recipients",
    "parse_units",
    "parse_volumes",
]

_PROCEDURE_COLUMNS = ("code", "name", "field", "statutory_days", "online_level", "has_fee")
_FIGURE_COLUMNS = ("period", "as_of", "unit", "indicator", "value", "scale", "document")
_RECIPIENT_COLUMNS = ("unit", "email", "role")
_VOLUME_COLUMNS = ("unit", "dossiers")

NO_DAYS = Calendar()
_email = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_YES_NO = {"true": True, "1": True, "có": True, "false": False, "0": False, "không": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """An administrative procedure: its national code and its limit in working days, if it has one.

    ``online_level`` is the source's own word (``toàn trình``, ``một phần``); ``has_fee`` is None
    where the folder does not say.
    """

    code: str
    name: str
    field: str
    statutory_days: int | None = None
    online_level: str | None = None
    has_fee: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFigure:
    """A figure as a document prints it.

    ``number`` is None for "Không có hồ sơ" and "Không có số liệu", never 0. ``as_of`` is the local
    day the document names, ``scale`` the printed maximum or the kind (``percent``, ``count``).
    """

    period: Period
    as_of: date | None
    unit: str
    indicator: str
    value: str
    number: Decimal | None
    scale: str
    document: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets mail about a unit."""

    unit: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Volume:
    """How many dossiers the simulator makes for a unit in a month."""

    unit: str
    dossiers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """All that a province's folder holds.

    ``calendar`` is the province's own days off and make-up days, over the national ones;
    ``decisions`` announce procedures, and stand before what the national catalogue tells of them.
    """

    units: tuple[Unit, ...]
    procedures: tuple[Procedure, ...] = ()
    figures: tuple[PrintedFigure, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    volumes: tuple[Volume, ...] = ()
    decisions: tuple[Decision, ...] = ()
    calendar: Calendar = NO_DAYS


def parse_procedures(text: str, file: str) -> tuple[Procedure, ...]:
    """Read ``procedures.csv``; limits are working days from 1 to 3650.

    Raises:
        ReferenceError: ``reference_line``; ``bad_number``, ``bad_code``, ``bad_yes_no``,
            ``duplicate``.
    """
    procedures: dict[str, Procedure] = {}
    for row in read_rows(text, file, _PROCEDURE_COLUMNS):
        procedure = _procedure(row)
        if procedure.code in procedures:
            row.fail("duplicate", procedure.code)
        procedures[procedure.code] = procedure
    return tuple(procedures.values())


def parse_published(
    text: str, file: str, listed: Collection[str] | None = None
) -> tuple[PrintedFigure, ...]:
    """Read ``published.csv``: figures as the users' documents print them.

    Args:
        text: The file's text.
        file: Its name.
        listed: The codes of the province's units; with them, another unit is refused.

    Raises:
        ReferenceError: ``reference_line``; ``bad_period``, ``bad_figure``, ``unit_not_listed``.
    """
    return tuple(
        PrintedFigure(
            period=_period(row),
            as_of=row.day("as_of"),
            unit=_listed_unit(row, listed),
            indicator=row.required("indicator"),
            value=row.required("value"),
            number=_printed_number(row),
            scale=row.required("scale"),
            document=row.required("document"),
        )
        for row in read_rows(text, file, _FIGURE_COLUMNS)
    )


def parse_recipients(
    text: str, file: str, listed: Collection[str] | None = None
) -> tuple[Recipient, ...]:
    """Read ``recipients.csv``.

    Raises:
        ReferenceError: ``reference_line``; ``bad_email``, ``unit_not_listed``.
    """
    return tuple(
        Recipient(_listed_unit(row, listed), _address(row), row.required("role"))
        for row in read_rows(text, file, _RECIPIENT_COLUMNS)
    )


def parse_volumes(
    text: str, file: str, listed: Collection[str] | None = None
) -> tuple[Volume, ...]:
    """Read ``volumes.csv``: dossiers a month per unit, for the simulated province.

    Raises:
        ReferenceError: ``reference_line``; ``bad_number``, ``duplicate``, ``unit_not_listed``.
    """
    volumes: dict[str, Volume] = {}
    for row in read_rows(text, file, _VOLUME_COLUMNS):
        unit = _listed_unit(row, listed)
        if unit in volumes:
            row.fail("duplicate", unit)
        row.required("dossiers")
        volumes[unit] = Volume(unit, row.number("dossiers") or 0)
    return tuple(volumes.values())


def _procedure(row: Row) -> Procedure:
    days = row.number("statutory_days")
    if days is not None and not 1 <= days <= MAX_LIMIT_DAYS:
        row.fail("bad_number", str(days))
    return Procedure(
        code=_procedure_code(row),
        name=row.required("name"),
        field=row.values["field"],
        statutory_days=days,
        online_level=row.text("online_level"),
        has_fee=_yes_no(row, "has_fee"),
    )


def _procedure_code(row: Row) -> str:
    text = row.required("code")
    try:
        return procedure_code(text) or row.fail("bad_code", text)
    except DataError:
        row.fail("bad_code", text)


def _yes_no(row: Row, column: str) -> bool | None:
    text = row.text(column)
    if text is None:
        return None
    if text.casefold() not in _YES_NO:
        row.fail("bad_yes_no", text)
    return _YES_NO[text.casefold()]


def _listed_unit(row: Row, listed: Collection[str] | None) -> str:
    unit = agency_code(row.required("unit"))
    if listed is not None and unit not in listed:
        row.fail("unit_not_listed", unit)
    return unit


def _period(row: Row) -> Period:
    text = row.required("period")
    try:
        return parse_month(text)
    except PermanentError:
        row.fail("bad_period", text)


def _printed_number(row: Row) -> Decimal | None:
    text = row.required("value")
    printed = parse_printed(text, row.required("scale"))
    return printed.number if printed else row.fail("bad_figure", text)


def _address(row: Row) -> str:
    text = row.required("email")
    return text if _email.fullmatch(text) else row.fail("bad_email", text)
