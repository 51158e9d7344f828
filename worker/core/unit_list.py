"""Reads ``units.csv``, the list of a province's units."""

import re

from models.types import UnitLevel
from worker.core.codes import agency_code
from worker.core.table import Row, read_rows
from worker.core.units import Unit

_COLUMNS = (
    "code",
    "name",
    "short_name",
    "level",
    "parent",
    "valid_from",
    "valid_to",
    "successor",
    "aliases",
)
_another_province = re.compile(r"[A-Z][0-9]{2}:\S+")


def parse_units(text: str, file: str) -> tuple[Unit, ...]:
    """Read ``units.csv``; every unit below the province names its parent.

    Raises:
        ReferenceError: ``reference_line``; problems beside those of a table: ``unknown_level``,
            ``duplicate``, ``bad_date``, ``dates_reversed``, ``parent_not_listed``,
            ``successor_not_listed``, ``parent_loop``, ``successor_loop``.
    """
    rows: dict[str, Row] = {}
    units: dict[str, Unit] = {}
    for row in read_rows(text, file, _COLUMNS):
        unit = _unit(row)
        if unit.code in units:
            row.fail("duplicate", unit.code)
        rows[unit.code], units[unit.code] = row, unit
    parents = {code: unit.parent for code, unit in units.items()}
    successors = {code: _own_successor(unit) for code, unit in units.items()}
    for code, row in rows.items():
        _check_link(row, code, parents, "parent")
        _check_link(row, code, successors, "successor")
    return tuple(units.values())


def _unit(row: Row) -> Unit:
    level = _level(row)
    name = row.required("name")
    parent = row.text("parent") if level is UnitLevel.PROVINCE else row.required("parent")
    valid_from, valid_to = row.day("valid_from"), row.day("valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        row.fail("dates_reversed", valid_to.isoformat())
    successor = row.text("successor")
    return Unit(
        code=agency_code(row.required("code")),
        name=name,
        short_name=row.text("short_name") or name,
        level=level,
        parent=agency_code(parent) if parent else None,
        valid_from=valid_from,
        valid_to=valid_to,
        successor=agency_code(successor) if successor else None,
        aliases=tuple(filter(None, map(str.strip, row.values["aliases"].split("|")))),
    )


def _level(row: Row) -> UnitLevel:
    level = row.required("level")
    try:
        return UnitLevel(level)
    except ValueError:
        row.fail("unknown_level", level)


def _own_successor(unit: Unit) -> str | None:
    """The successor inside the province; one of another province can't be checked here."""
    successor = unit.successor
    return None if successor is None or _another_province.fullmatch(successor) else successor


def _check_link(row: Row, code: str, links: dict[str, str | None], kind: str) -> None:
    """Every unit on the way from ``code`` is listed, and the way comes to an end."""
    seen = {code}
    target = links[code]
    if target is not None and target not in links:
        row.fail(f"{kind}_not_listed", target)
    while target is not None:
        if target in seen:
            row.fail(f"{kind}_loop", target)
        seen.add(target)
        target = links.get(target)
