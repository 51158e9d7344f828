"""The simulated province system as VNPT iGate v2: tokens, the list, statistics, re-sends."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zlib import crc32

from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.igate_items import IGateItems, agency_id, changed_at, dossier_id
from worker.simulator.igate_login import IGateAccount, Keycloak
from worker.simulator.igate_resend import RESEND_PATH, IGateResend
from worker.simulator.igate_statistics import STATISTICS_PATH, IGateTable
from worker.simulator.records import HomeRow
from worker.simulator.world import World

SEARCH_PATH = "/pa/dossier/search"
LARGEST_PAGE = 200
_USUAL_SIZE = 10
_MOST_LISTS_KEPT = 64
_PAGING = frozenset({"page", "size", "spec"})

Filter = Callable[[HomeRow], bool]
_ORDERS: dict[str, tuple[Callable[[HomeRow], object], bool]] = {
    "id,asc": (dossier_id, False),
    "updatedDate,asc": (lambda row: (changed_at(row), row.dossier_id), False),
    "updatedDate,desc": (lambda row: (changed_at(row), row.dossier_id), True),
}


class IGateApplication:
    """Answers the token endpoint, the search, the table and re-sends (wire.md section 11)."""

    name = "igate"

    def __init__(self, world: World, account: IGateAccount, clock: Callable[[], float]) -> None:
        self._world = world
        self._keycloak = Keycloak(account, clock)
        self._items = IGateItems(world)
        self._table = IGateTable(world)
        self._resend = IGateResend(world, self._keycloak)
        self._unordered = False
        self._lists: dict[tuple[object, ...], list[HomeRow]] = {}

    def answer(self, asked: Asked) -> Reply:
        """A token, a page of the list, the table, a re-send, or what is wrong with the request."""
        if (asked.method, asked.path) == ("POST", self._keycloak.path):
            return self._keycloak.answer(asked)
        if (asked.method, asked.path) == ("POST", RESEND_PATH):
            return self._resend.answer(asked)
        if asked.method != "GET" or asked.path not in (SEARCH_PATH, STATISTICS_PATH):
            return _fault("Not Found", 404)
        if not self._keycloak.knows(asked):
            return _fault("Unauthorized", 401)
        try:
            searched = asked.path == SEARCH_PATH
            return self._page(asked.query) if searched else self._table.answer(asked.query)
        except (KeyError, ValueError):
            return _fault("Bad Request", 400)

    def expire_session(self, asked: Asked) -> None:
        """The token of this request runs out early."""
        self._keycloak.expire(asked)

    def is_list(self, asked: Asked) -> bool:
        """Whether a page after the first one is asked for."""
        page = asked.query.get("page", "")
        return asked.path == SEARCH_PATH and page.isdigit() and int(page) > 0

    def scramble(self, *, unordered: bool) -> None:
        """List in an order of no meaning, or in the order asked for."""
        self._unordered = unordered

    def _page(self, query: Mapping[str, str]) -> Reply:
        number = int(query.get("page") or 0)
        size = min(int(query.get("size") or _USUAL_SIZE), LARGEST_PAGE)
        if number < 0 or size < 1:
            raise ValueError(query)
        rows = self._listed({key: query[key] for key in query if key not in _PAGING})
        content = rows[number * size : (number + 1) * size]
        page: dict[str, object] = {
            "content": [self._items.item(row) for row in content],
            "number": number,
            "size": size,
            "numberOfElements": len(content),
            "first": number == 0,
            "last": (number + 1) * size >= len(rows),
            "empty": not content,
        }
        if query.get("spec") != "slice":
            page |= {"totalElements": len(rows), "totalPages": -(-len(rows) // size)}
        return reply(page)

    def _listed(self, query: Mapping[str, str]) -> list[HomeRow]:
        key = (self._world.version, self._unordered, *sorted(query.items()))
        if key not in self._lists:
            if len(self._lists) >= _MOST_LISTS_KEPT:
                self._lists.clear()
            self._lists[key] = self._sorted(query)
        return self._lists[key]

    def _sorted(self, query: Mapping[str, str]) -> list[HomeRow]:
        filters = [*_by_receipt(query), *self._by_agency(query), *_by_code(query)]
        rows = [row for row in self._world.home_rows() if all(keeps(row) for keeps in filters)]
        if self._unordered:
            return sorted(rows, key=lambda row: crc32(str(row.dossier_id).encode()))
        order, backwards = _ORDERS[query.get("sort") or "updatedDate,desc"]
        return sorted(rows, key=order, reverse=backwards)  # type: ignore[arg-type]

    def _by_agency(self, query: Mapping[str, str]) -> list[Filter]:
        chosen = query.get("ancestor-agency-id")
        if not chosen or chosen == agency_id(self._world.province_code):
            return []
        return [lambda row: agency_id(row.unit) == chosen]


def _by_receipt(query: Mapping[str, str]) -> list[Filter]:
    filters: list[Filter] = []
    if first := query.get("accepted-from"):
        begins = datetime.fromisoformat(first)
        filters.append(lambda row: row.received is not None and row.received >= begins)
    if last := query.get("accepted-to"):
        ends = datetime.fromisoformat(last)
        filters.append(lambda row: row.received is not None and row.received <= ends)
    return filters


def _by_code(query: Mapping[str, str]) -> list[Filter]:
    code = query.get("code")
    return [lambda row: row.code == code] if code else []


def _fault(message: str, status: int) -> Reply:
    return reply({"status": status, "error": message}, status)
