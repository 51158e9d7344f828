"""The subject of a mail: what there is to know, in one line."""

from models.types import IncidentKind, MailReason
from worker.core.alerts.letter import Letter, LetterIncident
from worker.core.times import local_day
from worker.i18n import text
from worker.i18n.numbers import day, number, signed
from worker.render.mail.words import shown, source_name, value_of, value_text

_LONGEST_UNIT = 70
# The gravest first: what silences others, then what people are judged by.
_ORDER = (
    IncidentKind.SOURCE_DOWN,
    IncidentKind.LATE_DIFFERENCE,
    IncidentKind.UNEXPLAINED,
    IncidentKind.LATE_SHARE,
    IncidentKind.SYNC_RATE,
    IncidentKind.SYNC_LAG,
    IncidentKind.QUARANTINE,
)


def subject_of(letter: Letter) -> str:
    """The subject line; each says all there is to know, none begins with "Re:"."""
    unit = shown(letter.unit, _LONGEST_UNIT)
    if letter.reason is MailReason.DIGEST:
        today = day(local_day(letter.written_at))
        return text("mail.subject.digest", unit=unit, day=today, what=_news(letter))
    form = letter.reason if letter.reason in _FORMS else "plain"
    return text(f"mail.subject.{form}", unit=unit, what=_alerts(letter))


_FORMS = (MailReason.REPEAT, MailReason.ESCALATED)


def gravest_first(letter: Letter) -> list[LetterIncident]:
    """The incidents that are open, then those that are over, the gravest of each first."""
    return sorted(
        letter.incidents,
        key=lambda each: (each.is_resolved, _ORDER.index(each.kind), each.opened_at),
    )


def _alerts(letter: Letter) -> str:
    incidents = gravest_first(letter)
    if not incidents:
        return _news(letter)
    main, others = incidents[0], len(incidents) - 1
    what = over(letter, main) if main.is_resolved else _open(letter, main)
    return text("mail.subject.others", what=what, n=number(others)) if others else what


def _open(letter: Letter, incident: LetterIncident) -> str:
    if incident.kind is IncidentKind.SOURCE_DOWN:
        return text("mail.what.source_down", n=source_name(letter, incident.source or ""))
    if incident.kind is IncidentKind.LATE_DIFFERENCE:
        return _difference(letter, incident)
    return text(f"mail.what.{incident.kind.value}", n=_value(incident))


def over(letter: Letter, incident: LetterIncident) -> str:
    """What an incident that is over has come to, by the figures of now.

    Its own number is the last one beyond the threshold and would be told as the one of today.
    """
    if incident.kind is IncidentKind.SOURCE_DOWN:
        return text("mail.over.source_down", n=source_name(letter, incident.source or ""))
    left = _left(letter, incident.kind)
    key = f"{incident.kind.value}{'_left' if left else ''}"
    return text(f"mail.over.{key}", n=signed(left))


def _left(letter: Letter, kind: IncidentKind) -> int:
    """The late dossiers that still differ where an incident of ``kind`` is over."""
    if letter.figures is None:
        return 0
    if kind is IncidentKind.LATE_DIFFERENCE:
        return letter.figures.difference
    return (letter.figures.unexplained or 0) if kind is IncidentKind.UNEXPLAINED else 0


def _value(incident: LetterIncident) -> str:
    return value_text(incident.kind, value_of(incident) or 0)


def _difference(letter: Letter, incident: LetterIncident) -> str:
    now = letter.figures.difference if letter.figures else int(value_of(incident) or 0)
    return _changed(difference_words(now), now, _before(letter, incident))


def difference_words(difference: int) -> str:
    """A difference in late dossiers, either sign, in words."""
    if not difference:
        return text("mail.what.agree")
    key = "late_difference" if difference > 0 else "late_difference_less"
    return text(f"mail.what.{key}", n=number(abs(difference)))


def _before(letter: Letter, incident: LetterIncident) -> int | None:
    if letter.figures and letter.figures.previous_difference is not None:
        return letter.figures.previous_difference
    told = value_of(incident, told=True)
    return None if told is None else int(told)


def _changed(what: str, now: int, before: int | None) -> str:
    """What there is with how it grew or fell; where it changed sides, what it was."""
    if not now or before is None or now == before:
        return what
    if now * before < 0:
        return text("mail.subject.turned", what=what, before=signed(before))
    growth = abs(now) - abs(before)
    key = "up" if growth > 0 else "down"
    return text(f"mail.subject.{key}", what=what, n=number(abs(growth)))


def _news(letter: Letter) -> str:
    what = text("mail.what.news")
    if letter.figures:
        now, before = letter.figures.difference, letter.figures.previous_difference
        what = _changed(difference_words(now), now, before)
    soon = len(letter.warnings)
    return text("mail.what.warnings", what=what, n=number(soon)) if soon else what
