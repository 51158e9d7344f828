"""The incidents a mail speaks of, and what else is wrong with the data."""

from collections.abc import Iterator

from models.types import IncidentKind, MailReason
from worker.core.alerts.letter import Letter, LetterIncident
from worker.i18n import text
from worker.i18n.numbers import instant
from worker.render.mail.subject import gravest_first
from worker.render.mail.words import source_name, value_of, value_text

_SAID_ABOVE = (IncidentKind.LATE_DIFFERENCE, IncidentKind.SOURCE_DOWN)


def attention(letter: Letter) -> Iterator[str]:
    """One line an incident, the gravest first; none where the sentence at the top said it all."""
    incidents = gravest_first(letter)
    if len(incidents) > 1 or not all(each.kind in _SAID_ABOVE for each in incidents):
        for incident in incidents:
            yield _line(letter, incident)


def _line(letter: Letter, incident: LetterIncident) -> str:
    kind = _kind(letter, incident)
    if incident.resolved_at is not None:
        return text("mail.alert.over", kind=kind, at=instant(incident.resolved_at))
    told = {"kind": kind, "since": instant(incident.opened_at)}
    now, before = value_of(incident), value_of(incident, told=True)
    if now is None:
        return text("mail.alert.line_bare", **told)
    value = value_text(incident.kind, now)
    if before is None or letter.reason is MailReason.OPENED or before == now:
        return text("mail.alert.line", value=value, **told)
    return text("mail.alert.line_told", value=value, told=value_text(incident.kind, before), **told)


def _kind(letter: Letter, incident: LetterIncident) -> str:
    source = source_name(letter, incident.source) if incident.source else ""
    return text(f"mail.kind.{incident.kind.value}", source=source)


def troubles(letter: Letter) -> Iterator[str]:
    """Sources that are down, where no incident says so already."""
    said = {(each.kind, each.source) for each in letter.incidents if not each.is_resolved}
    for fault in letter.faults:
        if (IncidentKind.SOURCE_DOWN, fault.source) not in said:
            name = source_name(letter, fault.source)
            yield text("mail.alert.since_trouble", n=name, since=instant(fault.since))
