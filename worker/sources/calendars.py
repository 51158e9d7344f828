"""The working days of Vietnam: tables where there are any, computed for all other years.

Tables hold what was announced for a year, holidays swapped with Saturdays included. They come with
the program, and an office may put its own beside its settings (``calendar/<year>.csv``). For years
without one, the library ``holidays`` computes the days off that the law gives, the lunar ones (Tết,
Hùng Kings) too, with the substitute days for those at a weekend; of the swaps it knows the ones it
lists itself. Before 1990 and after 2100, where no due date is read either, every weekday works.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from worker.core.calendar import Calendar, merge, parse_calendar
from worker.core.times import FIRST_YEAR, LAST_YEAR
from worker.errors import ReferenceError  # noqa: A004 - reference data, the domain's word
from worker.sources.folder import Folder, text_of_file

_ALL_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
_FOLDER = "calendar"
_TABLE = re.compile(r"([0-9]{4})\.csv")


@dataclass(frozen=True, slots=True)
class NationalCalendar:
    """The working days, and the years for which a table told them; the others are computed."""

    calendar: Calendar
    tabled: frozenset[int]


def national_calendar(base: Path) -> NationalCalendar:
    """The working days of Vietnam from 1990 to 2100.

    Args:
        base: The folder of the configuration; a table in its ``calendar`` folder stands before
            the program's own of that year.

    Raises:
        ReferenceError: ``reference_line`` names file and line of a mistake in a table,
            ``calendar_file_not_a_year`` a table with another name than its year.
    """
    tables = _tables(files("seeds").joinpath(_FOLDER)) | _tables(base / _FOLDER)
    tabled = frozenset(tables)
    told = merge(tables.values())
    return NationalCalendar(merge([told, computed_days(frozenset(_ALL_YEARS) - tabled)]), tabled)


def computed_days(years: Collection[int]) -> Calendar:
    """The days off and make-up days of some years as the library ``holidays`` computes them."""
    return _computed().of_years(frozenset(years))


@cache
def _computed() -> Calendar:
    from holidays import country_holidays

    # A swap may take its make-up day from the year before: all years are asked for at once.
    known = country_holidays("VN", years=_ALL_YEARS, observed=True, language="vi")
    return Calendar(frozenset(known), frozenset(known.weekend_workdays)).of_years(_ALL_YEARS)


def _tables(folder: Folder) -> dict[int, Calendar]:
    """A folder's tables by year; none where there is no such folder."""
    if not folder.is_dir():
        return {}
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".csv"))
    years = {_year(name): name for name in names}
    return {
        year: parse_calendar(text_of_file(folder, name), name, year) for year, name in years.items()
    }


def _year(name: str) -> int:
    match = _TABLE.fullmatch(name)
    if match is None:
        raise ReferenceError("calendar_file_not_a_year", file=name)
    return int(match[1])
