"""TD's tokens: fetched with a password, used until they are refused, shared by all threads.

``POST {url}/api/tokens`` with the header ``tenant`` answers ``{token, refreshToken,
refreshTokenExpiryTime}`` (``TokensController``, ``TokenRequest`` and ``TokenResponse`` of TD). How
long a token lives is not said, so a refused one is what tells that it is over.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from worker.errors import LoginRefused
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.http import Call, UpstreamClient
from worker.sources.td_keys import AnyCase

T = TypeVar("T")

_LONGEST_TOKEN = 16_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TdAccount:
    """An account of one tenant, and the address at which it logs in."""

    login_url: str
    tenant: str
    username: str
    password: str = field(repr=False)


class _Answer(msgspec.Struct):
    token: object = None


class TdSession:
    """Asks with the token of one account. Safe to share between threads."""

    def __init__(self, client: UpstreamClient, account: TdAccount) -> None:
        self._client = client
        self._login = Call(
            method="POST",
            url=account.login_url,
            json={_login_field(account.username): account.username, "password": account.password},
            headers={"tenant": account.tenant},
            logs_in=True,
        )
        self._answers = AnyCase(_Answer)
        self._token: str | None = None
        self._lock = threading.Lock()

    def log_in(self) -> None:
        """Have a token, whether or not it is still accepted.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not TD.
        """
        self._good_token()

    def ask(
        self, call: Call, read: Callable[[bytes], T], give_up: Callable[[], bool] = lambda: False
    ) -> T:
        """What ``read`` makes of the answer, with another login where the token is over.

        ``give_up`` is asked before every retry; True: the caller no longer wants the answer. A
        refused token is no retry: the call was not carried out.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not TD.
        """
        token = self._good_token()
        try:
            return self._client.ask(_bearing(token, call), read, give_up)
        except LoginRefused:
            self._drop(token)
            return self._client.ask(_bearing(self._good_token(), call), read, give_up)

    def _good_token(self) -> str:
        """The token; threads that come meanwhile wait for the one that fetches it."""
        with self._lock:
            if self._token is None:
                self._token = self._client.ask(self._login, self._read)
            return self._token

    def _drop(self, token: str) -> None:
        """Forget a token that is no longer accepted, unless another thread already has."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _read(self, body: bytes) -> str:
        token = decoded(self._answers, body).token
        if not isinstance(token, str) or not _fits_a_header(token):
            raise AttemptError("no token")
        return token


def _login_field(username: str) -> str:
    """TD takes either, but as ``email`` nothing that isn't one."""
    return "email" if "@" in username else "userName"


def _fits_a_header(token: str) -> bool:
    is_plain = token.isascii() and token.isprintable() and " " not in token
    return is_plain and 0 < len(token) <= _LONGEST_TOKEN


def _bearing(token: str, call: Call) -> Call:
    return replace(call, headers={"authorization": f"Bearer {token}"}, logs_in=True)
