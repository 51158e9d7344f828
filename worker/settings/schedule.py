"""``[schedule.<name>]``: what the program does by itself, and when."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from worker.core.schedule import ClosedMonth, Work
from worker.settings.section import Section
from worker.settings.values import PositiveDuration, parse_duration, split_list

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING = "working"
_SHORTEST_CATCH_UP = timedelta(minutes=5)
_LONGEST_CATCH_UP = timedelta(days=31)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")

# What there is without a word in the file. A table of the same name says what is different.
USUAL_JOBS: Mapping[str, Mapping[str, Any]] = {
    "sync": {"do": "sync"},
    "nightly": {"do": "full", "at": ["02:00"]},
    "prune": {"do": "prune", "at": ["03:30"]},
    # After the night's sweep, which brings what changed of months that are over.
    "review": {"do": "review", "at": ["04:30"]},
    # Yesterday's is of no use this morning.
    "digest": {"do": "digest", "days": ["working"], "catch_up": "10h"},
}
_WHEN = frozenset({"every", "at"})


def _clock_times(value: object) -> tuple[time, ...]:
    """One clock time or several, as ``02:00``; in order, each once."""
    told = split_list(value)
    each = told if isinstance(told, (list, tuple)) else [told]
    return tuple(sorted({_clock_time(one) for one in each}))


def _clock_time(value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value.replace(microsecond=0)
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise _wrong("clock_times")
    return time(int(match[1]), int(match[2]))


def _days(value: object) -> tuple[str, ...]:
    """``working``, or names of weekdays."""
    told = split_list(value)
    if not isinstance(told, (list, tuple)) or not all(isinstance(each, str) for each in told):
        raise _wrong("days")
    names = tuple(each.strip().lower() for each in told)
    if names != (WORKING,) and not set(names) <= set(WEEKDAYS):
        raise _wrong("days")
    return names


def _catch_up(value: timedelta) -> timedelta:
    if not _SHORTEST_CATCH_UP <= value <= _LONGEST_CATCH_UP:
        raise _wrong("catch_up")
    return value


def _with_usual_jobs(value: object) -> object:
    """The tables of the file over the usual jobs; a time of its own goes for the usual one."""
    if not isinstance(value, Mapping):
        return value
    merged = {name: dict(job) for name, job in USUAL_JOBS.items()}
    for name, own in value.items():
        usual = merged.get(name)
        if usual is None or not isinstance(own, Mapping):
            merged[name] = own
            continue
        dropped = _WHEN if _WHEN & own.keys() else frozenset()
        merged[name] = {key: usual[key] for key in usual.keys() - dropped} | dict(own)
    return merged


def _wrong(expected: str) -> PydanticCustomError:
    return PydanticCustomError(expected, "see errors.expected")


ClockTimes = Annotated[tuple[time, ...], BeforeValidator(_clock_times)]
DayNames = Annotated[tuple[str, ...], BeforeValidator(_days)]
CatchUp = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_catch_up)]
SourceNames = Annotated[tuple[str, ...], BeforeValidator(split_list)]
JobName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class ScheduleSettings(Section):
    """One job: what it does and when, every so often or at clock times.

    ``sync`` without a time goes by each source's own ``every``, ``digest`` by ``digest_at`` of the
    alerts. ``days`` are weekdays or
    ``working``, ``day`` one of the month. ``sources``: none named means those that lists can be
    pulled from. ``catch_up``: how old a missed turn may be and still be made up for. ``period``:
    which month ``close`` closes.
    """

    do: Work
    enabled: bool = True
    every: PositiveDuration | None = None
    at: ClockTimes = ()
    days: DayNames = ()
    day: int | None = Field(default=None, ge=1, le=31)
    only: Literal["working_hours"] | None = None
    sources: SourceNames = ()
    catch_up: CatchUp | None = None
    period: ClosedMonth = ClosedMonth.THIS


Schedule = Annotated[dict[JobName, ScheduleSettings], BeforeValidator(_with_usual_jobs)]
