"""What a mail adds: what was sent again, how fresh the figures are, where it leads, why it came."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.types import IncidentKind
from worker.core.alerts.letter import Letter, LetterIncident, LetterLinks, SourceAge
from worker.i18n import text
from worker.i18n.numbers import day, duration, instant, number
from worker.render.mail.words import shown, source_name, unit_name

_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class LinkText:
    """A link: what it is called, and where it leads."""

    label: str
    address: str


def freshness(letter: Letter) -> Iterator[str]:
    """As of when the figures stand, how old the data of each source are, what is missing."""
    first, last = day(letter.period.first), day(letter.period.last)
    yield text("mail.fresh.as_of", as_of=instant(letter.as_of), first=first, last=last)
    for age in letter.ages:
        yield _age(letter, age)
    if not letter.complete:
        yield text("mail.fresh.incomplete")
    if letter.figures and letter.figures.presumed:
        yield text("mail.fresh.presumed", n=number(letter.figures.presumed))
    if letter.quarantined and not any(_is_of_unreadable(each) for each in letter.incidents):
        yield text("mail.fresh.unreadable", n=number(letter.quarantined))


def _is_of_unreadable(incident: LetterIncident) -> bool:
    return incident.kind is IncidentKind.QUARANTINE and not incident.is_resolved


def _age(letter: Letter, told: SourceAge) -> str:
    name = source_name(letter, told.source)
    if told.read_at is None:
        return text("mail.fresh.never", source=name)
    old = duration(letter.written_at - told.read_at)
    return text("mail.fresh.age", source=name, at=instant(told.read_at), age=old)


def links_of(links: LetterLinks) -> tuple[tuple[LinkText, ...], tuple[LinkText, ...]]:
    """The link to look closer, and those that answer."""
    return tuple(_named(console=links.console)), tuple(
        _named(handled=links.handled, not_ours=links.not_ours)
    )


def _named(**addresses: str | None) -> Iterator[LinkText]:
    """Only addresses a browser opens as a page."""
    for name, address in addresses.items():
        if address and address.startswith(_WEB):
            yield LinkText(text(f"mail.links.{name}"), address)


def resent_lines(letter: Letter) -> Iterator[str]:
    """What sending dossiers again did to what is over."""
    told = letter.resent
    if told is None:
        return
    counts = {name: number(getattr(told, name)) for name in ("sent", "closed", "left")}
    if told.late_before is None or told.late_after is None:
        yield text("resend.mail.line_no_figures", **counts)
    else:
        before, after = number(told.late_before), number(told.late_after)
        yield text("resend.mail.line", **counts, before=before, after=after)


def footing(letter: Letter, attached: str | None) -> Iterator[str]:
    """What is attached, why one gets the mail and how to stop it."""
    if attached:
        yield text("mail.foot.attached", file=attached)
    yield from reasons(shown(letter.province), unit_name(letter), letter.contact)


def reasons(province: str, unit: str, contact: str | None) -> Iterator[str]:
    """Why one gets the mail and how to stop it; ``unit`` is what one is told of."""
    yield text("mail.foot.why", province=province, unit=unit)
    if contact:
        yield text("mail.foot.stop_at", province=province, contact=shown(contact))
    else:
        yield text("mail.foot.stop", province=province)
    yield text("mail.foot.private")
