"""The login of the portal's adapter: one session, shared by all threads, renewed in time."""

import threading
from collections.abc import Callable

import msgspec

from worker.errors import LoginRefused
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.http import Call, UpstreamClient
from worker.sources.portal_rows import Envelope

# OpenCPS takes a session to be good for ten minutes; the adapter's own limit is not published.
_GOOD_FOR = 9 * 60.0


class PortalSession:
    """Logs in when there is no session or it grows old. Safe to share between threads."""

    def __init__(self, client: UpstreamClient, login: Call, clock: Callable[[], float]) -> None:
        self._client = client
        self._login = login
        self._clock = clock
        self._decoder = msgspec.json.Decoder(Envelope)
        self._token: str | None = None
        self._since = 0.0
        self._lock = threading.Lock()

    def token(self) -> str:
        """A session to ask with; threads that come meanwhile wait for the one that logs in.

        Raises:
            UpstreamUnavailable: the adapter gave no proper answer.
            LoginRefused: it refuses our account.
        """
        with self._lock:
            if self._token is None or self._clock() - self._since > _GOOD_FOR:
                since = self._clock()
                self._token = self._client.ask(self._login, self._read)
                self._since = since
            return self._token

    def drop(self, token: str) -> None:
        """Forget a session the adapter no longer knows, unless another thread already has."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _read(self, body: bytes) -> str:
        answer = decoded(self._decoder, body)
        code = answer.code()
        if code:
            detail = f"error_code {code}"
            raise AttemptError(detail, error=LoginRefused, again=False, down=False)
        session = _session(answer)
        if code is None or session is None:
            raise AttemptError("no session")
        return session


def _session(answer: Envelope) -> str | None:
    """The session as sent: it may be of any length, but not blank."""
    session = answer.session
    return session if isinstance(session, str) and session.strip() else None
