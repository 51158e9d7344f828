"""The small words of a mail: names made safe to show, sources, values, days."""

import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

from models.types import Cause, Flag, IncidentKind, Status
from worker.core.alerts.letter import Letter, LetterIncident, Sight
from worker.core.resend.selection import Obstacle, lasting_obstacle
from worker.core.times import local_day
from worker.i18n import has_text, text
from worker.i18n.numbers import duration, instant, number, percent, signed

DAYS = ("today", "tomorrow", "later")
LONGEST_NAME = 120
_ONE_DAY = timedelta(days=1)
_LONGEST = 200
# What the numbers of an incident are called in its value.
_VALUES = {
    IncidentKind.LATE_DIFFERENCE: "difference",
    IncidentKind.LATE_SHARE: "share",
    IncidentKind.UNEXPLAINED: "unexplained",
    IncidentKind.SYNC_RATE: "rate",
    IncidentKind.SYNC_LAG: "lag",
    IncidentKind.QUARANTINE: "count",
}


def shown(given: str, longest: int = _LONGEST) -> str:
    """A name or code in one line of composed letters, nothing invisible in it, and bounded.

    Sources are hostile: a line break would make a header of a subject, and marks that turn the
    direction of writing would make another text of it.
    """
    composed = unicodedata.normalize("NFC", given)
    visible = "".join(
        letter if unicodedata.category(letter)[0] != "C" else " " for letter in composed
    )
    line = " ".join(visible.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def sentence_of(words: str) -> str:
    """The words with a capital in front."""
    return words[:1].upper() + words[1:]


def advice_text(cause: Cause, flags: Collection[Flag]) -> str:
    """What to do about a dossier; one whose times look adjusted is not sent again unseen."""
    if lasting_obstacle(cause, flags) is Obstacle.FLAGGED:
        return text("resend.look_first")
    return text(f"causes.advice.{cause.value}")


def unit_name(letter: Letter) -> str:
    """What the unit is called in sentences."""
    return shown(letter.unit, LONGEST_NAME)


def source_name(letter: Letter, source: str) -> str:
    """A source by the side it speaks for, with its own name where that side has several."""
    sides = {each.source: each.side for each in letter.ages}
    sides |= {each.source: each.side for each in letter.faults}
    side = sides.get(source)
    if side is None:
        return shown(source)
    name = text(f"states.side_short.{side.value}")
    return f"{name} ({shown(source)})" if list(sides.values()).count(side) > 1 else name


def value_of(incident: LetterIncident, *, told: bool = False) -> float | None:
    """The number an incident is about, now or as last ``told``; None where it has none."""
    values = incident.told if told else incident.value
    name = _VALUES.get(incident.kind)
    return None if values is None or name is None else values.get(name)


def value_text(kind: IncidentKind, value: float) -> str:
    """The number of an incident as people read it."""
    match kind:
        case IncidentKind.LATE_SHARE | IncidentKind.SYNC_RATE:
            return percent(value)
        case IncidentKind.SYNC_LAG:
            return duration(timedelta(seconds=value))
        case IncidentKind.LATE_DIFFERENCE | IncidentKind.UNEXPLAINED:
            return signed(int(value))
        case _:
            return number(value)


def fault_text(fault: str) -> str:
    """A source's short fault in words where we have them, else as it is ("HTTP 503")."""
    key = "errors.detail." + fault.replace(" ", "_")
    return text(key) if has_text(key) else shown(fault)


def status_text(status: Status) -> str:
    """A status by its name."""
    return text(f"states.status.{status.name}")


def due_text(sight: Sight | None) -> str | None:
    """When one side says it is due."""
    return instant(sight.due_at) if sight and sight.due_at else None


def which_day(letter: Letter, at: datetime) -> str:
    """Which of ``DAYS`` the instant falls on, seen from the day the mail is written."""
    ahead = local_day(at) - local_day(letter.written_at)
    if ahead <= timedelta(0):
        return DAYS[0]
    return DAYS[1] if ahead == _ONE_DAY else DAYS[2]
