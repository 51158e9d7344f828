"""Mails as the programs of those who get them take them apart."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from typing_extensions import override

from tests.letters import WRITTEN
from worker.render.mail import MailParts, message

_UNSEEN = ("style", "title", "head")
_VOID = ("meta", "br", "img")


class Page(HTMLParser):
    """What an HTML mail says, the texts of its pictures included, and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._pieces: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._pieces += [value for name, value in attrs if name in ("alt", "href") and value]
        if tag not in _VOID:
            self._open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if not any(tag in _UNSEEN for tag in self._open):
            self._pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._pieces).split())

    def values(self, attribute: str) -> list[str]:
        return [told for _, attrs in self.tags if (told := attrs.get(attribute))]


def sent(parts: MailParts, **changes: str) -> EmailMessage:
    envelope = {
        "sender": "doisoat@soctrang.example",
        "message_id": "<m2.h51-12@soctrang.example>",
        "thread": "<t1.h51-12@soctrang.example>",
        **changes,
    }
    content = message(
        parts,
        sender=envelope["sender"],
        to=["motcua@soctrang.example", "vanphong@soctrang.example"],
        message_id=envelope["message_id"],
        thread=envelope["thread"],
        at=WRITTEN,
    )
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.isascii()
    return message_from_bytes(content, policy=policy.default)
