"""The simulated TD's report by unit, counted from its own rows (wire.md section 10).

As ``BaoCaoTongHopDonViWhereBuilder`` counts: by calendar days, up to the last day asked for,
whether or not that day has come.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from models.types import UnitLevel
from worker.simulator.exchange import Reply, reply
from worker.simulator.records import HomeRow
from worker.simulator.td_items import group_code, status_of
from worker.simulator.world import World

REPORT_PATH = "/api/v1/BaoCaoTongHops/DonVi"

_OPEN = frozenset({"2", "4"})
_ENDED = frozenset({"9", "10"})
_SENT_BACK = "7"
_SUPPLEMENT = "5"
_STOPPED = frozenset({"6", "8"})
_NOT_RECEIVED = frozenset({"1", "3"})
_COUNTS = (
    "TongSo",
    "TiepNhanTrongKy",
    "DaXuLyTruocHan",
    "DaXuLyDungHan",
    "DaXuLyQuaHan",
    "DangXuLyTrongHan",
    "DangXuLyQuaHan",
    "TongTraLai",
    "TraLaiTruocHan",
    "TraLaiDungHan",
    "TraLaiQuaHan",
    "TongBoSung",
)


class TdReport:
    """Answers questions for the report of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, asked: Mapping[str, object]) -> Reply:
        """Every unit with its counts, also one without dossiers.

        Raises:
            KeyError: a day is missing.
            ValueError: a day can't be read.
        """
        span = _Span(_day(asked["TuNgay"]), _day(asked["DenNgay"]))
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in self._world.home_rows():
            if status_of(row) not in _NOT_RECEIVED and row.broken != "unknown_unit":
                counts[row.unit].update(_counted(row, span))
        units = [unit for unit in self._world.units if unit.level is not UnitLevel.PROVINCE]
        data = [_line(unit.code, unit.name, counts[unit.code]) for unit in units]
        return reply({"data": data})


@dataclass(frozen=True, slots=True)
class _Span:
    first: date
    last: date

    def holds(self, instant: datetime | None) -> bool:
        return instant is not None and self.first <= instant.date() <= self.last


def _day(value: object) -> date:
    return datetime.fromisoformat(str(value)).date()


def _line(code: str, name: str, counts: Counter[str]) -> dict[str, object]:
    figures = {_camel(key): counts[key] for key in _COUNTS}
    return {"maThongKe": group_code(code), "tenThongKe": name, **figures}


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


def _counted(row: HomeRow, span: _Span) -> Iterator[str]:
    """The columns in which a row counts."""
    found = list(_columns(row, span))
    if found:
        yield "TongSo"
        yield from found
    if span.holds(row.received) and found:
        yield "TiepNhanTrongKy"


def _columns(row: HomeRow, span: _Span) -> Iterator[str]:
    status = status_of(row)
    if status in _ENDED and span.holds(row.released):
        yield f"DaXuLy{_verdict(row)}"
    if status == _SENT_BACK and span.holds(row.released):
        yield "TongTraLai"
        yield f"TraLai{_verdict(row)}"
    if row.received is None or row.received.date() > span.last:
        return
    if status in _OPEN or (status in _ENDED | {_SENT_BACK} and _ends_after(row, span)):
        late = row.due is not None and row.due.date() < span.last
        yield "DangXuLyQuaHan" if late else "DangXuLyTrongHan"
    if status == _SUPPLEMENT or status in _STOPPED:
        yield "TongBoSung"


def _ends_after(row: HomeRow, span: _Span) -> bool:
    return row.released is not None and row.released.date() > span.last


def _verdict(row: HomeRow) -> str:
    if row.due is None or row.released is None or row.released.date() == row.due.date():
        return "DungHan"
    return "TruocHan" if row.released.date() < row.due.date() else "QuaHan"
