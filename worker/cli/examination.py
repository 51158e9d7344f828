"""The doctor's examinations: configuration, province's folder, calendar, then all the rest."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from models.types import Side
from worker.cli.examination_of_machine import data_folder_examined
from worker.cli.examination_of_sources import source_examined
from worker.cli.examination_of_store import store_examined
from worker.cli.examination_of_surroundings import broker_examined, clocks_examined, mail_examined
from worker.cli.finding import Finding, Level, problem
from worker.core.times import local_day
from worker.errors import DoisoatError
from worker.i18n import text
from worker.i18n.numbers import number

if TYPE_CHECKING:
    from worker.cli.invocation import Invocation
    from worker.settings.model import Settings


def examined(settings: "Settings", call: "Invocation", *, offline: bool) -> Iterator[Finding]:
    """Every finding, in the order in which things depend on each other."""
    from worker.bootstrap import clock_of

    now = clock_of(settings)()
    yield from _configuration(settings, call)
    yield from _folder(settings)
    yield from _calendar(settings, now)
    yield from data_folder_examined(settings, now)
    yield from store_examined(settings, now)
    yield from broker_examined(settings, offline=offline)
    yield from mail_examined(settings, offline=offline)
    yield from clocks_examined(settings, offline=offline)
    if offline:
        yield Finding("sources", Level.NOTE, text("doctor.sources.skipped"))
        return
    for name in settings.sources:
        yield from source_examined(settings, name)


def _configuration(settings: "Settings", call: "Invocation") -> Iterator[Finding]:
    from worker.settings.environment import read_variables
    from worker.settings.load import find_file

    file = find_file(call.config, call.environment, call.working_folder)
    names = sorted(read_variables(call.environment).names.values())
    said = text("doctor.configuration.file", file=file)
    if names:
        said += " " + text("doctor.configuration.variables", names=", ".join(names))
    yield Finding("configuration", Level.OK, said)
    for side in (Side.PROVINCE, Side.PORTAL):
        try:
            settings.source_on(side)
        except DoisoatError as error:
            yield problem("configuration", error, "doctor.configuration.advice")
    if settings.now is not None:
        yield Finding("configuration", Level.WARNING, text("doctor.configuration.now"))


def _folder(settings: "Settings") -> Iterator[Finding]:
    from worker.sources.folder import find_folder, problems_of, read_folder

    seeds = settings.province.seeds
    try:
        folder = find_folder(seeds, settings.folder)
        problems = problems_of(folder)
    except DoisoatError as error:
        yield problem("folder", error, "doctor.folder.advice")
        return
    yield from (problem("folder", error, "doctor.folder.advice") for error in problems)
    if not problems:
        province = read_folder(folder)
        counts = {"units": number(len(province.units)), "figures": number(len(province.figures))}
        procedures = number(len(province.procedures))
        said = text("doctor.folder.read", folder=seeds, procedures=procedures, **counts)
        yield Finding("folder", Level.OK, said)


def _calendar(settings: "Settings", now: datetime) -> Iterator[Finding]:
    from worker.sources.calendars import national_calendar

    year = local_day(now).year
    try:
        tabled = national_calendar(settings.folder).tabled
    except DoisoatError as error:
        yield problem("calendar", error, "doctor.calendar.advice")
        return
    sessions = settings.calendar.sessions.sessions
    hours = ", ".join(f"{begins:%H:%M}-{ends:%H:%M}" for begins, ends in sessions)
    years = ", ".join(map(str, sorted(tabled)))
    yield Finding("calendar", Level.OK, text("doctor.calendar.known", years=years, hours=hours))
    if year not in tabled:
        said = text("doctor.calendar.computed", year=year)
        yield Finding("calendar", Level.WARNING, said, text("doctor.calendar.advice"))
    own = _own_days(settings)
    if own:
        yield Finding("calendar", Level.OK, text("doctor.calendar.own", count=number(own)))


def _own_days(settings: "Settings") -> int:
    """How many days the province's own calendar names; none where its folder can't be read."""
    from worker.sources.folder import find_folder, read_folder

    try:
        calendar = read_folder(find_folder(settings.province.seeds, settings.folder)).calendar
    except DoisoatError:
        return 0
    return len(calendar.days_off) + len(calendar.make_up_days)
