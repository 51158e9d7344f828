"""Options that several commands share, and how instants, days and periods are written."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from models.types import Period
from worker.cli.usage import WrongUsage
from worker.core.times import VIETNAM, month_of, parse_month, period_start
from worker.errors import DataError, NotFoundError

if TYPE_CHECKING:
    from worker.core.units import Unit, UnitDirectory
    from worker.settings.model import Settings

UnitOption = Annotated[str | None, typer.Option("--unit", metavar="U", help="cli.option.unit")]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="S", help="cli.option.source")
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="cli.option.limit")
]
AsOfOption = Annotated[str | None, typer.Option("--as-of", metavar="T", help="cli.option.as_of")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="2024-07", help="cli.option.period")
]

_LAST_SECOND = time(23, 59, 59)


def instant_of(text: str) -> datetime:
    """An instant as people write it, in Vietnam time unless an offset stands there.

    A day alone is its last second.

    Raises:
        WrongUsage: It can't be read.
    """
    try:
        day = _day(text)
        read = datetime.combine(day, _LAST_SECOND) if day else datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUsage("usage.bad_instant", value=text) from None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def day_of(text: str) -> date:
    """A local day written ``2024-07-24``.

    Raises:
        WrongUsage: It can't be read.
    """
    day = _day(text)
    if day is None:
        raise WrongUsage("usage.bad_day", value=text)
    return day


def moment_of(as_of: str | None, period: str | None, now: datetime) -> tuple[datetime, Period]:
    """The as-of instant and the counting period asked for; now and its month where none is.

    Raises:
        WrongUsage: One can't be read, or the period had not begun at the instant.
    """
    chosen = instant_of(as_of) if as_of else now
    month = parse_month(period) if period else month_of(chosen)
    if chosen < period_start(month):
        raise WrongUsage("usage.period_not_begun", period=period or "")
    return chosen.replace(microsecond=0), month


def unit_of(directory: "UnitDirectory", text: str) -> "Unit":
    """The unit a code or a name stands for.

    Raises:
        NotFoundError: None, or more than one.
    """
    found = directory.get(text)
    if found is None:
        try:
            found = directory.get(directory.resolve(text, text))
        except DataError:
            found = None
    if found is None:
        raise NotFoundError("unit_not_found", unit=text)
    return found


def rows_shown(limit: int | None, usual: int, *, as_json: bool) -> int | None:
    """How many rows to list: what was asked for, else the usual number, else all for a program."""
    return limit if limit is not None or as_json else usual


def known_source(settings: "Settings", name: str | None) -> str | None:
    """A configured source's name, as given.

    Raises:
        NotFoundError: There is none of that name.
    """
    if name is not None and name not in settings.sources:
        raise NotFoundError("source_unknown", source=name)
    return name
