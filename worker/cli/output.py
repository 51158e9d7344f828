"""What commands print: JSON for programs, tables and sentences for people."""

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_WIDTH_OF_A_PIPE = 140
_HEIGHT_OF_A_PIPE = 50


def print_json(value: object) -> None:
    """One JSON document on standard output; instants with Vietnam's offset."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=plain) + "\n")


def print_line(value: object) -> None:
    """One JSON document on one line of standard output, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=plain) + "\n")
    sys.stdout.flush()


def listing(items: Sequence[Any], total: int | None = None) -> dict[str, Any]:
    """A list as the contract shows it; ``total`` where not every item is in ``items``."""
    return {"total": len(items) if total is None else total, "items": list(items)}


def plain(value: object) -> object:
    """What JSON has no form for: instants, days, durations (seconds), enums, paths."""
    from worker.core.times import VIETNAM

    match value:
        case datetime():
            return value.astimezone(VIETNAM).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds())
        case Enum():
            return value.value
        case Path():
            return str(value)
        case _:
            message = f"no JSON form for {type(value).__name__}"
            raise TypeError(message)


def console(*, error: bool = False) -> "Console":
    """A console as wide as the terminal; a pipe gets no colour and room for the tables."""
    from rich.console import Console

    size = shutil.get_terminal_size((_WIDTH_OF_A_PIPE, _HEIGHT_OF_A_PIPE))
    return Console(stderr=error, width=size.columns, highlight=False, soft_wrap=False)


def show(*parts: "RenderableType") -> None:
    """Print tables and sentences on standard output; a pipe gets no blanks at line ends."""
    target = console()
    with target.capture() as captured:
        for part in parts:
            target.print(part, markup=False)
    text = captured.get()
    if not target.is_terminal:
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    sys.stdout.write(text)


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(sentence + "\n")
