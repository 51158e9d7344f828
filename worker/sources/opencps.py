"""OpenCPS, the province's system: dossiers listed page by page over its REST interface."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import httpx
import msgspec

from models.types import Reading, SourceRecord
from worker.errors import DataError, UpstreamContractError
from worker.ports import Page, Window
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.fields import number_of
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.opencps_rows import OpenCpsRow, StatusNames, record_of
from worker.sources.rows import RowReader

_REST = "/o/rest/v2"
_LARGEST_PAGE = 200
_MOST_TIMES_ASKED = 5
_CUT = 10
_ALL_SYSTEMS = ("systemId", "-1")
_POLICY: Final = ClientPolicy()

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCpsConfig:
    """Where a province's OpenCPS is and how it names statuses.

    ``url`` may end with ``/o/rest/v2`` or not. ``statuses`` are the site's own names
    (``status`` or ``status/substatus``) with the portal's numbers.
    """

    name: str
    url: str
    username: str
    password: str = field(repr=False)
    group_id: str
    statuses: Mapping[str, int] = field(default_factory=dict)
    page_size: int = _LARGEST_PAGE

    @property
    def rest(self) -> str:
        """The address of its REST interface."""
        return f"{self.url.rstrip('/').removesuffix(_REST)}{_REST}"


class _List(msgspec.Struct):
    total: str | int | float | None = None
    data: list[msgspec.Raw] | None = None


class OpenCpsSource:
    """Lists a province's dossiers; implements PageSource.

    ``start`` and ``end`` are always sent: without ``end`` OpenCPS answers with everything it has.
    ``systemId=-1`` asks for all systems, which is not its default.
    """

    def __init__(self, config: OpenCpsConfig, policy: ClientPolicy = _POLICY) -> None:
        self._url = f"{config.rest}/dossiers"
        self._page_size = min(config.page_size, _LARGEST_PAGE)
        self._names = StatusNames(config.name, config.statuses)
        self._list = msgspec.json.Decoder(_List)
        self._rows = RowReader(OpenCpsRow, id_field="dossierId", code_field="dossierNo")
        self._client = UpstreamClient(
            config.name,
            policy,
            auth=httpx.BasicAuth(config.username, config.password),
            headers={"groupId": config.group_id},
        )

    def check(self) -> None:
        """Ask for a single row.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not OpenCPS.
        """
        self._ask(Window("check", ()), offset=0, rows=1)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""
        return self._client.calls

    def allow(self, calls: int | None) -> None:
        """Make at most so many further calls (None: no limit); the rest fails as calls spent."""
        self._client.allow(calls)

    def windows(
        self, *, since: date | None, until: date, changed_since: date | None
    ) -> tuple[Window, ...]:
        """The lists to read, local days; see PageSource.

        A full sweep goes month by month of receipt. Whether ``toReceiveDate`` counts that day in
        is not known, so a month is asked for up to the first of the next: a row listed twice does
        no harm, a row left out would. The last month is open-ended.

        OpenCPS has no "changed since": what changed is what was received, released or finished
        since, and all that is still open.
        """
        if changed_since is not None:
            return tuple(self._changed(since, changed_since))
        if since is None:
            return (Window("all", ()),)
        return tuple(_months(since, until))

    def bearing(self, code: str) -> Window:
        """The list of dossiers with a number (wire.md section 8).

        ``dossierNo`` is a filter of the list; whether it also finds a ``referenceUid`` is not
        known, and we take it that it doesn't.
        """
        return Window("bearing", (("dossierNo", code),))

    def page(self, window: Window, offset: int) -> Page:
        """The page that starts at row ``offset``; empty past the end.

        Raises:
            UpstreamUnavailable: no usable answer: the page may hold anything.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not OpenCPS.
        """
        page = self._ask(window, offset, self._page_size)
        return page if self._ends_with(page, window) else _one_more(page)

    def _ends_with(self, page: Page, window: Window) -> bool:
        """Whether the list really ends where its total says so, or goes on as it says.

        Some installations give the number of rows on the page for a total. Where that may be, for
        the page is full or as long as servers cut pages, what is behind the end is asked for. A
        server that passes over where to begin brings nothing new then.
        """
        rows = len(page.readings)
        following = page.offset + rows
        is_cut = rows >= self._page_size or rows % _CUT == 0
        if not rows or following < page.total or not is_cut:
            return True
        behind = self._ask(window, following, self._page_size).readings
        return {each.external_id for each in behind} <= {each.external_id for each in page.readings}

    def _ask(self, window: Window, offset: int, rows: int) -> Page:
        paging = (("start", str(offset)), ("end", str(offset + rows)), _ALL_SYSTEMS)
        call = Call(method="GET", url=self._url, params=paging + window.query, logs_in=True)
        return self._client.ask(call, lambda body: self._page(body, offset, rows))

    def _page(self, body: bytes, offset: int, asked: int) -> Page:
        answer = decoded(self._list, body)
        total = _total(answer)
        rows = answer.data or []
        if len(rows) > asked * _MOST_TIMES_ASKED:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        if answer.data is None and total:
            raise AttemptError("no rows", error=UpstreamContractError)
        # Rows behind the end it tells are there all the same.
        return Page(
            offset, max(total, offset + len(rows) if rows else 0), tuple(map(self._reading, rows))
        )

    def _reading(self, raw: msgspec.Raw) -> Reading:
        return self._rows.read(raw, self._record)

    def _record(self, row: OpenCpsRow) -> SourceRecord:
        return record_of(row, self._names)

    def _changed(self, since: date | None, changed_since: date) -> Iterator[Window]:
        whole = () if since is None else _from("Receive", since)
        received = max(changed_since, since or changed_since)
        yield Window("changed:received", _from("Receive", received))
        yield Window("changed:finished", _from("Finish", changed_since) + whole)
        yield Window("changed:released", _from("Release", changed_since) + whole)
        for name in self._names.still_open():
            status, _, sub_status = name.partition("/")
            query = (("status", status), *((("substatus", sub_status),) if sub_status else ()))
            yield Window(f"open:{name}", query + whole)


def _one_more(page: Page) -> Page:
    """The page of a list that goes on."""
    return Page(page.offset, page.offset + len(page.readings) + 1, page.readings)


def _total(answer: _List) -> int:
    try:
        total = number_of(answer.total, "total")
    except DataError:
        total = None
    if total is None or total < 0:
        raise AttemptError("no total", error=UpstreamContractError)
    return total


def _months(since: date, until: date) -> Iterator[Window]:
    first = since
    following = _next_month(first)
    while following <= until:
        key = f"received:{first:%Y-%m}"
        yield Window(key, (*_from("Receive", first), ("toReceiveDate", _day(following))))
        first, following = following, _next_month(following)
    yield Window(f"received:{first:%Y-%m}:on", _from("Receive", first))


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _from(what: str, day: date) -> Query:
    return ((f"from{what}Date", _day(day)),)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
