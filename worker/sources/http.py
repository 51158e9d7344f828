"""How every outside system is asked: bounded in time and size, retried once, never trusted."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    wait_random_exponential,
)

from worker.errors import LoginRefused, UpstreamContractError
from worker.sources.attempt import AttemptError
from worker.sources.body import chunks_of
from worker.sources.circuit import Circuit
from worker.sources.outward import Patience, outward_client
from worker.sources.pace import Book, Budget, LocalPace, Pace
from worker.sources.pace_shared import SharedPace
from worker.sources.rate import RateLimiter

T = TypeVar("T")

_TOO_MANY = 429
_WORTH_ANOTHER_TRY = frozenset({408, 425, _TOO_MANY})
_REFUSED = frozenset({401, 403})
_SERVER_FAULT = 500
_REDIRECT = 300
_HEADERS = {"accept": "application/json", "accept-encoding": "gzip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPolicy:
    """How patient and how careful a client is. Times are in seconds, sizes in bytes.

    ``exchange`` bounds one attempt from connecting to the last byte of its body. ``first_wait``
    doubles with every attempt up to ``longest_wait``, the real wait being a random part of it;
    a Retry-After is honoured up to ``longest_retry_after``. A circuit opens after
    ``circuit_failures`` calls in a row failed for good, for ``circuit_cool_down``. ``clock`` is
    a steadily rising one, not the time of day. ``calls_per_second`` (None: no limit) is for
    clients that have no rate of their own; a limit is kept together with all who go by the same
    ``book``, or by each client alone where there is none.
    """

    connect: float = 10.0
    read: float = 30.0
    exchange: float = 180.0
    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 30.0
    longest_retry_after: float = 60.0
    max_body_bytes: int = 32 * 1024 * 1024
    circuit_failures: int = 5
    circuit_cool_down: float = 60.0
    concurrency: int = 8
    calls_per_second: float | None = None
    book: Book | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


# The detail of the error where no further call is allowed.
CALLS_SPENT = "calls spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question to a source, its body as ``json`` or as a ``form``.

    ``logs_in``: a 401 or 403 means that it refuses our account. ``also_read``: statuses whose
    body says what is wrong and is read like a good answer's. ``final``: statuses after which the
    source is not asked again, unless it says itself when it may be.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    json: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    logs_in: bool = False
    also_read: frozenset[int] = frozenset()
    final: frozenset[int] = frozenset()


class UpstreamClient:
    """The one HTTP client of one source; safe to share between threads.

    Every attempt, retries included, goes through the rate limiter. ``budget`` names the limit among
    those of the source: clients of one source and budget share it.
    """

    def __init__(
        self,
        source: str,
        policy: ClientPolicy,
        *,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        calls_per_second: float | None = None,
        budget: str = "calls",
    ) -> None:
        self._source = source
        self._policy = policy
        rate = calls_per_second or policy.calls_per_second
        self._rate = RateLimiter(_pace(source, budget, 1 / rate if rate else 0.0, policy))
        self._circuit = Circuit(
            source,
            failures=policy.circuit_failures,
            cool_down=policy.circuit_cool_down,
            clock=policy.clock,
        )
        self._backoff = wait_random_exponential(
            multiplier=policy.first_wait, max=policy.longest_wait
        )
        self._http = outward_client(
            Patience(connect=policy.connect, read=policy.read, exchange=policy.exchange),
            auth=auth,
            headers=_HEADERS | dict(headers or {}),
            connections=policy.concurrency,
            clock=policy.clock,
        )

    def ask(
        self, call: Call, read: Callable[[bytes], T], give_up: Callable[[], bool] = lambda: False
    ) -> T:
        """What ``read`` makes of the answer to ``call``.

        Args:
            call: the question.
            read: turns the body into a value; raises AttemptError where it can't.
            give_up: asked before every retry; True: the caller no longer wants the answer.

        Raises:
            CircuitOpen: the source failed too often of late and was not asked.
            TransientError: the shared limit is out of reach, so the source was not asked.
            UpstreamUnavailable: no usable answer after all attempts.
            LoginRefused: the source refuses our account.
            UpstreamContractError: the answer is not one of the configured system.
        """
        self._circuit.enter()
        try:
            answer: T = self._retrying(give_up)(self._attempt, call, read)
        except AttemptError as error:
            self._circuit.note(down=error.down)
            raise error.as_error(self._source) from None
        self._circuit.note(down=False)
        return answer

    @property
    def calls(self) -> int:
        """How many calls have been made so far, retries included."""
        return self._rate.taken

    def allow(self, calls: int | None) -> None:
        """Make at most so many further calls (None: no limit); the rest fails as CALLS_SPENT."""
        self._rate.allow(calls)

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()
        self._rate.close()

    def _retrying(self, give_up: Callable[[], bool]) -> Retrying:
        attempts = self._policy.attempts
        return Retrying(
            retry=retry_if_exception(_worth_another_try),
            stop=lambda state: state.attempt_number >= attempts or give_up(),
            wait=self._wait,
            sleep=self._policy.sleep,
            reraise=True,
        )

    def _wait(self, state: RetryCallState) -> float:
        wait = float(self._backoff(state))
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, AttemptError) else None
        return max(wait, min(asked or 0.0, self._policy.longest_retry_after))

    def _attempt(self, call: Call, read: Callable[[bytes], T]) -> T:
        if not self._rate.wait():
            raise AttemptError(CALLS_SPENT, again=False, down=False)
        try:
            body = self._exchange(call)
        except httpx.TimeoutException:
            raise AttemptError("timeout") from None
        except httpx.TransportError as error:
            raise AttemptError(type(error).__name__) from None
        except httpx.InvalidURL:
            raise AttemptError("address", error=UpstreamContractError, again=False) from None
        return read(body)

    def _exchange(self, call: Call) -> bytes:
        body = bytearray()
        with self._http.stream(
            call.method,
            call.url,
            params=call.params or None,
            json=call.json,
            data=call.form,
            headers=call.headers,
        ) as response:
            self._judge(call, response)
            for chunk in chunks_of(response, self._policy.max_body_bytes):
                body += chunk
        return bytes(body)

    def _judge(self, call: Call, response: httpx.Response) -> None:
        status = response.status_code
        if status < _REDIRECT or status in call.also_read:
            return
        detail = f"HTTP {status}"
        if status in call.final and _retry_after(response.headers) is None:
            raise AttemptError(detail, again=False)
        if status in _WORTH_ANOTHER_TRY or status >= _SERVER_FAULT:
            asked = _retry_after(response.headers)
            if status == _TOO_MANY and asked:
                self._rate.hold(min(asked, self._policy.longest_retry_after))
            raise AttemptError(detail, retry_after=asked)
        again = self._drops_cookies(response)
        if call.logs_in and status in _REFUSED:
            raise AttemptError(detail, error=LoginRefused, again=again, down=False)
        raise AttemptError(detail, error=UpstreamContractError, again=again)

    def _drops_cookies(self, response: httpx.Response) -> bool:
        """Whether the question bore cookies, which may be over; the next one goes without."""
        if "cookie" not in response.request.headers:
            return False
        self._http.cookies.clear()
        return True


def _pace(source: str, budget: str, interval: float, policy: ClientPolicy) -> Pace:
    """Without a limit there is nothing to share, and no book that pulls would have to wait for."""
    if policy.book is None or not interval:
        return LocalPace(interval, clock=policy.clock, sleep=policy.sleep)
    shared = Budget(
        name=f"{source}/{budget}", interval=interval, longest_hold=policy.longest_retry_after
    )
    return SharedPace(source, policy.book, shared, clock=policy.clock, sleep=policy.sleep)


def _worth_another_try(error: BaseException) -> bool:
    return isinstance(error, AttemptError) and error.again


def _retry_after(headers: Mapping[str, Any]) -> float | None:
    """The seconds to wait; a date counts from the source's own Date, so clocks need not agree."""
    text = str(headers.get("retry-after", "")).strip()
    if text.isascii() and text.isdigit():
        return float(text[:6])
    try:
        until = parsedate_to_datetime(text)
        since = parsedate_to_datetime(str(headers.get("date", "")))
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
