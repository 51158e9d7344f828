"""The outbox: messages to other systems as items of a list, and as a table."""

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.outbox import OutboundMessage
from worker.errors import DoisoatError
from worker.i18n import sentence, text
from worker.i18n.numbers import instant, number
from worker.render.lists import how_many
from worker.render.tables import plain_table

Item = dict[str, Any]

_STYLES = {"waiting": "yellow", "sent": "green", "given_up": "bold red"}


def message_item(row: OutboundMessage) -> Item:
    """A message as ``outbox --json`` shows it; its error is a sentence."""
    error = DoisoatError(row.error["key"], **row.error["values"]) if row.error else None
    waiting = row.state.value == "waiting"
    return {
        "id": row.id,
        "channel": row.channel.value,
        "target": row.target,
        "event": row.payload["event"],
        "state": row.state.value,
        "attempts": row.attempts,
        "created_at": row.created_at,
        "next_try_at": row.next_try_at if waiting else None,
        "sent_at": row.sent_at,
        "error": sentence(error) if error else None,
        "delivery": row.delivery,
        "data": row.payload["data"],
    }


def outbox_table(items: Sequence[Item], total: int) -> list[RenderableType]:
    """Messages, the newest first, and what kept the unsent ones."""
    if not items:
        return [text("outbox.none")]
    names = ("id", "target", "event", "about", "state", "attempts", "created_at", "time")
    headings = [text(f"outbox.column.{name}") for name in names]
    table = plain_table(text("outbox.title"), headings, numbers=[0, 5])
    for item in items:
        table.add_row(
            str(item["id"]),
            Text(item["target"]),
            text(f"outbox.event.{item['event']}"),
            Text(_about(item["data"])),
            Text(text(f"states.message.{item['state']}"), style=_STYLES[item["state"]]),
            number(item["attempts"]),
            instant(item["created_at"]),
            _time(item),
        )
    return [
        table,
        "",
        *_errors(items),
        how_many("outbox.total", len(items), total),
        *_advice(items),
    ]


def _about(data: Item) -> str:
    """What the event is about: a dossier, an incident, a reconciliation, a source."""
    for name in ("dossier", "incident", "reconciliation", "source"):
        if data.get(name) is not None:
            return str(data[name])
    return ""


def _time(item: Item) -> str:
    if item["sent_at"] is not None:
        return instant(item["sent_at"])
    if item["next_try_at"] is not None and item["attempts"]:
        return text("outbox.next_try", at=instant(item["next_try_at"]))
    return ""


def _errors(items: Sequence[Item]) -> list[RenderableType]:
    """The newest error of each target: the same again and again says nothing more."""
    newest: dict[str, Item] = {}
    for item in items:
        if item["error"] and item["state"] != "sent":
            newest.setdefault(item["target"], item)
    return [
        Text(text("outbox.error", id=each["id"], error=each["error"])) for each in newest.values()
    ]


def _advice(items: Sequence[Item]) -> list[RenderableType]:
    given_up = any(item["state"] == "given_up" for item in items)
    return [text("outbox.advice")] if given_up else []
