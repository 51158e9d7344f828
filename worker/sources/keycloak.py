"""Keycloak's tokens: fetched with a password, renewed before they run out, shared by all threads.

``POST {sso}/auth/realms/{realm}/protocol/openid-connect/token`` as a form (OpenID Connect; wire.md
section 11).
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from worker.errors import DataError, LoginRefused, UpstreamContractError
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.fields import Scalar, number_of
from worker.sources.http import Call, UpstreamClient

_BAD_REQUEST = 400
_ACCOUNT_REFUSED = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})
_LONGEST_TOKEN = 16_000
# Where Keycloak doesn't say how long a token lives; its own default.
_USUAL_LIFE = 60
# A token is renewed this long before its end, or a fifth of its life where that is less.
_MARGIN = 30.0
_MARGIN_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class KeycloakAccount:
    """An account of a realm. ``url`` is Keycloak's, with or without ``/auth``."""

    url: str
    realm: str
    client_id: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Held:
    """A token, what renews it, and by when (the session's clock) it is to be renewed."""

    token: str = field(repr=False)
    renewal: str | None = field(repr=False)
    until: float


class _Answer(msgspec.Struct):
    access_token: object = None
    refresh_token: object = None
    expires_in: Scalar = None
    error: object = None


class KeycloakSession:
    """Hands out the token of one account. Safe to share between threads."""

    def __init__(
        self, client: UpstreamClient, account: KeycloakAccount, clock: Callable[[], float]
    ) -> None:
        base = account.url.rstrip("/").removesuffix("/auth")
        realm = quote(account.realm, safe="")
        self._url = f"{base}/auth/realms/{realm}/protocol/openid-connect/token"
        self._client = client
        self._client_id = account.client_id
        self._password_grant = {
            "grant_type": "password",
            "username": account.username,
            "password": account.password,
        }
        self._clock = clock
        self._decoder = msgspec.json.Decoder(_Answer)
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """A token to ask with; threads that come meanwhile wait for the one that fetches it.

        Raises:
            UpstreamUnavailable: Keycloak gave no proper answer.
            LoginRefused: it refuses our account.
            UpstreamContractError: whatever answers is not Keycloak.
        """
        with self._lock:
            if self._held is None or self._clock() >= self._held.until:
                self._held = self._renewed(self._held)
            return self._held.token

    def drop(self, token: str) -> None:
        """Forget a token that is no longer accepted, unless another thread already has."""
        with self._lock:
            if self._held is not None and self._held.token == token:
                self._held = None

    def _renewed(self, held: _Held | None) -> _Held:
        """By the refresh token where there is one; the login behind it may be over, though."""
        if held is not None and held.renewal is not None:
            try:
                return self._fetch({"grant_type": "refresh_token", "refresh_token": held.renewal})
            except LoginRefused:
                self._held = None
        return self._fetch(self._password_grant)

    def _fetch(self, grant: Mapping[str, str]) -> _Held:
        asked_at = self._clock()
        call = Call(
            method="POST",
            url=self._url,
            form={**grant, "client_id": self._client_id},
            logs_in=True,
            also_read=frozenset({_BAD_REQUEST}),
        )
        return self._client.ask(call, lambda body: self._read(body, asked_at))

    def _read(self, body: bytes, asked_at: float) -> _Held:
        answer = decoded(self._decoder, body)
        if answer.error is not None:
            raise _refusal(answer.error)
        token = _token(answer.access_token)
        if token is None:
            raise AttemptError("no token")
        life = _life(answer.expires_in)
        until = asked_at + life - min(_MARGIN, life * _MARGIN_SHARE)
        return _Held(token, _token(answer.refresh_token), until)


def _refusal(error: object) -> AttemptError:
    """What Keycloak says with HTTP 400: about our account, or about how we ask."""
    refused = isinstance(error, str) and error in _ACCOUNT_REFUSED
    kind = LoginRefused if refused else UpstreamContractError
    return AttemptError(f"HTTP {_BAD_REQUEST}", error=kind, again=False, down=not refused)


def _token(value: object) -> str | None:
    """A token as sent, if it is one that a header can carry."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TOKEN:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def _life(expires_in: Scalar) -> int:
    """For how many seconds a token is good."""
    try:
        seconds = number_of(expires_in, "expires_in")
    except DataError:
        seconds = None
    return _USUAL_LIFE if seconds is None else max(0, seconds)
