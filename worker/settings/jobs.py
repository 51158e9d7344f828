"""The jobs of the schedule as the settings tell them, and what is wrong with how they tell them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from models.types import Side
from worker.core.schedule import AtTimes, Days, Every, Job, Office, Work, next_slot
from worker.errors import SettingsError
from worker.settings.environment import KeyPath
from worker.settings.model import Settings, WorkbookSettings
from worker.settings.origin import Origins
from worker.settings.schedule import WEEKDAYS, WORKING, ScheduleSettings

_OF_A_SOURCE = frozenset({Work.SYNC, Work.FULL})
# What goes by a time that stands in another section, unless it has one of its own.
_TIMED_ELSEWHERE = frozenset({Work.SYNC, Work.DIGEST})
_A_DAY = timedelta(days=1)
_A_WEEK = timedelta(days=7)
# Any Monday: whether a job has turns at all does not depend on it.
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)

# The key at fault, and errors.problem.<key> that says what is wrong with it.
Mistake = tuple[KeyPath, str]


def jobs_of(settings: Settings) -> tuple[Job, ...]:
    """Every job that is switched on, one for each source it is for, in the order of the file."""
    return tuple(
        job
        for name, told in settings.schedule.items()
        if told.enabled
        for job in _jobs(settings, name, told)
    )


def first_job_mistake(settings: Settings, origins: Origins) -> SettingsError | None:
    """What contradicts itself in the schedule or the watched folders: the first such thing."""
    mistakes = [*_in_schedule(settings), *_in_folders(settings)]
    if not mistakes:
        return None
    path, problem = mistakes[0]
    setting = ".".join(path)
    return SettingsError(
        "settings_contradiction", setting=setting, problem=problem, **origins.of(path)
    )


def _jobs(settings: Settings, name: str, told: ScheduleSettings) -> list[Job]:
    week = told.do is Work.CLOSE
    return [
        Job(
            name=name,
            work=told.do,
            source=source,
            when=_when(settings, told, source),
            days=_days(told),
            in_office_hours=told.only is not None,
            catch_up=told.catch_up or (_A_WEEK if week else _A_DAY),
            month=told.period,
        )
        for source in _sources(settings, told)
    ]


def _sources(settings: Settings, told: ScheduleSettings) -> tuple[str | None, ...]:
    """Whose job it is: by itself, that of every source at home that has lists.

    The portal's look-ups follow those pulls by events; where there are none to follow, it gets
    readings of its own, but no sweep of everything, which would use up a day's calls.
    """
    if told.do not in _OF_A_SOURCE:
        return (None,)
    if told.sources:
        return told.sources
    homes = [
        name
        for side in (Side.PROVINCE, Side.MINISTRY)
        for name in settings.on_side(side)
        if _can_be_read(settings, name)
    ]
    if homes or told.do is Work.FULL:
        return tuple(homes)
    return tuple(each for each in settings.on_side(Side.PORTAL) if _can_be_read(settings, each))


def _can_be_read(settings: Settings, source: str) -> bool:
    return not isinstance(settings.sources[source], WorkbookSettings)


def _when(settings: Settings, told: ScheduleSettings, source: str | None) -> Every | AtTimes:
    if told.at:
        return AtTimes(told.at)
    if told.do is Work.DIGEST and told.every is None:
        return AtTimes((settings.alerts.digest_at,))
    own = settings.sources[source].every if source is not None else _A_DAY
    return Every(told.every or own)


def _days(told: ScheduleSettings) -> Days:
    if told.days == (WORKING,):
        return Days(working_only=True)
    if told.days:
        return Days(weekdays=frozenset(map(WEEKDAYS.index, told.days)))
    return Days(of_month=told.day)


def _in_schedule(settings: Settings) -> Iterator[Mistake]:
    for name, told in settings.schedule.items():
        if told.enabled:
            found = [*_in_times(told), *_in_sources(settings, told)]
            yield from ((("schedule", name, key), problem) for key, problem in found)
            if told.do is Work.PUBLISH and settings.publication.folder is None:
                yield ("schedule", name, "do"), "job_without_folder"
            if not found:
                yield from _never(settings, name, told)


def _in_times(told: ScheduleSettings) -> Iterator[tuple[str, str]]:
    if told.every is not None and told.at:
        yield "every", "job_every_and_at"
    if told.every is None and not told.at and told.do not in _TIMED_ELSEWHERE:
        yield "at", "job_without_time"
    if told.day is not None and not told.at:
        yield "day", "job_day_without_at"
    if told.day is not None and told.days:
        yield "day", "job_day_and_days"
    if "period" in told.model_fields_set and told.do is not Work.CLOSE:
        yield "period", "job_period"


def _in_sources(settings: Settings, told: ScheduleSettings) -> Iterator[tuple[str, str]]:
    if told.sources and told.do not in _OF_A_SOURCE:
        yield "sources", "job_of_no_source"
    elif not set(told.sources) <= settings.sources.keys():
        yield "sources", "job_source_unknown"
    elif not all(_can_be_read(settings, each) for each in told.sources):
        yield "sources", "job_source_of_files"


def _never(settings: Settings, name: str, told: ScheduleSettings) -> Iterator[Mistake]:
    office = Office(hours=settings.calendar.sessions)
    for job in _jobs(settings, name, told):
        if next_slot(job, _ANY_DAY, office) is None:
            yield ("schedule", name, "only"), "job_never"


def _in_folders(settings: Settings) -> Iterator[Mistake]:
    taken = set()
    for name, source in settings.sources.items():
        if isinstance(source, WorkbookSettings) and source.folder is not None:
            if source.folder in taken:
                yield ("sources", name, "folder"), "folder_twice"
            taken.add(source.folder)
