"""The daily mail about requests to send dossiers again that nobody has decided about."""

from collections.abc import Iterator

from worker.core.resend.letter import Undecided, UndecidedLetter
from worker.i18n import speaking, text
from worker.i18n.numbers import instant, number
from worker.render.mail.content import Content
from worker.render.mail.html import html_text
from worker.render.mail.notes import LinkText, reasons
from worker.render.mail.parts import PROVINCE, MailParts
from worker.render.mail.plain import plain_text
from worker.render.mail.words import LONGEST_NAME, sentence_of, shown

MOST_REQUESTS = 20


def render_undecided(letter: UndecidedLetter) -> MailParts:
    """The parts of the mail, in the language of the letter."""
    with speaking(letter.language):
        content = _content(letter)
        return MailParts(
            language=letter.language,
            subject=content.subject,
            text=plain_text(content),
            html=html_text(content, None),
            list_name=text("mail.foot.list", unit=content.unit),
            list_id=PROVINCE,
        )


def _content(letter: UndecidedLetter) -> Content:
    province, what = shown(letter.province, LONGEST_NAME), _what(letter)
    page = letter.page
    return Content(
        language=letter.language,
        subject=text("mail.subject.plain", unit=province, what=what),
        unit=province,
        headline=text("mail.undecided.headline", what=sentence_of(what)),
        details=(),
        alerts_title=text("mail.undecided.requests"),
        alerts=tuple(_requests(letter)),
        todo_title=text("mail.held.todo"),
        todo=tuple(_todo(letter)),
        links=(LinkText(text("mail.undecided.page"), page),) if page else (),
        foot=tuple(reasons(province, province, letter.contact)),
    )


def _what(letter: UndecidedLetter) -> str:
    """How many wait, and how many stopped."""
    held = sum(each.is_held for each in letter.requests)
    asked = len(letter.requests) - held
    counts = {"asked": number(asked), "held": number(held)}
    which = "both" if asked and held else "held_only" if held else "asked_only"
    return text(f"mail.undecided.{which}", **counts)


def _requests(letter: UndecidedLetter) -> Iterator[str]:
    """The first of them, the oldest first."""
    for each in letter.requests[:MOST_REQUESTS]:
        yield _line(each)
    more = len(letter.requests) - MOST_REQUESTS
    if more > 0:
        yield text("mail.undecided.more", n=number(more))


def _line(each: Undecided) -> str:
    return text(
        f"mail.undecided.{'held' if each.is_held else 'asked'}",
        id=each.number,
        unit=shown(each.unit, LONGEST_NAME),
        dossiers=number(each.dossiers),
        at=instant(each.asked_at),
    )


def _todo(letter: UndecidedLetter) -> Iterator[str]:
    """By the page where the console can be reached, else by commands."""
    if letter.page:
        yield text("mail.undecided.decide_page")
        return
    for step in ("show", "approve", "reject", "stop"):
        yield text(f"mail.undecided.{step}_command")
