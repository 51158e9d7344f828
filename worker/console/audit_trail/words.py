"""Entries of the audit trail in words."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from models.roles import Role
from worker.i18n import has_text, text
from worker.i18n.catalogue import LANGUAGES, catalogue
from worker.i18n.numbers import instant
from worker.render.mails import role_shown

_AREA = "pages.audit"


def actions() -> tuple[str, ...]:
    """Every action that has words."""
    return _named("action")


def subjects() -> tuple[str, ...]:
    """Every kind of subject that has words: the first word of a subject."""
    return _named("subject")


@cache
def _named(group: str) -> tuple[str, ...]:
    prefix = f"audit.{group}."
    known = catalogue(LANGUAGES[0], "pages")
    return tuple(key.removeprefix(prefix) for key in known if key.startswith(prefix))


def action_in_words(action: str) -> str:
    """What was done; as it is stored where nobody gave it words yet."""
    key = f"{_AREA}.action.{action}"
    return text(key) if has_text(key) else action


def subject_in_words(subject: str) -> str:
    """What it was done to: "run 12" as "Lượt chạy 12"."""
    kind, _, name = subject.partition(" ")
    key = f"{_AREA}.subject.{kind}"
    return f"{text(key)} {name}".strip() if has_text(key) else subject


def detail_in_words(detail: Mapping[str, Any]) -> list[str]:
    """What else is worth knowing, a piece each: "đơn vị: H51.12"."""
    return list(_details(detail))


def _details(detail: Mapping[str, Any]) -> Iterator[str]:
    for name, value in detail.items():
        key = f"{_AREA}.detail.{name}"
        yield f"{text(key) if has_text(key) else name}: {_value(name, value)}"


def _value(name: str, value: object) -> str:
    if name == "role" and isinstance(value, str):
        return text(f"pages.role.{value}") if value in tuple(Role) else role_shown(value)
    match value:
        case bool():
            return text(f"{_AREA}.{'yes' if value else 'no'}")
        case list():
            return ", ".join(map(str, value))
        case str():
            return _instant(value) or value
        case _:
            return str(value)


def _instant(value: str) -> str | None:
    """An instant as people write it, where a text is one."""
    try:
        read = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        return None
    return instant(read) if read and read.tzinfo else None
