"""The simulated iGate's table by agency, counted from its own rows (wire.md section 11).

What iGate counts as late is not published; here it is what was resolved after its appointment. What
is open and overdue it does not tell, as no installation is seen to.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from models.rates import Trait
from worker.core.times import VIETNAM
from worker.simulator.exchange import Reply, reply
from worker.simulator.igate_items import IGateItems, agency_id
from worker.simulator.records import HomeRow
from worker.simulator.world import World

STATISTICS_PATH = "/pa/dossier-statistic/--statistic-agency-kgg"
_COUNTS = ("received", "receivedOnline", "receivedDirect", "resolved", "resolvedOverdue")


class IGateTable:
    """Answers questions for the table of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items = IGateItems(world)

    def answer(self, query: Mapping[str, str]) -> Reply:
        """The agencies below the one asked for that have any dossiers.

        Raises:
            KeyError: a day is missing.
            ValueError: a day can't be read.
        """
        first, last = _local(query["from-date"]), _local(query["to-date"])
        chosen = query.get("agency-id")
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        agencies: dict[str, dict[str, object]] = {}
        for row in self._world.home_rows():
            agency = self._items.agency(row)
            if chosen in (None, agency_id(self._world.province_code), agency["id"]):
                key = str(agency["id"])
                agencies[key] = agency
                counts[key].update(_counters(row, first, last))
        rows = [
            {"agency": agency, **{name: counts[key][name] for name in _COUNTS}}
            for key, agency in sorted(agencies.items())
            if counts[key]
        ]
        return reply(rows)


def _local(text: str) -> datetime:
    """The local time that is meant, though it is written with the mark of UTC."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=VIETNAM)


def _counters(row: HomeRow, first: datetime, last: datetime) -> Iterator[str]:
    if row.received is None:
        return
    if first <= row.received <= last:
        yield "received"
        yield "receivedOnline" if row.traits & Trait.FILED_ONLINE else "receivedDirect"
    if row.ended is not None and first <= row.ended <= last:
        yield "resolved"
        if row.due is not None and row.ended > row.due:
            yield "resolvedOverdue"
