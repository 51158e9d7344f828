"""People who use the console: accounts, and browsers without a screen that they signed in with."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from models.roles import Role
from tests.console.conftest import Console
from worker.bootstrap import services
from worker.journey.accounts import add_operator
from worker.journey.entering import set_password
from worker.settings.model import Settings

WORD = "con trâu đi trước cái cày"


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    name: str
    client: httpx.Client
    csrf: str

    def get(self, path: str, **parameters: str) -> httpx.Response:
        return self.client.get(path, params=parameters or None)

    def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """A form of one of our pages, sent; where it leads is not followed."""
        return self.client.post(path, data={"csrf": self.csrf, **fields})

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A call of the API from one of our pages."""
        headers = {"X-CSRF-Token": self.csrf}
        return self.client.request(method, path, json=body, headers=headers)


def has_account(
    settings: Settings, role: Role, name: str | None = None, units: Sequence[str] = ()
) -> str:
    """Add an account with a password (``WORD``); its name."""
    with services(settings) as found:
        operator, made = add_operator(found, name or role.value, role, units, "kiem-thu")
        set_password(found, made.secret, WORD)
    return operator.name


@contextmanager
def signed_in(
    console: Console, role: Role, name: str | None = None, units: Sequence[str] = ()
) -> Iterator[Person]:
    """A new account whose owner has signed in."""
    called = has_account(console.settings, role, name, units)
    with httpx.Client(base_url=console.client.base_url, timeout=60) as client:
        answer = client.post("/sign-in", data={"name": called, "word": WORD, "next": "/account"})
        assert answer.status_code == 303, answer.text
        page = client.get("/help")
        yield Person(called, client, csrf_of(page.text))


def csrf_of(page: str) -> str:
    """What a page's forms send back."""
    found = re.search(r'<meta name="csrf" content="([^"]+)">', page)
    assert found is not None, page[:400]
    return found[1]
