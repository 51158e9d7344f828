"""The doctor's findings as a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.tables import plain_table

_STYLES = {"ok": "green", "note": "", "warning": "yellow", "problem": "bold red"}


def findings_table(items: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    """What ``doctor --json`` prints, as a table; what to do stands below each finding."""
    headings = [text(f"doctor.column.{name}") for name in ("check", "level", "message")]
    table = plain_table(text("doctor.title"), headings)
    for column in table.columns[:2]:
        column.no_wrap = True
    for item in items:
        level = item["level"]
        said = item["message"]
        if item["advice"] and level != "ok":
            said = f"{said}\n→ {item['advice']}"
        table.add_row(
            text(f"doctor.check.{item['check']}"),
            Text(text(f"doctor.level.{level}"), style=_STYLES[level]),
            Text(said),
        )
    return [table, "", _summary(items)]


def _summary(items: Sequence[Mapping[str, Any]]) -> str:
    levels = Counter(item["level"] for item in items)
    if not levels["problem"] and not levels["warning"]:
        return text("doctor.well")
    counts = {name: number(levels[name]) for name in ("problem", "warning")}
    return text("doctor.summary", **counts)
