"""What pruning takes away: as an item for programs and as a table."""

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from worker.core.retention import Foresight
from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.tables import plain_table


def prune_item(found: Foresight, gone: Mapping[str, int] | None) -> dict[str, Any]:
    """What goes as ``prune --json`` shows it; ``gone`` is what went, None where nothing did."""
    counts = found.counts if gone is None else gone
    return {
        "deleted": gone is not None,
        "total": sum(counts.values()),
        "items": [
            {"kind": name, "rows": count, "kept_since": found.since(name)}
            for name, count in counts.items()
        ],
        "earliest_as_of": found.earliest,
    }


def prune_table(found: Foresight) -> list[RenderableType]:
    """What would go, and from when on everything of its kind stays."""
    if not any(found.counts.values()):
        return [text("cli.prune.nothing"), *_reproducible(found)]
    headings = [text(f"cli.prune.{name}") for name in ("what", "rows", "from")]
    table = plain_table(text("cli.prune.title"), headings, numbers=[1])
    for name, count in found.counts.items():
        if count:
            label = Text(text(f"cli.prune.kind.{name}"))
            table.add_row(label, number(count), instant(found.since(name)))
    return [table, "", text("cli.prune.settings")]


def _reproducible(found: Foresight) -> list[RenderableType]:
    if found.earliest is None:
        return []
    return [text("cli.prune.earliest", earliest=instant(found.earliest))]
