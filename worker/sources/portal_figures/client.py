"""How the reporting interface is asked: page by page, unhurried, and no more once it refuses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

import msgspec

from models.types import Period
from worker.errors import DataError, DoisoatError, PermanentError, UpstreamContractError
from worker.sources.attempt import AttemptError
from worker.sources.body import Decoder, decoded
from worker.sources.circuit import CircuitOpen
from worker.sources.fields import Scalar, number_of
from worker.sources.http import Call, ClientPolicy, UpstreamClient

_MOST_PAGES = 200
REFUSALS = frozenset({403, 429})
_REJECTED = "request rejected"
_REJECTION_PAGE = b"Request Rejected"
_REJECTION_WITHIN = 4096
_FINAL = frozenset({_REJECTED, *(f"HTTP {status}" for status in REFUSALS)})


class Pagination(msgspec.Struct, rename="camel"):
    """What an answer says of its pages."""

    total_pages: Scalar = None


class Paged(Protocol):
    """Data that come in pages."""

    @property
    def pagination(self) -> Pagination | None:
        """Where this page stands; None where nothing is said of it."""


D = TypeVar("D")
P = TypeVar("P", bound=Paged)


class Answer(msgspec.Struct, Generic[D]):
    """The envelope: 200 or 201 tell nothing, ``code`` does."""

    code: Scalar = None
    data: D | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[P]):
    """One list of the interface: its path, how an answer is read, which rows a page holds."""

    path: str
    decoder: Decoder[Answer[P]]
    rows: Callable[[P], Sequence[object]]
    page_size: int


class ReportingClient:
    """Asks the reporting interface of one portal; it needs no login.

    The interface stands behind a firewall that takes haste for an attack: ``pause`` lies between
    any two calls, retries included, and a refusal is not asked again, unless it is a 429 that names
    its Retry-After.
    """

    def __init__(
        self, source: str, url: str, policy: ClientPolicy, pause: timedelta = timedelta(0)
    ) -> None:
        self._source = source
        self._url = url.rstrip("/")
        seconds = pause.total_seconds()
        self._client = UpstreamClient(
            source, policy, calls_per_second=1 / seconds if seconds else None, budget="figures"
        )

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def pages(self, listing: Listing[P], body: Mapping[str, object]) -> Iterator[P]:
        """All pages of a list.

        Raises:
            UpstreamUnavailable: no usable answer.
            UpstreamContractError: the answer is not the interface's, a page came twice, or there
                is no end of pages.
        """
        seen: list[Sequence[object]] = []
        for number in range(1, _MOST_PAGES + 1):
            page = self.page(listing, body, number, listing.page_size)
            rows = listing.rows(page)
            if rows and rows in seen:
                raise self.broken("page repeated")
            yield page
            seen.append(rows)
            if _is_last(page, len(rows), number, listing.page_size):
                return
        raise self.broken("too many pages")

    def page(self, listing: Listing[P], body: Mapping[str, object], number: int, size: int) -> P:
        """One page; raises what ``pages`` raises."""
        asked = {**body, "currentPage": number, "pageSize": size}
        call = Call(method="POST", url=self._url + listing.path, json=asked, final=REFUSALS)
        return self._client.ask(call, partial(_read, listing.decoder))

    def broken(self, detail: str) -> UpstreamContractError:
        """Whatever answers is not the interface it is configured as."""
        return UpstreamContractError("upstream_contract", source=self._source, detail=detail)


def is_final(trouble: DoisoatError) -> bool:
    """Whether the source is to be left alone for now: refused, or failed too often in a row."""
    return isinstance(trouble, CircuitOpen) or trouble.values.get("detail") in _FINAL


def month_of_body(source: str, period: Period) -> dict[str, object]:
    """A calendar month as the interface is asked for it.

    Raises:
        PermanentError: the period is not one calendar month.
    """
    require_month(source, period)
    return {"timeType": "month", "year": period.first.year, "month": period.first.month}


def require_month(source: str, period: Period) -> None:
    """Raise PermanentError unless the period is one calendar month: nothing else is published."""
    following = period.last + timedelta(days=1)
    months = (following.year - period.first.year) * 12 + following.month - period.first.month
    if not (period.first.day == 1 and following.day == 1 and months == 1):
        raise PermanentError(
            "published_needs_month",
            source=source,
            first=period.first.isoformat(),
            last=period.last.isoformat(),
        )


def refuse_rejection(body: bytes) -> None:
    """Raise AttemptError for the firewall's page, which comes as a good answer would."""
    if _REJECTION_PAGE in body[:_REJECTION_WITHIN]:
        raise AttemptError("request rejected", again=False)


def _read(decoder: Decoder[Answer[P]], body: bytes) -> P:
    refuse_rejection(body)
    answer = decoded(decoder, body)
    if answer.code != "OK":
        raise AttemptError("code not OK")
    if answer.data is None:
        raise AttemptError("no data", error=UpstreamContractError)
    return answer.data


def _is_last(page: Paged, rows: int, number: int, size: int) -> bool:
    """Whether no page follows; without ``pagination``, a page that isn't full is the last."""
    pages = _total_pages(page.pagination)
    if pages is not None:
        return number >= pages
    return rows != size


def _total_pages(pagination: Pagination | None) -> int | None:
    try:
        return None if pagination is None else number_of(pagination.total_pages, "totalPages")
    except DataError:
        return None
