"""The mail to a unit's office: subject, text, page, picture and workbook from one letter."""

from worker.render.mail.letter import render_mail
from worker.render.mail.mime import message
from worker.render.mail.parts import MailParts

__all__ = ["MailParts", "message", "render_mail"]
