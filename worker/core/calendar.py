"""Working days: Monday to Friday without Vietnam's public holidays, with its make-up days.

Limits are kept in whole days: every known implementation counts 8 working hours a day, so 8 hours
are one working day and 24 hours are three.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from worker.core.table import Row, read_rows
from worker.core.times import FIRST_YEAR, LAST_YEAR, VIETNAM, local_day

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_COLUMNS = ("day", "kind", "name")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which local days are worked: ``days_off`` never, ``make_up_days`` even at a weekend."""

    days_off: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a local day."""
        if day in self.make_up_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    def add_working_days(self, instant: datetime, days: int) -> datetime:
        """The instant at which a limit of ``days`` working days ends.

        The day of ``instant`` itself does not count, and the clock time in Vietnam stays: a
        dossier of Friday 10:00 with a limit of one day is due on Monday at 10:00.

        Args:
            instant: The aware instant from which to count.
            days: How many working days; with none the instant itself is the answer.

        Returns:
            The instant in UTC.

        Raises:
            ValueError: ``days`` is negative.
        """
        if days < 0:
            raise ValueError(days)
        day = local_day(instant)
        remaining = days
        while remaining:
            day += _ONE_DAY
            if self.is_working_day(day):
                remaining -= 1
        return _same_clock(instant, day)

    def add_calendar_days(self, instant: datetime, days: int) -> datetime:
        """The instant at which a limit of ``days`` days of any kind ends.

        The clock time in Vietnam stays. A limit that ends on a day nobody works ends on the next
        working day (Civil Code 2015, article 148(5); TD's ``CaculateTime`` does the same).

        Args:
            instant: The aware instant from which to count.
            days: How many days, weekends and holidays included.

        Returns:
            The instant in UTC.

        Raises:
            ValueError: ``days`` is negative.
        """
        if days < 0:
            raise ValueError(days)
        day = local_day(instant) + timedelta(days)
        while not self.is_working_day(day):
            day += _ONE_DAY
        return _same_clock(instant, day)

    def of_years(self, years: Container[int]) -> "Calendar":
        """What this calendar knows of some years, and nothing else."""
        return Calendar(
            frozenset(day for day in self.days_off if day.year in years),
            frozenset(day for day in self.make_up_days if day.year in years),
        )

    def with_own_days(self, own: "Calendar") -> "Calendar":
        """This calendar with an office's own days over it.

        A day off of its own cancels a make-up day; a make-up day of its own takes back a day off.
        """
        return Calendar(
            (self.days_off - own.make_up_days) | own.days_off,
            (self.make_up_days - own.days_off) | own.make_up_days,
        )


def parse_calendar(text: str, file: str, year: int | None = None) -> Calendar:
    """Read days off and make-up days: ``day,kind,name``, kind ``off`` or ``make_up``.

    Args:
        text: The file's text.
        file: Its name.
        year: The year it is about; with it, a day of another year is refused.

    Raises:
        ReferenceError: ``reference_line`` with the line at fault.
    """
    kinds: dict[date, str] = {}
    for row in read_rows(text, file, _COLUMNS):
        day = _day(row)
        if not FIRST_YEAR <= day.year <= LAST_YEAR or year not in (None, day.year):
            row.fail("other_year", day.isoformat())
        if day in kinds:
            row.fail("duplicate", day.isoformat())
        kinds[day] = _kind(row)
    return Calendar(_of_kind(kinds, "off"), _of_kind(kinds, "make_up"))


def merge(calendars: Iterable[Calendar]) -> Calendar:
    """One calendar that knows what each of them knows."""
    known = tuple(calendars)
    return Calendar(
        frozenset[date]().union(*(calendar.days_off for calendar in known)),
        frozenset[date]().union(*(calendar.make_up_days for calendar in known)),
    )


def _same_clock(instant: datetime, day: date) -> datetime:
    clock = instant.astimezone(VIETNAM).timetz()
    return datetime.combine(day, clock).astimezone(UTC)


def _day(row: Row) -> date:
    day = row.day("day")
    return row.fail("value_missing", "day") if day is None else day


def _kind(row: Row) -> str:
    kind = row.required("kind")
    return kind if kind in ("off", "make_up") else row.fail("unknown_kind", kind)


def _of_kind(kinds: dict[date, str], kind: str) -> frozenset[date]:
    return frozenset(day for day, its_kind in kinds.items() if its_kind == kind)
