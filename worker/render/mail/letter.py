"""From a letter to the finished parts of a mail. The same letter gives the same bytes."""

import re
from hashlib import sha256

from worker.core.alerts.letter import Letter
from worker.core.times import VIETNAM
from worker.i18n import speaking, text
from worker.render.mail.bridge import bridge_png
from worker.render.mail.content import content_of
from worker.render.mail.html import html_text
from worker.render.mail.parts import PROVINCE, MailParts
from worker.render.mail.plain import plain_text
from worker.render.mail.words import unit_name
from worker.render.mail.workbook import workbook_of

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.-]+")


def render_mail(letter: Letter) -> MailParts:
    """The parts of one mail, in the language of the letter."""
    with speaking(letter.language):
        xlsx = workbook_of(letter)
        workbook = _workbook_name(letter) if xlsx is not None else None
        content = content_of(letter, workbook)
        png = bridge_png(content.bridge) if content.bridge else None
        picture = _content_id(png) if png is not None else None
        return MailParts(
            language=letter.language,
            subject=content.subject,
            text=plain_text(content),
            html=html_text(content, picture),
            list_name=text("mail.foot.list", unit=unit_name(letter)),
            list_id=_place(letter),
            png=png,
            picture=picture,
            xlsx=xlsx,
            workbook=workbook,
        )


def _workbook_name(letter: Letter) -> str:
    """In plain letters, as mail programs and file systems of all ages take it."""
    at = letter.as_of.astimezone(VIETNAM)
    return f"doi-soat-{_place(letter)}-{at:%Y%m%d-%H%M}.xlsx"


def _place(letter: Letter) -> str:
    return _NOT_IN_NAMES.sub("-", letter.unit_code).strip(".-")[:40] or PROVINCE


def _content_id(png: bytes) -> str:
    return f"{sha256(png).hexdigest()[:24]}@doisoat"
