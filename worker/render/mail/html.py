"""A mail as HTML: tables and inline styles, nothing loaded from anywhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.render.mail.content import Content

if TYPE_CHECKING:
    from jinja2 import Template


def html_text(content: Content, picture: str | None) -> str:
    """The page; ``picture`` is the Content-ID of the bridge, None where there is none."""
    return _template().render(mail=content, picture=picture)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    room = Environment(
        loader=PackageLoader("worker.render.mail"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return room.get_template("letter.html.j2")
