"""The national portal's look-ups: one dossier at a time, by the service ``TraCuuHoSo``."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

import msgspec

from worker.errors import UpstreamContractError, UpstreamUnavailable
from worker.ports import Answer, Found, NoAnswer, NotFound
from worker.sources.adapter import PortalAdapter
from worker.sources.attempt import AttemptError
from worker.sources.body import Decoder, decoded
from worker.sources.circuit import CircuitOpen
from worker.sources.http import CALLS_SPENT
from worker.sources.portal_rows import Envelope, PortalRows

_SERVICE = "TraCuuHoSo"
_HOLLOW = b"{} \t\r\n"
_NOTHING = (b"", b"null")
_MOST_ROWS = 20
_AHEAD = 2


class PortalSource:
    """Looks dossiers up on the portal; implements LookupSource.

    Only an answer that says so in full (code 0, an empty ``result``) means that the portal does
    not know a code. Whatever else comes, or doesn't, is no answer: the adapter's own clients can't
    tell "down" from "no result", and we must.
    """

    def __init__(self, adapter: PortalAdapter) -> None:
        self._adapter = adapter
        self._rows = PortalRows(adapter.agency)
        self._list = msgspec.json.Decoder(list[msgspec.Raw])

    def check(self) -> None:
        """Log in; raises what the adapter's own check raises."""
        self._adapter.check()

    def close(self) -> None:
        """Give back the connections."""
        self._adapter.close()

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""
        return self._adapter.calls

    def look_up(self, codes: Sequence[str], most_calls: int | None = None) -> Iterator[Answer]:
        """One answer a code, as they come in; see LookupSource.

        Several codes are asked for at once, a few beyond what was taken from the iterator. When
        the circuit opens or the calls are spent, the codes not yet answered are left unanswered.
        When the caller stops listening, no further call is begun.

        Raises:
            LoginRefused: the account is refused.
        """
        self._adapter.allow(most_calls)
        stopped = threading.Event()
        remaining = iter(codes)
        concurrency = self._adapter.concurrency
        with ThreadPoolExecutor(concurrency, thread_name_prefix=_SERVICE) as pool:

            def ask(count: int) -> set[Future[Answer | None]]:
                chosen = islice(remaining, count)
                return {pool.submit(self._answer, code, stopped) for code in chosen}

            pending = ask(concurrency * _AHEAD)
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
            return self._adapter.ask(
                _SERVICE, {"mahoso": code}, lambda told: self._read(code, told), stopped.is_set
            )
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

    def _read(self, code: str, answer: Envelope) -> Answer:
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
