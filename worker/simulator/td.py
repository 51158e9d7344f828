"""The simulated province system as TD (Tân Dân): tokens, the list, the report, the push."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zlib import crc32

from worker.core.times import VIETNAM
from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.records import HomeRow
from worker.simulator.td_items import TdItems, is_certification, row_id, status_of
from worker.simulator.td_login import LOGIN_PATH, TdAccount, TdTokens, fault
from worker.simulator.td_push import PUSH_PATH, TdPush
from worker.simulator.td_report import REPORT_PATH, TdReport
from worker.simulator.world import World

LIST_PATH = "/api/v1/HoSos"
_USUAL_SIZE = 10
_MOST_LISTS_KEPT = 64
_PAGING = frozenset({"PageNumber", "PageSize"})
_STATUSES = "InMaTrangThais["

Filter = Callable[[HomeRow], bool]
_DATES: dict[str, Callable[[HomeRow], datetime | None]] = {
    "TiepNhan": lambda row: row.received,
    "HenTra": lambda row: row.due,
    "NgayTra": lambda row: row.finished,
}


class TdApplication:
    """Answers the token endpoint, the search, the report and the push (wire.md section 10)."""

    name = "td"

    def __init__(self, world: World, account: TdAccount, clock: Callable[[], float]) -> None:
        self._world = world
        self._tokens = TdTokens(account, clock)
        self._items = TdItems(world)
        self._report = TdReport(world)
        self._push = TdPush(world)
        self._unordered = False
        self._lists: dict[tuple[object, ...], list[HomeRow]] = {}

    def answer(self, asked: Asked) -> Reply:
        """A token, a page of the list, the report, a push, or what is wrong with the request."""
        try:
            match asked.method, asked.path:
                case "POST", path if path == LOGIN_PATH:
                    return self._tokens.answer(asked)
                case "POST", path if path == REPORT_PATH:
                    return self._report.answer(asked.json())
                case "GET", path if path == LIST_PATH:
                    known = self._tokens.knows(asked)
                    return self._page(asked.query) if known else fault("Unauthorized", 401)
                case "POST", path if path == PUSH_PATH:
                    known = self._tokens.knows(asked)
                    return self._push.answer(asked) if known else fault("Unauthorized", 401)
                case _:
                    return fault("Not Found", 404)
        except (KeyError, ValueError) as error:
            return fault(type(error).__name__, 500)

    def expire_session(self, asked: Asked) -> None:
        """The token of this request runs out early."""
        self._tokens.expire(asked)

    def is_list(self, asked: Asked) -> bool:
        """Whether a page after the first one is asked for."""
        number = asked.query.get("PageNumber", "")
        return asked.path == LIST_PATH and number.isdigit() and int(number) > 1

    def scramble(self, *, unordered: bool) -> None:
        """List in an order of no meaning, or the newest dossier first."""
        self._unordered = unordered

    def _page(self, query: Mapping[str, str]) -> Reply:
        """A page; one past the end knows nothing of the list, as with TD."""
        number = int(query.get("PageNumber") or 1)
        size = int(query.get("PageSize") or _USUAL_SIZE)
        if number < 1 or size < 1:
            raise ValueError(query)
        rows = self._listed({key: query[key] for key in query if key not in _PAGING})
        shown = rows[(number - 1) * size : number * size]
        total = len(rows) if shown else 0
        pages = -(-total // size)
        return reply(
            {
                "data": [self._items.item(row) for row in shown] or None,
                "currentPage": number,
                "totalPages": pages,
                "totalCount": total,
                "pageSize": size,
                "hasPreviousPage": number > 1,
                "hasNextPage": number < pages,
            }
        )

    def _listed(self, query: Mapping[str, str]) -> list[HomeRow]:
        key = (self._world.version, self._unordered, *sorted(query.items()))
        if key not in self._lists:
            if len(self._lists) >= _MOST_LISTS_KEPT:
                self._lists.clear()
            self._lists[key] = self._sorted(query)
        return self._lists[key]

    def _sorted(self, query: Mapping[str, str]) -> list[HomeRow]:
        filters = [*_by_date(query), *_by_words(query)]
        rows = [row for row in self._world.home_rows() if all(keeps(row) for keeps in filters)]
        if self._unordered:
            return sorted(rows, key=lambda row: crc32(row_id(row).encode()))
        return sorted(rows, key=lambda row: row.dossier_id, reverse=True)


def _by_date(query: Mapping[str, str]) -> list[Filter]:
    """From and up to a moment, both included; a day is its first moment."""
    filters: list[Filter] = []
    for name, read in _DATES.items():
        if first := query.get(f"{name}From"):
            filters.append(_from(read, _moment(first)))
        if last := query.get(f"{name}To"):
            filters.append(_up_to(read, _moment(last)))
    return filters


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def _from(read: Callable[[HomeRow], datetime | None], begins: datetime) -> Filter:
    return lambda row: (told := read(row)) is not None and told >= begins


def _up_to(read: Callable[[HomeRow], datetime | None], ends: datetime) -> Filter:
    return lambda row: (told := read(row)) is not None and told <= ends


def _by_words(query: Mapping[str, str]) -> list[Filter]:
    """By status, code, and kind: dossiers of certification only where all kinds are asked for."""
    filters: list[Filter] = []
    statuses = frozenset(query[key] for key in query if key.startswith(_STATUSES))
    if statuses:
        filters.append(lambda row: status_of(row) in statuses)
    if query.get("MaTrangThai"):
        filters.append(lambda row: status_of(row) == query["MaTrangThai"])
    if query.get("MaHoSo"):
        filters.append(lambda row: query["MaHoSo"] in row.code)
    if query.get("SearchAllType", "false").lower() != "true":
        filters.append(lambda row: not is_certification(row))
    return filters
