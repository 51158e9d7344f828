"""Orders to send a dossier again: one at a time, and none given twice.

Such an order changes something, so it is not a question that may be repeated: one whose answer got
lost may have been carried out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from models.resend_types import ResendAnswer
from worker.core.resend.answers import Verdict
from worker.errors import DoisoatError, UpstreamContractError, UpstreamUnavailable
from worker.ports import Resend, Resent, Source
from worker.sources.circuit import CircuitOpen
from worker.sources.http import ClientPolicy, UpstreamClient

# So many orders in a row without an answer, and the system is left alone.
_MOST_FAILURES = 3
_REFUSED = "HTTP "


class OrderGiver:
    """What gives orders to a system, beside what reads its list.

    Args:
        listing: Reads the list of the same system.
        client: Gives the orders.
    """

    def __init__(self, listing: Source, client: UpstreamClient) -> None:
        self._listing = listing
        self._client = client

    def check(self) -> None:
        """Ask for the least of the list: no order can be tried without being carried out.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not the configured system.
        """
        self._listing.check()

    def close(self) -> None:
        """Give back the connections."""
        self._listing.close()
        self._client.close()


def careful(policy: ClientPolicy) -> ClientPolicy:
    """The policy of a client that gives orders: it sooner leaves alone what doesn't answer."""
    return replace(policy, circuit_failures=min(policy.circuit_failures, _MOST_FAILURES))


def never_again() -> bool:
    """Asked before every retry of an order."""
    return True


def one_by_one(
    dossiers: Sequence[Resend], log_in: Callable[[], None], send: Callable[[Resend], Verdict]
) -> Iterator[Resent]:
    """An answer a dossier, each order given when its answer is asked for; see ResendSource.

    Args:
        dossiers: What is to be sent again.
        log_in: Makes sure that there is a login before an order is given.
        send: Gives the order for one dossier, and judges what is answered.

    Whatever is raised says that nothing was done for the dossier whose turn it was.

    Raises:
        LoginRefused: the account is refused.
        UpstreamContractError: whatever answers the login is not the configured system.
        TransientError: the shared limit is out of reach.
    """
    for dossier in dossiers:
        try:
            log_in()
        except UpstreamUnavailable:
            return
        verdict = attempted(partial(send, dossier))
        if verdict is None:
            return
        yield Resent(dossier.code, verdict.answer, verdict.words)


def attempted(order: Callable[[], Verdict]) -> Verdict | None:
    """What came of an order; None where the system was left alone and it was not given."""
    try:
        return order()
    except CircuitOpen:
        return None
    except UpstreamUnavailable as error:
        return Verdict(ResendAnswer.NO_ANSWER, _detail(error))
    except UpstreamContractError as error:
        detail = _detail(error)
        refused = detail.startswith(_REFUSED)
        return Verdict(ResendAnswer.REFUSED if refused else ResendAnswer.NO_ANSWER, detail)


def _detail(error: DoisoatError) -> str:
    return str(error.values["detail"])
