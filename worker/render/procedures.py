"""Procedures and their limits: as items of a list and as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from worker.core.procedures import ProcedureOverview
from worker.core.publication import Publication
from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.publication import publication_item
from worker.render.tables import plain_table

Item = Mapping[str, Any]

_COLUMNS = ("code", "name", "records", "without_due_date", "limit", "source", "read_at")
_NUMBERS = (2, 3)


def procedure_item(told: ProcedureOverview, published: Publication) -> dict[str, Any]:
    """A procedure as ``procedures --json`` shows it."""
    limit = told.limit
    return {
        "code": told.code,
        "name": told.name,
        "field": told.field,
        "records": told.records,
        "without_due_date": told.without_due_date,
        "limit": {"days": limit.days, "kind": limit.kind.value} if limit else None,
        "limit_source": told.limit_source.value if told.limit_source else None,
        "limit_text": told.limit_text,
        "known": told.known,
        "read_at": told.read_at,
        "publication": publication_item(published),
    }


def procedures_table(items: Sequence[Item], total: int) -> list[RenderableType]:
    """The procedures, and what to do about those the national catalogue does not know."""
    if not items:
        return [text("cli.procedures.none")]
    headings = [text(f"cli.procedures.{name}") for name in _COLUMNS]
    table = plain_table(text("cli.procedures.title"), headings, _NUMBERS)
    for item in items:
        table.add_row(*map(Text, _row(item)))
    parts: list[RenderableType] = [table, ""]
    parts.append(text("cli.procedures.total", shown=number(len(items)), total=number(total)))
    if any(item["known"] is False for item in items):
        parts.append(text("cli.procedures.unknown_advice"))
    return parts


def _row(item: Item) -> list[str]:
    return [
        item["code"],
        item["name"],
        number(item["records"]),
        number(item["without_due_date"]),
        _limit_text(item),
        _source_text(item),
        instant(item["read_at"]) if item["read_at"] else "",
    ]


def _limit_text(item: Item) -> str:
    limit = item["limit"]
    if limit is None:
        return text("cli.procedures.no_limit")
    return text(f"cli.procedures.days.{limit['kind']}", days=number(limit["days"]))


def _source_text(item: Item) -> str:
    if item["known"] is False:
        return text("cli.procedures.unknown")
    source = item["limit_source"]
    return text(f"cli.procedures.told_by.{source}") if source else ""
