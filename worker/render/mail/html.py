"""A mail as HTML: tables and inline styles, nothing loaded from anywhere."""

from worker.render.mail.content import Content
from worker.render.templates import template


def html_text(content: Content, picture: str | None) -> str:
    """The page; ``picture`` is the Content-ID of the bridge, None where there is none."""
    return template("worker.render.mail", "letter.html.j2").render(mail=content, picture=picture)
