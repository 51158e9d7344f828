"""Templates of pages and mails: every value is escaped, and one that is not given is a mistake."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.i18n import text

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def template(package: str, name: str) -> Template:
    """A template in the folder ``templates`` of a package, which speaks with ``text``."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    room = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.globals["text"] = text
    return room.get_template(name)
