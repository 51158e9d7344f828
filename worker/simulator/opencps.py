"""The simulated province system: OpenCPS's lists, statistics and re-sends (wire.md 3, 8, 9)."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from datetime import date, datetime
from hmac import compare_digest
from zlib import crc32

from worker.core.times import local_day, local_instant
from worker.errors import DataError
from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.opencps_items import STATUS_UNKNOWN, Items
from worker.simulator.opencps_resend import COURSE_PATH, HEADER_PATH, OpenCpsSync
from worker.simulator.opencps_statistics import STATISTICS_PATH, OpenCpsTable
from worker.simulator.records import HomeRow
from worker.simulator.world import World

PATH = "/o/rest/v2/dossiers"
LARGEST_PAGE = 200
_NO_ROWS = 0
_MOST_LISTS_KEPT = 64
_ANSWERED = frozenset(
    {("GET", PATH), ("GET", STATISTICS_PATH), ("POST", HEADER_PATH), ("POST", COURSE_PATH)}
)

Filter = Callable[[HomeRow], bool]
_DATES: dict[str, Callable[[HomeRow], datetime | None]] = {
    "ReceiveDate": lambda row: row.received,
    "SubmitDate": lambda row: row.submitted,
    "DueDate": lambda row: row.due,
    "ReleaseDate": lambda row: row.released,
    "FinishDate": lambda row: row.finished,
}


class OpenCpsApplication:
    """Answers for dossiers, statistics and re-sends, with Basic authentication and ``groupId``."""

    name = "opencps"

    def __init__(self, world: World, username: str, password: str, group_id: str) -> None:
        self._world = world
        self._account = f"{username}:{password}".encode()
        self._group_id = group_id
        self._items = Items(world)
        self._table = OpenCpsTable(world)
        self._sync = OpenCpsSync(world)
        self._unordered = False
        self._lists: dict[tuple[object, ...], list[HomeRow]] = {}

    def answer(self, asked: Asked) -> Reply:
        """One page of the list, the table, a re-send, or what is wrong with the request."""
        if (asked.method, asked.path) not in _ANSWERED:
            return _fault("NotFoundException", 404)
        if not self._is_known(asked.headers.get("authorization", "")):
            return _fault("AuthenticationException", 401, www_authenticate="Basic")
        if asked.headers.get("groupid") != self._group_id:
            return _fault("GroupIdException", 400)
        try:
            if asked.method == "POST":
                return self._sync.answer(asked)
            return self._page(asked) if asked.path == PATH else self._table.answer(asked.query)
        except (DataError, ValueError):
            return _fault("BadRequestException", 400)

    def expire_session(self, asked: Asked) -> None:
        """There are no sessions."""

    def is_list(self, asked: Asked) -> bool:
        """Whether a page after the first one is asked for."""
        start, end = asked.query.get("start", ""), asked.query.get("end", "")
        return asked.path == PATH and start.isdigit() and end.isdigit() and int(start) > 0

    def scramble(self, *, unordered: bool) -> None:
        """List in an order of no meaning, or by date of receipt."""
        self._unordered = unordered

    def _page(self, asked: Asked) -> Reply:
        rows = self._listed(asked)
        start, end = _span(asked, len(rows))
        data = [self._items.item(row) for row in rows[start:end]]
        return reply({"total": len(rows), "data": data})

    def _is_known(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = b64decode(encoded, validate=True)
        except (Base64Error, ValueError):
            return False
        return scheme.lower() == "basic" and compare_digest(given, self._account)

    def _listed(self, asked: Asked) -> list[HomeRow]:
        query = {key: value for key, value in asked.query.items() if key not in ("start", "end")}
        key = (self._world.version, self._unordered, *sorted(query.items()))
        if key not in self._lists:
            if len(self._lists) >= _MOST_LISTS_KEPT:
                self._lists.clear()
            self._lists[key] = self._filtered(query)
        return self._lists[key]

    def _filtered(self, query: dict[str, str]) -> list[HomeRow]:
        filters = [*_by_date(query), *_by_words(query)]
        rows = self._world.home_rows()
        found = [row for row in rows if all(keeps(row) for keeps in filters)]
        return sorted(found, key=_meaningless) if self._unordered else found


def _meaningless(row: HomeRow) -> int:
    return crc32(str(row.dossier_id).encode())


def _fault(code: str, status: int, **headers: str) -> Reply:
    return reply({"faultCode": code, "faultMessage": code}, status, **headers)


def _span(asked: Asked, total: int) -> tuple[int, int]:
    """The rows asked for. Without ``end`` OpenCPS answers with all there are."""
    start, end = int(asked.query.get("start") or 0), int(asked.query.get("end") or 0)
    if start < 0 or end < 0:
        raise ValueError(asked.query)
    if end == _NO_ROWS:
        return start, total
    return start, min(end, start + LARGEST_PAGE)


def _by_date(query: dict[str, str]) -> list[Filter]:
    filters = []
    for name, read in _DATES.items():
        first, last = _day(query.get(f"from{name}")), _day(query.get(f"to{name}"))
        if first is not None or last is not None:
            filters.append(_between(read, first or date.min, last or date.max))
    return filters


def _between(read: Callable[[HomeRow], datetime | None], first: date, last: date) -> Filter:
    def keeps(row: HomeRow) -> bool:
        instant = read(row)
        return instant is not None and first <= instant.date() <= last

    return keeps


def _day(text: str | None) -> date | None:
    return local_day(local_instant(text, "%d/%m/%Y")) if text else None


def _by_words(query: dict[str, str]) -> list[Filter]:
    """By status (several, comma separated), number, and system: 0 unless asked, -1 for all."""
    filters: list[Filter] = []
    statuses = frozenset(filter(None, query.get("status", "").split(",")))
    if statuses:
        filters.append(lambda row: _status(row) in statuses)
    if query.get("substatus"):
        filters.append(lambda _: False)
    if query.get("dossierNo"):
        filters.append(lambda row: row.code == query["dossierNo"])
    system = int(query.get("systemId") or 0)
    if system >= 0:
        filters.append(lambda row: row.system == system)
    return filters


def _status(row: HomeRow) -> str:
    return STATUS_UNKNOWN if row.broken == "unknown_status" else row.status
