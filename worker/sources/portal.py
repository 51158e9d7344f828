"""The national portal's adapter: one dossier at a time, by the service ``TraCuuHoSo``."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import msgspec

from worker.errors import UpstreamContractError, UpstreamUnavailable
from worker.ports import Answer, Found, NoAnswer, NotFound
from worker.sources.attempt import AttemptError
from worker.sources.body import Decoder, decoded
from worker.sources.circuit import CircuitOpen
from worker.sources.http import CALLS_SPENT, Call, ClientPolicy, UpstreamClient
from worker.sources.portal_rows import Envelope, PortalRows
from worker.sources.session import PortalSession

_SERVICE = "TraCuuHoSo"
_SESSION_TROUBLE = -1
_HOLLOW = b"{} \t\r\n"
_NOTHING = (b"", b"null")
_MOST_ROWS = 20
_AHEAD = 2
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


class PortalSource:
    """Looks dossiers up on the portal; implements LookupSource.

    Only an answer that says so in full (code 0, an empty ``result``) means that the portal does
    not know a code. Whatever else comes, or doesn't, is no answer: the adapter's own clients can't
    tell "down" from "no result", and we must.
    """

    def __init__(self, config: PortalConfig, policy: ClientPolicy = _POLICY) -> None:
        self._url = _address(config.adapter_url, config.integration_endpoint)
        self._agency = config.madonvi
        self._concurrency = policy.concurrency
        self._rows = PortalRows(config.madonvi)
        self._envelope = msgspec.json.Decoder(Envelope)
        self._list = msgspec.json.Decoder(list[msgspec.Raw])
        self._client = UpstreamClient(
            config.name,
            policy,
            headers={"dstcode": config.dstcode, "Charset": "utf-8"},
            calls_per_second=config.lookups_per_second,
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
        """Give back the connections."""
        self._client.close()

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""
        return self._client.calls

    def look_up(self, codes: Sequence[str], most_calls: int | None = None) -> Iterator[Answer]:
        """One answer a code, as they come in; see LookupSource.

        Several codes are asked for at once, a few beyond what was taken from the iterator. When
        the circuit opens or the calls are spent, the codes not yet answered are left unanswered.
        When the caller stops listening, no further call is begun.

        Raises:
            LoginRefused: the account is refused.
        """
        self._client.allow(most_calls)
        stopped = threading.Event()
        remaining = iter(codes)
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix=_SERVICE) as pool:

            def ask(count: int) -> set[Future[Answer | None]]:
                chosen = islice(remaining, count)
                return {pool.submit(self._answer, code, stopped) for code in chosen}

            pending = ask(self._concurrency * _AHEAD)
            try:
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from filter(None, [future.result() for future in done])
                    pending |= ask(0 if stopped.is_set() else len(done))
            finally:
                stopped.set()

    def _answer(self, code: str, stopped: threading.Event) -> Answer | None:
        """The answer for one code; None where the source was not asked any more."""
        if stopped.is_set():
            return None
        try:
            return self._ask_twice(code, stopped)
        except CircuitOpen:
            stopped.set()
            return None
        except (UpstreamUnavailable, UpstreamContractError) as error:
            return self._no_answer(code, str(error.values["detail"]), stopped)

    def _no_answer(self, code: str, detail: str, stopped: threading.Event) -> NoAnswer | None:
        if detail == CALLS_SPENT:
            stopped.set()
            return None
        return NoAnswer(code, detail)

    def _ask_twice(self, code: str, stopped: threading.Event) -> Answer:
        """Ask, and ask once more with a new session where ours has run out."""
        for _ in range(2):
            token = self._session.token()
            answer = self._client.ask(
                self._call(code, token), lambda body: self._read(code, body), stopped.is_set
            )
            if not isinstance(answer, _SessionExpired):
                return answer
            self._session.drop(token)
        return NoAnswer(code, "session expired")

    def _call(self, code: str, token: str) -> Call:
        body = {"session": token, "madonvi": self._agency, "service": _SERVICE, "mahoso": code}
        return Call(method="POST", url=self._url, json=body)

    def _read(self, code: str, body: bytes) -> Answer | _SessionExpired:
        answer = decoded(self._envelope, body)
        error_code = answer.code()
        if error_code == _SESSION_TROUBLE and answer.speaks_of_session():
            return _SessionExpired()
        if error_code:
            raise AttemptError(f"error_code {error_code}", down=False)
        if error_code is None:
            raise AttemptError("no error_code")
        rows = self._result(bytes(answer.result))
        return Found(code, self._rows.readings(code, rows)) if rows else NotFound(code)

    def _result(self, result: bytes) -> list[msgspec.Raw]:
        """The dossiers found: a list, or one that stands alone."""
        rows = [msgspec.Raw(result)] if result.startswith(b"{") else _listed(result, self._list)
        if any(bytes(row).strip(_HOLLOW) in _NOTHING for row in rows):
            raise AttemptError("no result")
        if len(rows) > _MOST_ROWS:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        return rows


def _listed(result: bytes, decoder: Decoder[list[msgspec.Raw]]) -> list[msgspec.Raw]:
    if not result.startswith(b"["):
        raise AttemptError("no result")
    return decoded(decoder, result)


def _address(base: str, endpoint: str) -> str:
    return f"{base.rstrip('/')}/{endpoint.lstrip('/')}"
