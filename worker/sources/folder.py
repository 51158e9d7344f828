"""Reads a province's folder and the calendars from disk or from the installed package."""

import re
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from worker.core.calendar import Calendar, parse_calendar
from worker.core.reference import (
    NO_DAYS,
    Province,
    parse_decisions,
    parse_procedures,
    parse_published,
    parse_recipients,
    parse_units,
    parse_volumes,
)
from worker.core.table import line_error
from worker.errors import ReferenceError  # noqa: A004 - reference data, the domain's word

Folder = Traversable | Path
Parsed = TypeVar("Parsed")

_MAX_BYTES = 50_000_000
_MOST_MISTAKES = 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_OWN_DAYS = "calendar.csv"


def find_folder(name_or_path: str, base: Path) -> Folder:
    """The folder a setting names: a path, else one that comes with the program.

    Args:
        name_or_path: A path (a relative one starts at ``base``), or a name such as ``soc-trang``.
        base: The folder in which the configuration stands.

    Raises:
        ReferenceError: ``reference_folder_missing``.
    """
    path = base / name_or_path
    if path.is_dir():
        return path
    packaged = files("seeds").joinpath(name_or_path)
    if not _NAME.fullmatch(name_or_path) or not packaged.is_dir():
        raise ReferenceError("reference_folder_missing", folder=name_or_path)
    return packaged


def read_folder(folder: Folder) -> Province:
    """Read a province: ``units.csv`` and what else there is, checked against the units.

    Raises:
        ReferenceError: ``reference_line`` names file and line, ``reference_file_missing`` and
            ``reference_file_too_large`` the file.
    """
    units = parse_units(text_of_file(folder, "units.csv"), "units.csv")
    listed = frozenset(unit.code for unit in units)
    return Province(
        units=units,
        procedures=_optional(folder, "procedures.csv", parse_procedures),
        figures=_optional(folder, "published.csv", partial(parse_published, listed=listed)),
        recipients=_optional(folder, "recipients.csv", partial(parse_recipients, listed=listed)),
        volumes=_optional(folder, "volumes.csv", partial(parse_volumes, listed=listed)),
        decisions=_optional(folder, "decisions.csv", parse_decisions),
        calendar=_own_days(folder),
    )


def problems_of(folder: Folder) -> list[ReferenceError]:
    """What is wrong with a province's folder: not only the first mistake, up to a limit a file."""
    try:
        units = text_of_file(folder, "units.csv")
    except ReferenceError as error:
        return [error]
    found = _mistakes(units, lambda text: parse_units(text, "units.csv"))
    listed = None if found else frozenset(unit.code for unit in parse_units(units, "units.csv"))
    parsers: dict[str, Callable[[str], object]] = {
        "procedures.csv": lambda text: parse_procedures(text, "procedures.csv"),
        "published.csv": lambda text: parse_published(text, "published.csv", listed),
        "recipients.csv": lambda text: parse_recipients(text, "recipients.csv", listed),
        "volumes.csv": lambda text: parse_volumes(text, "volumes.csv", listed),
        "decisions.csv": lambda text: parse_decisions(text, "decisions.csv"),
        _OWN_DAYS: lambda text: parse_calendar(text, _OWN_DAYS),
    }
    for name, parse in parsers.items():
        if (folder / name).is_file():
            try:
                found += _mistakes(text_of_file(folder, name), parse)
            except ReferenceError as error:
                found.append(error)
    return found


def _mistakes(text: str, parse: Callable[[str], object]) -> list[ReferenceError]:
    """The mistakes in one file: a line at fault is left out and the rest is read again."""
    found: list[ReferenceError] = []
    lines = text.splitlines(keepends=True)
    while len(found) < _MOST_MISTAKES:
        try:
            parse("".join(lines))
        except ReferenceError as error:
            found.append(error)
            line = int(error.values.get("line", 1))
            if not 1 < line <= len(lines) or not lines[line - 1].strip():
                break
            lines[line - 1] = "\n"
        else:
            break
    return found


def _own_days(folder: Folder) -> Calendar:
    if not (folder / _OWN_DAYS).is_file():
        return NO_DAYS
    return parse_calendar(text_of_file(folder, _OWN_DAYS), _OWN_DAYS)


def _optional(
    folder: Folder, name: str, parse: Callable[[str, str], tuple[Parsed, ...]]
) -> tuple[Parsed, ...]:
    return parse(text_of_file(folder, name), name) if (folder / name).is_file() else ()


def text_of_file(folder: Folder, name: str) -> str:
    """The text of a file in a folder.

    Raises:
        ReferenceError: ``reference_file_missing``, ``reference_file_too_large``, or
            ``reference_line`` where it is not UTF-8.
    """
    file = folder / name
    if not file.is_file():
        raise ReferenceError("reference_file_missing", file=str(file))
    with file.open("rb") as stream:
        content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ReferenceError("reference_file_too_large", file=str(file))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise line_error(name, line, "not_utf8", f"0x{content[error.start]:02x}") from error
