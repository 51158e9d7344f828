"""TD (Tân Dân), a province's system: dossiers listed page by page (wire.md section 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from worker.errors import UpstreamContractError
from worker.ports import Page, Window
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.td_dates import TdDates
from worker.sources.td_login import TdAccount, TdSession
from worker.sources.td_page import TdPage, TdPageReader
from worker.sources.td_rows import TdStatuses

# Where installations are taken to answer; what differs from one to the next is a setting. The
# paths are those of TD's public source (VersionedApiController writes a plural "s").
LIST_PATH = "/api/v1/HoSos"
LOGIN_PATH = "/api/tokens"
REPORT_PATH = "/api/v1/BaoCaoTongHops/DonVi"
PUSH_PATH = "/api/v1/HoSos/PushDataDVCQGByMaHoSo"
TENANT = "root"
PAGE_SIZE = 200

_RECEIVED_FROM = "TiepNhanFrom"
_DUE_FROM = "HenTraFrom"
_RETURNED_FROM = "NgayTraFrom"
_STATUSES = "InMaTrangThais"
# Otherwise TD leaves out all dossiers of certification ("chứng thực"), which its reports count.
_ALL_TYPES = ("SearchAllType", "true")

_MOST_TRIES = 4
_POLICY: Final = ClientPolicy()

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TdConfig:
    """Where a province's TD is, its account, and how it writes statuses and dates.

    ``statuses`` are the installation's own codes with the portal's numbers. ``month_first``: dates
    with slashes begin with the month.
    """

    name: str
    url: str
    username: str
    password: str = field(repr=False)
    tenant: str = TENANT
    list_path: str = LIST_PATH
    login_path: str = LOGIN_PATH
    report_path: str = REPORT_PATH
    push_path: str = PUSH_PATH
    statuses: Mapping[str, int] = field(default_factory=dict)
    month_first: bool = False
    page_size: int = PAGE_SIZE

    def at(self, path: str) -> str:
        """The whole address of a path."""
        return f"{self.url.rstrip('/')}/{path.lstrip('/')}"

    def account(self) -> TdAccount:
        """The account that asks."""
        return TdAccount(
            login_url=self.at(self.login_path),
            tenant=self.tenant,
            username=self.username,
            password=self.password,
        )


class TdSource:
    """Lists a province's dossiers; implements PageSource.

    Rows are counted from the list's end, the oldest first: see ``TdPage``. A first page is asked
    for to learn how long the list is.
    """

    def __init__(self, config: TdConfig, policy: ClientPolicy = _POLICY) -> None:
        self._name = config.name
        self._url = config.at(config.list_path)
        self._size = max(1, config.page_size)
        self._statuses = TdStatuses(config.name, config.statuses)
        self._reader = TdPageReader(self._statuses, TdDates(month_first=config.month_first))
        self._client = UpstreamClient(config.name, policy)
        self._session = TdSession(self._client, config.account())
        self._totals: dict[str, int] = {}

    def check(self) -> None:
        """Log in and ask for a single row.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not TD.
        """
        self._ask((), number=1, size=1)

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
        self,
        *,
        since: date | None,
        until: date,  # noqa: ARG002 - the lists' ends are open
        changed_since: date | None,
    ) -> tuple[Window, ...]:
        """The lists to read, local days; see PageSource.

        TD compares with the first moment of a day, so a list from a day on has all of it, and one
        up to a day would lack that day: lists have no ends.

        TD has no filter by ``NgayKetThucXuLy`` and none by change, and ``OrderBy=LastModifiedOn``
        is no way around it: TD's own bulk commands set ends and due dates by plain SQL, which
        leaves ``LastModifiedOn`` as it was (wire.md section 6.4). What may have changed is

        - what was received since,
        - what was handed over since,
        - what is due from then on: ended early, and handed over without that being noted,
        - everything not handed over, ended or not: open ones, status 9 that nobody has fetched,
          and 3, 7 and 8, which end without any handing over.

        Left for a full sweep is what was changed after its handing over, and what was handed over
        past its due time without a ``NgayTra``, or one before that day.
        """
        whole = () if since is None else ((_RECEIVED_FROM, since.isoformat()),)
        if changed_since is None:
            return (Window("all", whole),)
        day, received = changed_since.isoformat(), max(changed_since, since or changed_since)
        statuses = tuple(
            (f"{_STATUSES}[{number}]", code)
            for number, code in enumerate(self._statuses.not_handed_over())
        )
        # What moves on meanwhile moves into a list that is read later.
        return (
            Window("changed:received", ((_RECEIVED_FROM, received.isoformat()),)),
            Window("changed:due", ((_DUE_FROM, day), *whole)),
            Window("not_handed_over", (*statuses, *whole)),
            Window("changed:returned", ((_RETURNED_FROM, day), *whole)),
        )

    def bearing(self, code: str) -> Window:
        """The list of dossiers with a number (wire.md section 10).

        ``MaHoSo`` is a filter of the search; whether it also finds a ``MaHoSoKhac`` is not known,
        and we take it that it doesn't.
        """
        return Window("bearing", (("MaHoSo", code),))

    def page(self, window: Window, offset: int) -> Page:
        """The page that starts at row ``offset`` from the end; empty past the beginning.

        Raises:
            UpstreamUnavailable: no usable answer: the page may hold anything.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not TD.
        """
        if offset == 0:
            self._totals.pop(window.key, None)
        for _ in range(_MOST_TRIES):
            answer = self._ask(window.query, self._number(window, offset), self._size)
            self._size, self._totals[window.key] = answer.size, answer.total
            if offset == 0 and answer.fills_the_end and self._goes_on(window, answer):
                raise UpstreamContractError("upstream_contract", source=self._name, detail="total")
            page = answer.from_the_end(offset)
            if page is not None:
                return page
        raise UpstreamContractError("upstream_contract", source=self._name, detail="page size")

    def _number(self, window: Window, offset: int) -> int:
        """The number of the page with this row; the first, where the list's length is unknown."""
        total = self._totals.get(window.key)
        return 1 if total is None else max(0, total - 1 - offset) // self._size + 1

    def _goes_on(self, window: Window, last: TdPage) -> bool:
        """Whether there are rows behind the page that ends the list by its total.

        Some programs give the number of rows on the page for a total.
        """
        number = last.total // last.size + 1
        call = self._call(window.query, number, last.size)
        return self._session.ask(
            call, lambda body: self._reader.exceeds_total(body, number, last.size)
        )

    def _ask(self, query: Query, number: int, size: int) -> TdPage:
        call = self._call(query, number, size)
        return self._session.ask(call, lambda body: self._reader.read(body, number, size))

    def _call(self, query: Query, number: int, size: int) -> Call:
        paging = (("PageNumber", str(number)), ("PageSize", str(size)), _ALL_TYPES)
        return Call(method="GET", url=self._url, params=paging + query)
