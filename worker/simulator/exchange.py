"""What the simulated applications and the door before them pass to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``headers`` have lower-case names; of a repeated query key the last counts."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def asking_for(self, **query: str) -> "Asked":
        """The same request with other query values."""
        return replace(self, query={**self.query, **query})

    def json(self) -> dict[str, object]:
        """The body as a JSON object; empty where it is none."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, object])
        except msgspec.DecodeError:
            return {}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": _JSON})


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    """``value`` as JSON; underscores in header names stand for dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(msgspec.json.encode(value), status, {"content-type": _JSON, **named})


class Application(Protocol):
    """One simulated system."""

    @property
    def name(self) -> str:
        """What it is called in control answers."""

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""

    def expire_session(self, asked: Asked) -> None:
        """Let the session of a request run out, where there are sessions."""

    def is_list(self, asked: Asked) -> bool:
        """Whether the request is for a later page of a list that can grow or repeat."""

    def scramble(self, *, unordered: bool) -> None:
        """List in no order at all, or in order again."""
