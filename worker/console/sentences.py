"""Errors in the words of the pages: where a page does what a command does, it names the page."""

from worker.errors import DoisoatError
from worker.i18n import has_text
from worker.i18n import sentence as of_commands

_AREA = "pages.failed"


def sentence(error: DoisoatError) -> str:
    """One sentence for whoever sits before a page, who may have no commands at hand."""
    own = has_text(f"{_AREA}.{error.key}")
    return of_commands(error, _AREA if own else None)
