"""The doctor's look at mails: what waits or never arrives, and who there is to write to."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from worker.cli.finding import Finding, Level
from worker.core.times import local_day
from worker.errors import DoisoatError
from worker.i18n import sentence, text
from worker.i18n.numbers import duration, number

if TYPE_CHECKING:
    from sqlmodel import Session

    from worker.core.alerts.recipients import Recipients
    from worker.core.reference import Province
    from worker.db.mails import Standing
    from worker.settings.model import Settings

# What somebody looks after has moved by then.
_PATIENCE = timedelta(minutes=10)
_LONG = timedelta(hours=1)
_LATELY = timedelta(days=7)
_NAMED = 5


def mails_examined(session: "Session", settings: "Settings", now: datetime) -> Iterator[Finding]:
    """How the mails stand, who gets them, and whether they can lead anywhere."""
    from worker.db.mails import standing
    from worker.sources.folder import find_folder, read_folder

    found = standing(session, now, now - _LATELY)
    findings = [*_waiting(found, settings, now), *_failed(found), *_setup(settings)]
    yield from findings
    if not findings and settings.smtp_url is not None:
        yield Finding("mails", Level.OK, text("doctor.mails.moves"))
    province = read_folder(find_folder(settings.province.seeds, settings.folder))
    yield from _recipients(session, settings, province, now)


def _waiting(found: "Standing", settings: "Settings", now: datetime) -> Iterator[Finding]:
    if found.oldest is None:
        return
    values = {"count": number(found.waiting), "age": duration(now - found.oldest)}
    if settings.smtp_url is None:
        said = text("doctor.mails.no_server", **values)
        yield Finding("mails", Level.WARNING, said, text("doctor.mails.no_server_advice"))
    elif found.due_since is not None and now - found.due_since > _PATIENCE:
        said = text("doctor.mails.stands", **values)
        yield Finding("mails", Level.PROBLEM, said, text("doctor.mails.stands_advice"))
    elif now - found.oldest > _LONG:
        said = text("doctor.mails.down", **values)
        if found.error is not None:
            said += " " + sentence(DoisoatError(found.error["key"], **found.error["values"]))
        yield Finding("mails", Level.WARNING, said, text("doctor.mails.down_advice"))


def _failed(found: "Standing") -> Iterator[Finding]:
    for state, count in (("refused", found.refused), ("given_up", found.given_up)):
        if count:
            said = text(f"doctor.mails.{state}", count=number(count))
            advice = text("doctor.mails.failed_advice", state=state)
            yield Finding("mails", Level.WARNING, said, advice)


def _setup(settings: "Settings") -> Iterator[Finding]:
    """What mails lack, where there is a server to send them."""
    if settings.smtp_url is None:
        return
    if settings.alerts.from_ is None:
        said = text("doctor.mails.no_sender")
        yield Finding("mails", Level.WARNING, said, text("doctor.mails.no_sender_advice"))
    if settings.console.public_url is None:
        said = text("doctor.mails.no_links")
        yield Finding("mails", Level.NOTE, said, text("doctor.mails.no_links_advice"))
    elif settings.console.link_secret is None and settings.database_url is not None:
        said = text("doctor.mails.own_secret", folder=settings.data_dir)
        yield Finding("mails", Level.NOTE, said, text("doctor.mails.own_secret_advice"))


def _recipients(
    session: "Session", settings: "Settings", province: "Province", now: datetime
) -> Iterator[Finding]:
    """The units nobody gets mails for, and those whose mails others get in their place."""
    from worker.core.alerts.recipients import Recipients
    from worker.core.reference import Recipient
    from worker.core.units import UnitDirectory
    from worker.db.recipients import listed, units_concerned
    from worker.db.unit_names import aliases

    directory = UnitDirectory(province.units, aliases(session))
    heirs = directory.heirs_on(local_day(now))
    entered = [Recipient(each.unit, each.email, each.role) for each in listed(session)]
    people = Recipients(
        people=(*province.recipients, *entered),
        directory=directory,
        heirs=heirs,
        default_to=settings.alerts.default_to,
    )
    units = sorted({heirs.get(unit, unit) for unit in units_concerned(session)})
    nobody = [unit for unit in units if not people.has_somebody(unit)]
    elsewhere = [unit for unit in units if unit not in nobody]
    findings = [*_nobody(nobody), *_elsewhere(elsewhere, people)]
    yield from findings
    if units and not findings:
        yield Finding("recipients", Level.OK, text("doctor.recipients.everybody"))


def _nobody(units: Sequence[str]) -> Iterator[Finding]:
    if units:
        said = text("doctor.recipients.nobody", count=number(len(units)), units=_named(units))
        yield Finding("recipients", Level.WARNING, said, text("doctor.recipients.advice"))


def _elsewhere(units: Sequence[str], people: "Recipients") -> Iterator[Finding]:
    """The units without anybody of their own, by those who get their mails."""
    own = {people.heirs.get(each.unit, each.unit) for each in people.people}
    by_others: dict[str, list[str]] = {}
    for unit in units:
        if unit not in own:
            first = ", ".join(people.levels(unit)[0])
            by_others.setdefault(first, []).append(unit)
    for others, fallen in by_others.items():
        values = {"count": number(len(fallen)), "units": _named(fallen), "to": others}
        said = text("doctor.recipients.elsewhere", **values)
        yield Finding("recipients", Level.NOTE, said, text("doctor.recipients.advice"))


def _named(units: Sequence[str]) -> str:
    return ", ".join(units[:_NAMED]) + (", …" if len(units) > _NAMED else "")
