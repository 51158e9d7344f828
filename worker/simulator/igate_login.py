"""The token endpoint of the simulated iGate's Keycloak."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from worker.simulator.exchange import Asked, Reply, reply

_SETTLED_AFTER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class IGateAccount:
    """Who may ask. ``token_seconds`` is how long a token lives; its refresh token lives thrice."""

    username: str
    password: str = field(repr=False)
    realm: str = "digo"
    client_id: str = "test-public"
    token_seconds: int = 300


@dataclass(slots=True)
class _Token:
    """When a token ends, by the application's clock, and how many calls it has served."""

    ends: float
    used: int = 0


class Keycloak:
    """Hands out tokens, for a password or for a refresh token, and knows them again."""

    def __init__(self, account: IGateAccount, clock: Callable[[], float]) -> None:
        self.path = f"/auth/realms/{account.realm}/protocol/openid-connect/token"
        self._account = account
        self._clock = clock
        self._tokens: dict[str, _Token] = {}
        self._renewals: dict[str, float] = {}
        self._made = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer one request for a token."""
        form = {key: values[-1] for key, values in parse_qs(asked.body.decode()).items()}
        if form.get("client_id") != self._account.client_id:
            return reply({"error": "invalid_client"}, 401)
        match form.get("grant_type"):
            case "password":
                return self._by_password(form)
            case "refresh_token":
                return self._by_renewal(form)
            case _:
                return reply({"error": "unsupported_grant_type"}, 400)

    def knows(self, asked: Asked) -> bool:
        """Whether a request bears a token that is still good."""
        return self.takes(_bearer(asked))

    def takes(self, given: str) -> bool:
        """Whether a token is still good."""
        token = self._tokens.get(given)
        if token is None or token.ends <= self._clock():
            return False
        token.used += 1
        return True

    def expire(self, asked: Asked) -> None:
        """The token of a request runs out early, unless it is quite new.

        One that ran out at each request would help nobody.
        """
        token = self._tokens.get(_bearer(asked))
        if token is not None and token.used >= _SETTLED_AFTER:
            token.ends = self._clock()

    def _by_password(self, form: dict[str, str]) -> Reply:
        account = (self._account.username, self._account.password)
        if (form.get("username"), form.get("password")) != account:
            return _refused("Invalid user credentials", 401)
        return self._token()

    def _by_renewal(self, form: dict[str, str]) -> Reply:
        ends = self._renewals.pop(form.get("refresh_token", ""), 0.0)
        return self._token() if ends > self._clock() else _refused("Token is not active", 400)

    def _token(self) -> Reply:
        self._made += 1
        token, renewal = f"token.{self._made:08d}", f"renewal.{self._made:08d}"
        life = self._account.token_seconds
        self._tokens[token] = _Token(self._clock() + life)
        self._renewals[renewal] = self._clock() + 3 * life
        return reply(
            {
                "access_token": token,
                "expires_in": life,
                "refresh_expires_in": 3 * life,
                "refresh_token": renewal,
                "token_type": "Bearer",
                "not-before-policy": 0,
                "scope": "profile email",
            }
        )


def _refused(why: str, status: int) -> Reply:
    return reply({"error": "invalid_grant", "error_description": why}, status)


def _bearer(asked: Asked) -> str:
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
