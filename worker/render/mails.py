"""Mails and those who get them: as items of a list, as tables, and one mail to read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.mail import OutboundMail
from models.mail import Recipient as EnteredRecipient
from worker.core.alerts.addressees import everybody, of_now
from worker.core.alerts.recipients import ROLES
from worker.core.reference import Recipient
from worker.errors import DoisoatError
from worker.i18n import fault_in_words, sentence, text
from worker.i18n.numbers import instant, number
from worker.render.lists import how_many
from worker.render.tables import plain_table

Item = dict[str, Any]
Names = Mapping[str, str]

_STYLES = {"waiting": "yellow", "sent": "green", "refused": "bold red", "given_up": "bold red"}


def mail_item(row: OutboundMail) -> Item:
    """A mail as ``mail --json`` shows it; its error is a sentence.

    ``unit`` None is the whole province. ``first_to`` are those it was written for, ``to`` those it
    is for now. ``recipients``: what the server said last, by address; ``again`` is when it was
    sent again to that one last, ``left_out`` says that it was no longer to be told then.
    """
    error = DoisoatError(row.error["key"], **row.error["values"]) if row.error else None
    waiting = row.state.value == "waiting"
    return {
        "id": row.id,
        "to": of_now(row.to, row.answers),
        "first_to": row.to,
        "subject": row.subject,
        "state": row.state.value,
        "incidents": row.incidents,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "unit": row.unit or None,
        "reason": row.reason.value,
        "attempts": row.attempts,
        "next_try_at": row.next_try_at if waiting else None,
        "error": sentence(error) if error else None,
        "recipients": {each: _answer(said) for each, said in row.answers.items()},
        "message_id": row.message_id,
        "thread": row.thread,
    }


def _answer(said: Mapping[str, Any]) -> Item:
    again = said.get("again")
    return {
        "state": said["state"],
        "detail": said["detail"],
        "again": datetime.fromisoformat(again) if again else None,
        "left_out": said.get("left_out", False),
    }


def lately_asked(item: Item) -> list[str]:
    """To whom a mail went as it was sent again last."""
    said = item["recipients"]
    asked = {each: said[each]["again"] for each in item["to"] if each in said}
    last = max(filter(None, asked.values()), default=None)
    return [each for each, at in asked.items() if at is not None and at == last]


def words_of(row: OutboundMail) -> str:
    """What a mail says, as plain text."""
    body = message_from_bytes(row.content, policy=default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def mails_table(items: Sequence[Item], total: int, *, has_server: bool) -> list[RenderableType]:
    """Mails, the newest first, what kept the unsent ones, and what to do next."""
    if not items:
        return [text("mails.none")]
    names = ("id", "subject", "to", "state", "created_at", "time")
    headings = [text(f"mails.column.{name}") for name in names]
    table = plain_table(text("mails.title"), headings, numbers=[0])
    for item in items:
        table.add_row(
            str(item["id"]),
            Text(item["subject"]),
            Text("\n".join(item["to"])),
            Text(text(f"mails.state.{item['state']}"), style=_STYLES[item["state"]]),
            instant(item["created_at"]),
            _time(item),
        )
    return [
        table,
        "",
        *_errors(items),
        how_many("mails.total", len(items), total),
        *_advice(items, has_server=has_server),
    ]


def mail_shown(item: Item, words: str) -> list[RenderableType]:
    """One mail: to whom, how it stands, and what it says."""
    state = text(f"mails.state.{item['state']}")
    lines = [text("mails.one", id=item["id"], subject=item["subject"])]
    lines += [text("mails.one_state", state=state, at=_time(item) or instant(item["created_at"]))]
    lines += [_to_whom(item, each) for each in everybody(item["first_to"], item["recipients"])]
    if item["error"]:
        lines.append(item["error"])
    return [*map(Text, lines), "", Text(words)]


def _to_whom(item: Item, address: str) -> str:
    said = item["recipients"].get(address)
    if said is None:
        return text("mails.to", to=address)
    answer = text(f"mails.to_{said['state']}", to=address, detail=fault_in_words(said["detail"]))
    if said["left_out"]:
        return text("mails.to_left_out", answer=answer)
    if said["again"] is not None:
        return text("mails.to_again", answer=answer, at=instant(said["again"]))
    return answer


def _time(item: Item) -> str:
    if item["sent_at"] is not None:
        return instant(item["sent_at"])
    if item["next_try_at"] is not None and item["attempts"]:
        return text("mails.next_try", at=instant(item["next_try_at"]))
    return ""


def _errors(items: Sequence[Item]) -> Iterator[RenderableType]:
    """What kept mails, each trouble once: with a server that is away it is the same for all."""
    seen = set()
    for item in items:
        if item["error"] and item["error"] not in seen:
            seen.add(item["error"])
            yield Text(text("mails.error", id=item["id"], error=item["error"]))


def _advice(items: Sequence[Item], *, has_server: bool) -> Iterator[str]:
    states = {item["state"] for item in items}
    if "waiting" in states and not has_server:
        yield text("mails.no_server")
    if states & {"refused", "given_up"}:
        yield text("mails.advice")
    yield text("mails.hint", id=items[0]["id"])


def listed_item(who: Recipient) -> Item:
    """Somebody of the province's ``recipients.csv``."""
    told = {"unit": who.unit, "email": who.email, "role": who.role}
    return told | {"from": "folder", "added_by": None, "added_at": None}


def entered_item(row: EnteredRecipient) -> Item:
    """Somebody whom an operator entered."""
    told = {"unit": row.unit, "email": row.email, "role": row.role}
    return told | {"from": "store", "added_by": row.added_by, "added_at": row.added_at}


def recipients_table(
    items: Sequence[Item], default_to: Sequence[str], names: Names
) -> list[RenderableType]:
    """Who gets mails, by unit, and who gets those of all other units."""
    others = ", ".join(default_to)
    last = text("mails.default_to", to=others) if others else text("mails.default_nobody")
    if not items:
        return [text("mails.no_recipients"), Text(last)]
    headings = [text(f"mails.column.{name}") for name in ("unit", "email", "role", "from")]
    table = plain_table(text("mails.recipients"), headings)
    for item in items:
        table.add_row(
            Text(names.get(item["unit"], item["unit"])),
            Text(item["email"]),
            Text(role_shown(item["role"])),
            Text(_origin(item)),
        )
    return [table, "", text("mails.recipients_total", total=number(len(items))), Text(last)]


def role_shown(role: str) -> str:
    """A role in words; as it is written where it is none of ours."""
    return text(f"mails.role.{role}") if role in ROLES else role


def _origin(item: Item) -> str:
    if item["from"] == "folder":
        return text("mails.from_folder")
    return text("mails.from_store", by=item["added_by"], at=instant(item["added_at"]))
