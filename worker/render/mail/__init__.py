"""The mails: to a unit's office (subject, text, page, picture and workbook), and of a re-send."""

from worker.render.mail.held import render_held
from worker.render.mail.letter import render_mail
from worker.render.mail.mime import message
from worker.render.mail.parts import MailParts
from worker.render.mail.readdress import readdressed
from worker.render.mail.undecided import render_undecided

__all__ = ["MailParts", "message", "readdressed", "render_held", "render_mail", "render_undecided"]
