"""VNPT iGate v2, a province's system: dossiers listed page by page (wire.md section 11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from models.types import SourceRecord, Unreadable
from worker.core.times import day_start
from worker.errors import LoginRefused, UpstreamContractError
from worker.ports import Page, Window
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.igate_descent import Descent, Step, leads_to_known
from worker.sources.igate_page import IGatePage, IGatePageReader
from worker.sources.igate_rows import IGateStatuses
from worker.sources.keycloak import KeycloakAccount, KeycloakSession

_SEARCH = "/pa/dossier/search"
_LARGEST_PAGE = 200
_MOST_SIZES = 3
_CHANGED = "changed:"
# The status iGate's own pages leave out unless told otherwise.
_HIDDEN = ("remove-status", "18")
_BY_AGE = ("sort", "id,asc")
_BY_CHANGE = ("sort", "updatedDate,desc")
_POLICY: Final = ClientPolicy()

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IGateConfig:
    """Where a province's iGate is, its Keycloak account, and how it names statuses.

    ``agency_id`` limits the list to an agency and all below it. ``statuses`` are the
    installation's own, by id or name, with the portal's numbers.
    """

    name: str
    sso_url: str
    api_url: str
    client_id: str
    username: str
    password: str = field(repr=False)
    realm: str = "digo"
    agency_id: str | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)
    page_size: int = 50

    def account(self) -> KeycloakAccount:
        """The account that asks."""
        return KeycloakAccount(
            url=self.sso_url,
            realm=self.realm,
            client_id=self.client_id,
            username=self.username,
            password=self.password,
        )


class IGateSource:
    """Lists a province's dossiers; implements PageSource.

    A full sweep lists by id, oldest first, so that rows keep their places while others change and
    new ones come at the end, where the pull reads them too. A reading of changes is sorted by
    ``updatedDate``, newest first, and ends at the first page that reaches back to known days; how
    that is still a proof, ``igate_descent`` explains. A server that leaves ``updatedDate`` out of
    its rows, or does not sort, is read to its end.
    """

    def __init__(self, config: IGateConfig, policy: ClientPolicy = _POLICY) -> None:
        self._name = config.name
        self._url = f"{config.api_url.rstrip('/')}{_SEARCH}"
        self._whole: Query = (("ancestor-agency-id", config.agency_id),) if config.agency_id else ()
        self._size = max(1, min(config.page_size, _LARGEST_PAGE))
        self._reader = IGatePageReader(IGateStatuses(config.name, config.statuses))
        self._client = UpstreamClient(config.name, policy)
        self._session = KeycloakSession(self._client, config.account(), policy.clock)
        self._descents: dict[str, Descent] = {}

    def check(self) -> None:
        """Log in and ask for a single row.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not iGate.
        """
        self._ask((_BY_AGE,), number=0, size=1)

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
        """The one list to read, local days; see PageSource.

        ``accepted-from`` is an instant in UTC: a Vietnamese day begins at 17:00 of the day before.
        As with every filter by receipt, what is not received yet is not in a list with a beginning.
        """
        received = () if since is None else (("accepted-from", _utc(day_start(since))),)
        if changed_since is None:
            return (Window("all", (_BY_AGE, *received)),)
        return (Window(f"{_CHANGED}{changed_since.isoformat()}", (_BY_CHANGE, *received)),)

    def bearing(self, code: str) -> Window:
        """The list of dossiers with a number (wire.md section 11).

        ``code`` is a filter of the search; whether it also finds a ``nationCode`` is not known,
        and we take it that it doesn't.
        """
        return Window("bearing", (_BY_AGE, ("code", code)))

    def page(self, window: Window, offset: int) -> Page:
        """The page that starts at row ``offset``; empty past the end.

        Raises:
            UpstreamUnavailable: no usable answer: the page may hold anything.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not iGate.
        """
        if window.key.startswith(_CHANGED):
            return self._page_of_changes(window, offset)
        answer = self._rows_from(window, offset)
        return Page(offset, answer.total_after(offset), answer.readings)

    def _page_of_changes(self, window: Window, offset: int) -> Page:
        descent = self._descents.get(window.key)
        if descent is None or offset == 0:
            descent = self._descents[window.key] = Descent(offset)
        if descent.has_failed:
            return Page(offset, offset + 1, ())
        answer = self._rows_from(window, offset)
        watermark = day_start(date.fromisoformat(window.key.removeprefix(_CHANGED)))
        is_last = answer.ends_at(offset) or leads_to_known(answer.changes, watermark)
        keys = [_key(reading) for reading in answer.readings]
        total = descent.total_after(Step(offset, keys, answer.listed, is_last))
        return Page(offset, total, answer.readings)

    def _rows_from(self, window: Window, offset: int) -> IGatePage:
        """The rows from ``offset`` to the end of the server's page in which that row stands.

        A server that makes pages of another size than it was asked for says so, and that size is
        kept; it is asked again where its page began elsewhere than the one that was meant.
        """
        for _ in range(_MOST_SIZES):
            size = self._size
            number, skipped = divmod(offset, size)
            answer = self._ask(window.query, number, size)
            self._size = answer.size or size
            if number * self._size == number * size:
                return answer.without_first(skipped)
        raise UpstreamContractError("upstream_contract", source=self._name, detail="page size")

    def _ask(self, query: Query, number: int, size: int) -> IGatePage:
        """One page of the server's, with another login where the token is no longer accepted."""
        token = self._session.token()
        try:
            return self._search(token, query, number, size)
        except LoginRefused:
            self._session.drop(token)
            return self._search(self._session.token(), query, number, size)

    def _search(self, token: str, query: Query, number: int, size: int) -> IGatePage:
        paging = (("page", str(number)), ("size", str(size)), ("spec", "page"))
        call = Call(
            method="GET",
            url=self._url,
            params=(*paging, *query, *self._whole, _HIDDEN),
            headers={"authorization": f"Bearer {token}"},
            logs_in=True,
        )
        return self._client.ask(call, lambda body: self._reader.read(body, size))


def _key(reading: SourceRecord | Unreadable) -> str:
    """What tells a row apart, as the pull's count of different rows does."""
    if isinstance(reading, Unreadable):
        return reading.external_id or f"#{reading.raw}"
    return reading.external_id


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
