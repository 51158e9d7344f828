"""The simulated OpenCPS's monthly table, counted from its own rows (wire.md section 9).

One row for each agency, domain and system and for all of each, as ``StatisticEngineFetch`` of
OpenCPS keeps them. The rule is written here once more, as OpenCPS's code has it, so that what the
program recounts can be compared with something it did not make itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from models.rates import Trait
from worker.core.times import VIETNAM
from worker.simulator.exchange import Reply, reply
from worker.simulator.opencps_items import Items
from worker.simulator.records import HomeRow
from worker.simulator.world import World

STATISTICS_PATH = "/o/rest/statistics"
_SYSTEMS = frozenset({0, 1, 2})
_TOTAL = "total"
_OTHER_DOMAIN = "Lĩnh vực khác"

COUNTS = (
    "totalCount",
    "deniedCount",
    "cancelledCount",
    "processCount",
    "remainingCount",
    "receivedCount",
    "onlineCount",
    "onegateCount",
    "releaseCount",
    "betimesCount",
    "ontimeCount",
    "overtimeCount",
    "overtimeInside",
    "overtimeOutside",
    "doneCount",
    "releasingCount",
    "unresolvedCount",
    "processingCount",
    "undueCount",
    "overdueCount",
    "interoperatingCount",
    "waitingCount",
    "insideCount",
    "outsideCount",
)

# Agency, domain and system of a row of the table; None for all of them.
_Key = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Month:
    """A month from its first second to its last, local time, counted at ``now``."""

    first: datetime
    last: datetime
    now: datetime

    def holds(self, instant: datetime | None) -> bool:
        return instant is not None and self.first <= instant <= self.last


class OpenCpsTable:
    """Answers questions for the table of one world; every month is counted as things stand now."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items = Items(world)
        self._domains = {each.code: each.field for each in world.frame.procedures}
        self._counted: dict[tuple[int, _Month], dict[_Key, Counter[str]]] = {}

    def answer(self, query: Mapping[str, str]) -> Reply:
        """The rows asked for.

        ``agency``: all there are, also where none is named; ``domain`` likewise. ``system`` is 0
        where none is named. The word ``total`` means the rows that don't break down by it.

        Raises:
            ValueError: ``month`` or ``year`` are none.
        """
        month = _month(int(query.get("month") or 0), int(query.get("year") or 0), self._world.as_of)
        agency = query.get("agency", "")
        wanted = (
            "" if agency == "all" else agency,
            query.get("domain", ""),
            query.get("system") or "0",
        )
        names = dict(self._items.agency(row) for row in self._world.home_rows())
        rows = [
            _row(key, counts, names, month)
            for key, counts in self._table(month).items()
            if all(_fits(value, asked) for value, asked in zip(key, wanted, strict=True))
        ]
        return reply({"total": len(rows), "agency": agency or None, "data": rows})

    def _table(self, month: _Month) -> dict[_Key, Counter[str]]:
        key = (self._world.version, month)
        if key not in self._counted:
            self._counted[key] = self._count(month)
        return self._counted[key]

    def _count(self, month: _Month) -> dict[_Key, Counter[str]]:
        table: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
        for row in self._world.home_rows():
            if _is_counted(row, month):
                found = tuple(_counters(row, month))
                for agency, domain, system in product(*self._places(row)):
                    table[agency, domain, system].update(found)
        return dict(table)

    def _places(self, row: HomeRow) -> Iterator[tuple[str | None, str | None]]:
        """The agency, the domain and the system of a dossier, each beside "all of them"."""
        code, _ = self._items.agency(row)
        domain = self._domains.get(row.procedure) or _OTHER_DOMAIN
        for value in (code, domain, str(row.system)):
            yield None, value


def _month(number: int, year: int, now: datetime) -> _Month:
    first = datetime(year, number, 1, tzinfo=VIETNAM)
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=VIETNAM)
    return _Month(first, following - datetime.resolution, now)


def _row(
    key: _Key, counts: Counter[str], names: Mapping[str, str], month: _Month
) -> dict[str, object]:
    agency, domain, system = key
    return {
        "month": month.first.month,
        "year": month.first.year,
        **{name: counts[name] for name in COUNTS},
        "ontimePercentage": _percentage(counts),
        "govAgencyCode": agency or "",
        "govAgencyName": names.get(agency or "", ""),
        "groupAgencyCode": "",
        "domainCode": domain or "",
        "domainName": domain or "",
        "reporting": month.last < month.now,
        "system": system or "",
    }


def _fits(value: str | None, asked: str) -> bool:
    return not asked or (value is None if asked == _TOTAL else value == asked)


def _is_counted(row: HomeRow, month: _Month) -> bool:
    """Received in the month, or before it and released in it or later, handed over in it, open."""
    if row.system not in _SYSTEMS or row.received is None or row.received > month.last:
        return False
    released = row.released
    carried_over = released is None or released >= month.first or month.holds(row.finished)
    return row.received >= month.first or carried_over


def _counters(row: HomeRow, month: _Month) -> Iterator[str]:
    """The counters to which a dossier adds one each (``updateDossierStatisticData``)."""
    yield "totalCount"
    if row.status == "denied":
        yield "deniedCount"
        return
    yield "processCount"
    if row.received is not None and row.received > month.first:
        yield "receivedCount"
        yield "onlineCount" if row.traits & Trait.FILED_ONLINE else "onegateCount"
    else:
        yield "remainingCount"
    is_open = row.released is None or row.released > month.last
    yield from _while_open(row, month) if is_open else _once_released(row)


def _while_open(row: HomeRow, month: _Month) -> Iterator[str]:
    if row.status in ("waiting", "receiving"):
        yield "waitingCount"
        return
    inside = row.status == "processing"
    yield "processingCount"
    yield "insideCount" if inside else "outsideCount"
    if row.due is None or row.due > min(month.now, month.last):
        yield "undueCount"
        return
    yield "overdueCount"
    if not inside:
        yield "interoperatingCount"


def _once_released(row: HomeRow) -> Iterator[str]:
    if row.status == "cancelled":
        yield "cancelledCount"
        return
    yield "releaseCount"
    if row.status == "unresolved":
        yield "unresolvedCount"
    else:
        yield "releasingCount" if row.finished is None else "doneCount"
    yield from _timeliness(row)


def _timeliness(row: HomeRow) -> Iterator[str]:
    """A release after the due time is late whatever came before: OpenCPS asks for it last."""
    if row.due is None or row.released is None:
        yield "ontimeCount"
    elif row.released > row.due:
        yield "overtimeCount"
        yield "overtimeInside"
    else:
        early = row.finished is not None and row.finished < row.due
        yield "betimesCount" if early else "ontimeCount"


def _percentage(counts: Counter[str]) -> int:
    """Cut off, not rounded; 100 where nothing was released."""
    released = counts["releaseCount"]
    return 100 * (counts["betimesCount"] + counts["ontimeCount"]) // released if released else 100
