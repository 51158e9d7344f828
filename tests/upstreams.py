"""Small upstreams at the ports, told what to say, for what the simulator can't be made to do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from models.types import Period, Progress, Reading, SourceRecord, Status
from tests.places import AS_OF
from worker.errors import UpstreamUnavailable
from worker.ports import (
    Answer,
    Found,
    NoAnswer,
    NotFound,
    Page,
    Published,
    PublishedUnit,
    Window,
)

DAY = timedelta(days=1)


def code_of(number: int) -> str:
    """A dossier code of the made-up province."""
    return f"H99.01-240701-{number:04d}"


def told(number: int, **more: object) -> SourceRecord:
    """A dossier received three weeks ago, in time and finished, but for what ``more`` says."""
    usual: dict[str, object] = {
        "external_id": str(number),
        "codes": (code_of(number),),
        "unit_code": "H99.01",
        "unit_name": None,
        "status": Status.FINISHED,
        "received_at": AS_OF - 20 * DAY,
        "due_at": AS_OF - 10 * DAY,
        "finished_at": AS_OF - 11 * DAY,
    }
    return SourceRecord(**(usual | more))  # type: ignore[arg-type]


def late(number: int, **more: object) -> SourceRecord:
    """The same, still open and overdue."""
    return told(number, **({"status": Status.IN_PROCESS, "finished_at": None} | more))


def on_portal(record: SourceRecord, **more: object) -> SourceRecord:
    """The portal's record of the same dossier: with events, under its code."""
    received = record.received_at or AS_OF
    events = [Progress(received, Status.RECEIVED)]
    if record.finished_at is not None:
        events.append(Progress(record.finished_at, Status.FINISHED))
    values: dict[str, object] = {
        "external_id": record.codes[0],
        "codes": record.codes[:1],
        "unit_code": record.unit_code,
        "unit_name": record.unit_name,
        "status": record.status,
        "received_at": record.received_at,
        "due_at": record.due_at,
        "finished_at": record.finished_at,
        "events": tuple(events),
    }
    return SourceRecord(**(values | more))  # type: ignore[arg-type]


@dataclass
class Lists:
    """A PageSource over rows in memory. ``before_page`` may change it, or raise."""

    rows: Sequence[Reading]
    size: int = 10
    total: int | None = None
    before_page: Callable[["Lists", int], None] = lambda _lists, _offset: None
    asked: list[int] = field(default_factory=list)

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    def windows(
        self,
        *,
        since: date | None,  # noqa: ARG002 - the port's words
        until: date,  # noqa: ARG002
        changed_since: date | None,
    ) -> tuple[Window, ...]:
        return (Window("all" if changed_since is None else "changed", ()),)

    def page(self, window: Window, offset: int) -> Page:  # noqa: ARG002 - the port's word
        self.asked.append(offset)
        self.before_page(self, offset)
        total = len(self.rows) if self.total is None else self.total
        return Page(offset, total, tuple(self.rows[offset : offset + self.size]))


@dataclass
class Desk:
    """A LookupSource over records in memory; ``patience`` is how many calls it lives."""

    records: dict[str, SourceRecord]
    silent: frozenset[str] = frozenset()
    patience: int | None = None
    asked: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    @property
    def calls(self) -> int:
        return len(self.asked)

    def look_up(self, codes: Sequence[str], most_calls: int | None = None) -> Iterator[Answer]:
        for code in codes[:most_calls]:
            if self.patience is not None and len(self.asked) >= self.patience:
                return
            self.asked.append(code)
            if code in self.silent:
                yield NoAnswer(code, "timeout")
            elif code in self.records:
                yield Found(code, (self.records[code],))
            else:
                yield NotFound(code)


def desk_of(records: Iterable[SourceRecord]) -> Desk:
    """A desk that knows these records by their own codes."""
    return Desk({record.codes[0]: record for record in records})


@dataclass
class Board:
    """A PublishedSource: late counts by unit."""

    late: dict[str, int]

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    def published(self, period: Period) -> Published:
        units = tuple(
            PublishedUnit(
                code=unit, name=None, received=None, on_time=None, late=count, completed=None
            )
            for unit, count in self.late.items()
        )
        return Published(period, None, units)


def going_down(after: int) -> Callable[[Lists, int], None]:
    """A list that stops answering from row ``after`` on."""

    def before_page(_lists: Lists, offset: int) -> None:
        if offset >= after:
            raise UpstreamUnavailable("upstream_unavailable", source="tinh", detail="timeout")

    return before_page


def ticking(start: datetime) -> Callable[[], datetime]:
    """A clock that moves on by a second each time somebody looks."""
    now = start

    def tick() -> datetime:
        nonlocal now
        now += timedelta(seconds=1)
        return now

    return tick
