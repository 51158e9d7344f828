"""Single dossiers of a system that only lists them: its list, asked for one number at a time."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from models.types import Reading, Unreadable
from worker.errors import UpstreamContractError, UpstreamUnavailable
from worker.ports import Answer, Found, NoAnswer, NotFound, Page, Window
from worker.sources.circuit import CircuitOpen
from worker.sources.http import CALLS_SPENT


class Listing(Protocol):
    """A list of dossiers that can be asked for those with one number."""

    def check(self) -> None:
        """Log in, or ask for the least there is; raises what is wrong."""

    def close(self) -> None:
        """Give back connections."""

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""

    def allow(self, calls: int | None) -> None:
        """Make at most so many further calls (None: no limit); the rest fails as CALLS_SPENT."""

    def bearing(self, code: str) -> Window:
        """The list of dossiers with a number, by the system's own filter."""

    def page(self, window: Window, offset: int) -> Page:
        """The page of ``window`` that starts at row ``offset``."""


class LookupsByCode:
    """Looks dossiers up in a list; implements LookupSource.

    What a filter really does differs: one matches parts of a number, one is passed over by an
    older version. So only rows that bear the very code are taken, and only a list read to its end
    without such a row says that there is none. It says so of the number that the filter looks at:
    a dossier's second code may be unknown to it.
    """

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def check(self) -> None:
        """Ask for the least there is; raises what the list's own check raises."""
        self._listing.check()

    def close(self) -> None:
        """Give back the connections."""
        self._listing.close()

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""
        return self._listing.calls

    def look_up(self, codes: Sequence[str], most_calls: int | None = None) -> Iterator[Answer]:
        """One answer a code, in their order; see LookupSource.

        When the circuit opens or the calls are spent, the rest is left unanswered.

        Raises:
            LoginRefused: the account is refused.
        """
        self._listing.allow(most_calls)
        for code in codes:
            answer = self._answer(code)
            if answer is None:
                return
            yield answer

    def _answer(self, code: str) -> Answer | None:
        """The answer for one code; None where the source can't be asked any more."""
        try:
            return _read(code, self._listing.page(self._listing.bearing(code), 0))
        except CircuitOpen:
            return None
        except (UpstreamUnavailable, UpstreamContractError) as error:
            detail = str(error.values["detail"])
            return None if detail == CALLS_SPENT else NoAnswer(code, detail)


def _read(code: str, page: Page) -> Answer:
    bearing = tuple(each for each in page.readings if _may_bear(each, code))
    if bearing:
        return Found(code, bearing)
    if len(page.readings) < page.total:
        return NoAnswer(code, "too many rows")
    return NotFound(code)


def _may_bear(reading: Reading, code: str) -> bool:
    """Whether a row is of this dossier; one whose code can't be read came for it, so it may be."""
    if isinstance(reading, Unreadable):
        return reading.code in (None, code)
    return code in reading.codes
