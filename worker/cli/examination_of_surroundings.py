"""The doctor's look at what is around the program: broker, mail server, clocks of others."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from worker.cli.finding import Finding, Level, problem
from worker.errors import DoisoatError
from worker.i18n import text
from worker.i18n.numbers import number

if TYPE_CHECKING:
    from worker.settings.model import AnySource, Settings

_LARGEST_SKEW = timedelta(seconds=30)


def clocks_examined(settings: "Settings", *, offline: bool) -> Iterator[Finding]:
    """Our clock beside those of the database and the sources, where it is the real one."""
    from worker.bootstrap import clock_of

    if settings.now is not None:
        return
    compared = []
    for name, told in _clocks(settings, offline=offline):
        clock = clock_of(settings)
        before = clock()
        theirs = told()
        if theirs is None:
            continue
        compared.append(name)
        # What the question took is nobody's fault: the nearer end of it counts.
        skew = max(before - theirs, theirs - clock(), timedelta())
        if skew > _LARGEST_SKEW:
            seconds = number(skew.total_seconds())
            said = text("doctor.clock.differs", name=name, seconds=seconds)
            yield Finding("clock", Level.WARNING, said, text("doctor.clock.advice"))
    if compared:
        names = ", ".join(compared)
        yield Finding("clock", Level.OK, text("doctor.clock.compared", names=names))


def _clocks(
    settings: "Settings", *, offline: bool
) -> Iterator[tuple[str, Callable[[], datetime | None]]]:
    from worker.sources.their_clock import told_time

    yield text("doctor.clock.database"), partial(_of_database, settings)
    if offline:
        return
    for name, source in settings.sources.items():
        address = _address(source)
        if address is not None:
            yield name, partial(told_time, address)


def _of_database(settings: "Settings") -> datetime | None:
    """What the database's clock shows; None for an embedded one, which has ours."""
    from worker.bootstrap import open_store
    from worker.db.condition import condition

    engine = open_store(settings)
    try:
        return condition(engine).now
    except DoisoatError:
        return None
    finally:
        engine.dispose()


def _address(source: "AnySource") -> str | None:
    match source.kind:
        case "opencps" | "td":
            return source.url
        case "igate":
            return source.api_url
        case "portal":
            return source.adapter_url
        case "workbook":
            return None


def broker_examined(settings: "Settings", *, offline: bool) -> Iterator[Finding]:
    """How the broker stands."""
    if settings.broker_url is None:
        yield Finding("broker", Level.NOTE, text("doctor.broker.none"))
        return
    if offline:
        return
    from worker.bootstrap import clock_of
    from worker.broker import examine

    for found in examine(settings, clock_of(settings)):
        level = Level(found.level)
        said = text(f"doctor.broker.{found.topic}_{found.level}", **found.values)
        advice = text(f"doctor.broker.{found.topic}_advice") if level is not Level.OK else None
        yield Finding("broker", level, said, advice)


def mail_examined(settings: "Settings", *, offline: bool) -> Iterator[Finding]:
    """Whether the mail server answers; nothing is sent."""
    if settings.smtp_url is None:
        yield Finding("mail", Level.NOTE, text("doctor.mail.none"))
        return
    if offline:
        return
    from worker.mail.connection import greet
    from worker.mail.server import mail_server_at

    server = mail_server_at(settings.smtp_url.get_secret_value())
    try:
        encrypted = greet(server)
    except DoisoatError as error:
        yield problem("mail", error, "doctor.mail.advice")
        return
    if server.has_login and not encrypted:
        said = text("doctor.mail.in_clear", server=server.shown)
        yield Finding("mail", Level.WARNING, said, text("doctor.mail.in_clear_advice"))
        return
    key = "doctor.mail.answers_encrypted" if encrypted else "doctor.mail.answers"
    yield Finding("mail", Level.OK, text(key, server=server.shown))
