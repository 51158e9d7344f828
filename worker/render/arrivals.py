"""The note that lies beside a file from a watched folder: what became of it, and why."""

from collections.abc import Mapping
from datetime import datetime
from io import StringIO

from rich.console import Console

from worker.core.workbook.understanding import Understanding
from worker.errors import DoisoatError
from worker.i18n import sentence, text
from worker.i18n.numbers import instant
from worker.render.importing import counts_text, understanding_parts

_WIDTH = 120


def written_note(
    file: str, source: str, run: int, counts: Mapping[str, int], read: Understanding
) -> str:
    """That a file was brought in, what that changed, and how it was understood."""
    told = {"file": file, "source": source, "run": run, "counts": counts_text(counts)}
    lines = [text("importing.watched.written", **told)]
    if counts.get("quarantined"):
        lines.append(text("importing.look", source=source))
    return "\n".join([*lines, "", _understanding(read, file)])


def known_note(file: str, source: str, run: int, at: datetime) -> str:
    """That the same content was brought in before."""
    return text("importing.watched.known", file=file, source=source, run=run, at=instant(at)) + "\n"


def refused_note(
    file: str, source: str, error: DoisoatError, now: datetime, read: Understanding | None
) -> str:
    """That a file was not brought in, why, and what to do."""
    lines = [
        text("importing.watched.refused", file=file, source=source, at=instant(now)),
        text("importing.watched.why", why=sentence(error)),
        text("importing.watched.again", source=source),
    ]
    told = [] if read is None else ["", _understanding(read, file)]
    return "\n".join([*lines, *told]) + "\n"


def _understanding(read: Understanding, file: str) -> str:
    """What ``import --preview`` shows, as plain text."""
    written = StringIO()
    page = Console(file=written, width=_WIDTH, color_system=None, highlight=False)
    for part in understanding_parts(read, file, None):
        page.print(part, markup=False)
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())
