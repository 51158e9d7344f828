"""The mail about a request to send dossiers again that stopped by itself."""

from collections.abc import Iterator

from models.resend_types import ResendGround
from worker.core.resend.letter import HeldLetter
from worker.i18n import speaking, text
from worker.i18n.numbers import instant, number
from worker.render.mail.content import Content
from worker.render.mail.figures import NumberText
from worker.render.mail.html import html_text
from worker.render.mail.notes import LinkText, reasons
from worker.render.mail.parts import PROVINCE, MailParts
from worker.render.mail.plain import plain_text
from worker.render.mail.words import LONGEST_NAME, sentence_of, shown
from worker.render.resends import late_text

MOST_CODES = 10


def render_held(letter: HeldLetter) -> MailParts:
    """The parts of the mail, in the language of the letter."""
    with speaking(letter.language):
        content = _content(letter)
        return MailParts(
            language=letter.language,
            subject=content.subject,
            text=plain_text(content),
            html=html_text(content, None),
            list_name=text("mail.foot.list", unit=_province(letter)),
            list_id=PROVINCE,
        )


def _content(letter: HeldLetter) -> Content:
    unit = shown(letter.unit, LONGEST_NAME)
    grounds = tuple(_why(letter))
    return Content(
        language=letter.language,
        subject=text("mail.held.subject", unit=unit, id=letter.request),
        unit=unit,
        headline=_headline(letter, unit),
        details=tuple(_details(letter)),
        numbers_title=text("mail.held.numbers", n=number(letter.effect.asked)),
        numbers=tuple(_numbers(letter)),
        alerts_title=text("mail.held.why") if grounds else "",
        alerts=grounds,
        todo_title=text("mail.held.todo"),
        todo=tuple(_todo(letter)),
        fresh_title=text("mail.fresh.title"),
        fresh=(text("mail.held.as_of", at=instant(letter.written_at)),),
        links=_links(letter),
        foot=tuple(reasons(_province(letter), _province(letter), letter.contact)),
    )


def _province(letter: HeldLetter) -> str:
    return shown(letter.province, LONGEST_NAME)


def _headline(letter: HeldLetter, unit: str) -> str:
    counts = {name: number(getattr(letter.effect, name)) for name in ("sent", "worse", "closed")}
    code = shown(letter.unit_code)
    return text("mail.held.headline", id=letter.request, unit=unit, code=code, **counts)


def _details(letter: HeldLetter) -> Iterator[str]:
    effect = letter.effect
    yield text("mail.held.paused", n=number(effect.asked - effect.sent))
    if effect.after is not None:
        before, after = late_text(effect.before), late_text(effect.after)
        yield text("resend.measured", before=before, after=after)


def _numbers(letter: HeldLetter) -> Iterator[NumberText]:
    effect = letter.effect
    waiting = text("mail.held.waiting", n=number(effect.waiting)) if effect.waiting else ""
    yield NumberText(text("mail.held.sent"), number(effect.sent), waiting)
    yield NumberText(text("mail.held.closed"), number(effect.closed), "")
    yield NumberText(text("mail.held.worse"), number(effect.worse), "", alarms=True)


def _why(letter: HeldLetter) -> Iterator[str]:
    """The likely reasons, and which dossiers got worse."""
    for ground, count in letter.grounds:
        yield _ground(ground, count)
    named = ", ".join(map(shown, letter.worse[:MOST_CODES]))
    more = len(letter.worse) - MOST_CODES
    if more > 0:
        yield text("mail.held.codes_more", codes=named, n=number(more))
    elif named:
        yield text("mail.held.codes", codes=named)


def _ground(ground: ResendGround, count: int) -> str:
    likely = sentence_of(text(f"resend.likely.{ground.value}"))
    advice = text(f"resend.ground.{ground.value}")
    return text("resend.grounds", ground=likely, count=number(count), advice=advice)


def _todo(letter: HeldLetter) -> Iterator[str]:
    """By the page where the console can be reached, else by commands."""
    if letter.page is None:
        for step in ("look", "go_on", "stop"):
            yield text(f"mail.held.{step}_command", id=letter.request)
        return
    yield text("mail.held.look_page")
    for step in ("go_on", "stop"):
        yield text(f"mail.held.{step}_page", button=text(f"pages.resends.{step}"))


def _links(letter: HeldLetter) -> tuple[LinkText, ...]:
    if letter.page is None:
        return ()
    return (LinkText(text("mail.held.page", id=letter.request), letter.page),)
