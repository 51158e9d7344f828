"""The token endpoint of the simulated TD."""

from collections.abc import Callable
from dataclasses import dataclass, field

from worker.simulator.exchange import Asked, Reply, reply

LOGIN_PATH = "/api/tokens"
_SETTLED_AFTER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TdAccount:
    """Who may ask, and of which tenant. ``token_seconds`` is how long a token lives."""

    username: str
    password: str = field(repr=False)
    tenant: str = "root"
    token_seconds: int = 300


@dataclass(slots=True)
class _Token:
    """When a token ends, by the application's clock, and how many calls it has served."""

    ends: float
    used: int = 0


class TdTokens:
    """Hands out tokens for a password, without a word on how long they live."""

    def __init__(self, account: TdAccount, clock: Callable[[], float]) -> None:
        self._account = account
        self._clock = clock
        self._tokens: dict[str, _Token] = {}

    def answer(self, asked: Asked) -> Reply:
        """Answer one request for a token."""
        form = {key.lower(): value for key, value in asked.json().items()}
        user, email = form.get("username"), form.get("email")
        if email and "@" not in str(email):
            return fault("Invalid Email Address.", 400)
        given = (asked.headers.get("tenant"), user or email, form.get("password"))
        if given != (self._account.tenant, self._account.username, self._account.password):
            return fault("Authentication Failed.", 401)
        number = len(self._tokens) + 1
        self._tokens[f"v4.local.{number:08d}"] = _Token(self._clock() + self._account.token_seconds)
        return reply(
            {
                "token": f"v4.local.{number:08d}",
                "refreshToken": f"renewal.{number:08d}",
                "refreshTokenExpiryTime": "2099-01-01T00:00:00Z",
            }
        )

    def knows(self, asked: Asked) -> bool:
        """Whether a request bears a token that is still good."""
        token = self._tokens.get(_bearer(asked))
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


def fault(message: str, status: int) -> Reply:
    """What TD answers where it refuses."""
    return reply({"messages": [], "exception": message, "statusCode": status}, status)


def _bearer(asked: Asked) -> str:
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
