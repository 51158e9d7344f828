"""The three numbers at the top of a mail."""

from collections.abc import Iterator
from dataclasses import dataclass

from worker.core.alerts.letter import Letter, LetterFigures
from worker.i18n import text
from worker.i18n.numbers import number, signed


@dataclass(frozen=True, slots=True)
class NumberText:
    """A number with what it is and a note below it, "" for none; ``alarms`` asks for a look."""

    label: str
    value: str
    note: str
    alarms: bool = False


def numbers_of(letter: Letter) -> Iterator[NumberText]:
    """Late at home, late on the portal, and the difference with its change; none without any."""
    told = letter.figures
    if told is None:
        return
    yield NumberText(text("mail.number.province"), number(told.late_province), _by_rule(told))
    yield NumberText(text("mail.number.portal"), number(told.late_portal), _published(told))
    difference = signed(told.difference)
    alarms = told.difference != 0
    yield NumberText(text("mail.number.difference"), difference, _change(told), alarms)


def _by_rule(told: LetterFigures) -> str:
    if told.late_by_portal_rule == told.late_province:
        return ""
    return text("mail.number.by_portal_rule", n=number(told.late_by_portal_rule))


def _published(told: LetterFigures) -> str:
    if told.published is None or told.published == told.late_portal:
        return ""
    return text("mail.number.published", n=number(told.published))


def _change(told: LetterFigures) -> str:
    before = told.previous_difference
    if before is None:
        return text("mail.number.first")
    if before == told.difference:
        return text("mail.number.same")
    if before * told.difference < 0:
        return text("mail.number.turned", n=signed(before))
    growth = abs(told.difference) - abs(before)
    key = "up" if growth > 0 else "down"
    return text(f"mail.number.{key}", n=number(abs(growth)))
