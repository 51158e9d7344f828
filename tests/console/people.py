"""People who use the console: accounts, and browsers without a screen that they signed in with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_urlsafe

import httpx
from sqlmodel import Session

from models.operator import Operator, OperatorSession
from models.roles import Role
from tests.console.conftest import Console
from worker.bootstrap import Services, services
from worker.journey.accounts import add_operator
from worker.journey.entering import IDLE, hash_of, set_password
from worker.settings.model import Settings
from worker.sources.trust import trusted

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
    console: Console,
    role: Role,
    name: str | None = None,
    units: Sequence[str] = (),
    *,
    has_password: bool = False,
) -> Iterator[Person]:
    """A new account whose owner is signed in; with a password (``WORD``) only where it matters.

    To hash one takes longer than most tests.
    """
    called, token, csrf = name or role.value, token_urlsafe(), token_urlsafe()
    with services(console.settings) as found:
        operator, made = add_operator(found, called, role, units, "kiem-thu")
        if has_password:
            set_password(found, made.secret, WORD)
        _let_in(found, operator, token, csrf)
    cookies = {"doisoat_session": token}
    at = console.client.base_url
    with httpx.Client(base_url=at, timeout=60, cookies=cookies, verify=trusted()) as client:
        yield Person(called, client, csrf)


def _let_in(found: Services, operator: Operator, token: str, csrf: str) -> None:
    now = found.clock()
    with Session(found.engine) as session, session.begin():
        row = OperatorSession(
            token_hash=hash_of(token),
            operator_id=operator.id or 0,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            expires_at=now + IDLE,
        )
        session.add(row)
