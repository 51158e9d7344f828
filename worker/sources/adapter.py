"""The national portal's adapter: one session and one call budget behind all of its services."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec

from worker.errors import LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.portal_rows import Envelope
from worker.sources.session import PortalSession

T = TypeVar("T")

_SESSION_EXPIRED = "session expired"
_POLICY: Final = ClientPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalConfig:
    """Where the adapter is, and as whom we talk to it (``opencps_serverconfig`` in OpenCPS)."""

    name: str
    adapter_url: str
    auth_endpoint: str
    integration_endpoint: str
    dstcode: str
    madonvi: str
    username: str
    password: str = field(repr=False)
    lookups_per_second: float


class _SessionExpired:
    """The adapter no longer knows the session we asked with."""


class PortalAdapter:
    """Asks the services of the integration endpoint; safe to share between threads."""

    def __init__(self, config: PortalConfig, policy: ClientPolicy = _POLICY) -> None:
        self.agency = config.madonvi
        self.concurrency = policy.concurrency
        self._name = config.name
        self._url = _address(config.adapter_url, config.integration_endpoint)
        # Whether a refusal may be about the session: not where a new one was refused as well.
        self._sessions_help = True
        self._envelope = msgspec.json.Decoder(Envelope)
        self._client = UpstreamClient(
            config.name,
            policy,
            headers={"dstcode": config.dstcode, "Charset": "utf-8"},
            calls_per_second=config.lookups_per_second,
            budget="lookups",
        )
        account = {"username": config.username, "password": config.password}
        door = _address(config.adapter_url, config.auth_endpoint)
        login = Call(method="POST", url=door, json=account, logs_in=True)
        self._session = PortalSession(self._client, login, policy.clock)

    def check(self) -> None:
        """Log in.

        Raises:
            UpstreamUnavailable: no proper answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not the adapter.
        """
        self._session.token()

    def close(self) -> None:
        """Give back the connections; closing twice does no harm."""
        self._client.close()

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""
        return self._client.calls

    def allow(self, calls: int | None) -> None:
        """Make at most so many further calls (None: no limit); the rest fails as calls spent."""
        self._client.allow(calls)

    def ask(
        self,
        service: str,
        question: Mapping[str, str],
        read: Callable[[Envelope], T],
        give_up: Callable[[], bool] = lambda: False,
    ) -> T:
        """Ask a service, and ask once more with a new session where ours has run out.

        Args:
            service: Its name, for example ``TraCuuHoSo``.
            question: Its own request fields.
            read: Makes a value of an answer with error code 0; raises AttemptError where it can't.
            give_up: Asked before every retry; True: the caller no longer wants the answer.

        Raises:
            UpstreamUnavailable: no usable answer, or every session runs out at once.
            LoginRefused: the account is refused.
            UpstreamContractError: the answer is not one of the adapter's.
        """
        for is_last in (False, True):
            token = self._session.token()
            body = {"session": token, "madonvi": self.agency, "service": service, **question}
            ours = self._sessions_help and not is_last
            call = Call(method="POST", url=self._url, json=body, logs_in=ours)
            try:
                answer = self._client.ask(call, lambda told: self._read(told, read), give_up)
            except LoginRefused:
                # The account was accepted, so this is about the session.
                self._session.drop(token)
                continue
            except UpstreamContractError:
                self._sessions_help = self._sessions_help and not is_last
                raise
            self._sessions_help = True
            if not isinstance(answer, _SessionExpired):
                return answer
            self._session.drop(token)
        raise UpstreamUnavailable(
            "upstream_unavailable", source=self._name, detail=_SESSION_EXPIRED
        )

    def _read(self, body: bytes, read: Callable[[Envelope], T]) -> T | _SessionExpired:
        answer = decoded(self._envelope, body).unwrapped()
        error_code = answer.code()
        if error_code and answer.speaks_of_session():
            return _SessionExpired()
        if error_code:
            raise AttemptError(f"error_code {error_code}", down=False)
        if error_code is None:
            raise AttemptError("no error_code")
        return read(answer)


def _address(base: str, endpoint: str) -> str:
    return f"{base.rstrip('/')}/{endpoint.lstrip('/')}"
