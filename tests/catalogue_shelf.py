"""A national catalogue in memory, and reading it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlmodel import Session

from tests.upstreams import Lists, told
from tests.works import Works
from worker.core.times import local_day
from worker.core.units import UnitDirectory
from worker.db import lookups
from worker.db.runs import Run
from worker.errors import UpstreamUnavailable
from worker.ports import ListedProcedure, ProcedureLimit, ToldDecision
from worker.stages.read_catalogue import ReadCatalogue, read_catalogue

DATED, UNDATED, OTHER = "1.000001", "1.000002", "1.000003"


@dataclass
class Shelf:
    """A CatalogueSource in memory; ``silent`` codes get no answer, after all retries."""

    limits: dict[str, str | None]
    listed: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, ToldDecision] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    list_fails: bool = False
    before: Callable[[str], None] = lambda _code: None
    asked: list[str] = field(default_factory=list)
    calls: int = 0
    allowed: list[int | None] = field(default_factory=list)
    _ends: int | None = None

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    def allow(self, calls: int | None) -> None:
        self.allowed.append(calls)
        self._ends = None if calls is None else self.calls + calls

    def procedures(self) -> tuple[ListedProcedure, ...]:
        self._call("list", 4 if self.list_fails else 1, fails=self.list_fails)
        return tuple(ListedProcedure(code, f"Thủ tục {code}") for code in self.listed)

    def limit(self, code: str) -> ProcedureLimit | None:
        self._call(code, 4 if code in self.silent else 1, fails=code in self.silent)
        if code not in self.limits:
            return None
        return ProcedureLimit(
            code=code,
            name=f"Thủ tục {code}",
            text=self.limits[code],
            parts=127,
            decision=self.named.get(code),
        )

    def decision(self, key: str) -> ToldDecision | None:
        self._call(key, 4 if key in self.silent else 1, fails=key in self.silent)
        return self.decisions.get(key)

    def _call(self, what: str, calls: int, *, fails: bool) -> None:
        self.before(what)
        for _ in range(calls):
            if self._ends is not None and self.calls >= self._ends:
                raise UpstreamUnavailable("upstream_unavailable", source="cong", detail="calls")
            self.calls += 1
        self.asked.append(what)
        if fails:
            raise UpstreamUnavailable("upstream_unavailable", source="cong", detail="timeout")


def four_dossiers(engine: Engine, directory: UnitDirectory) -> Works:
    """A store with four dossiers: two without a due date, of one procedure, two with."""
    made = Works(engine, directory)
    procedures = [UNDATED, UNDATED, DATED, OTHER]
    rows = [
        told(number, procedure=code, **({"due_at": None} if code == UNDATED else {}))
        for number, code in enumerate(procedures, 1)
    ]
    made.pull(Lists(rows))
    return made


def read(works: Works, shelf: Shelf, run: Run | None = None, **more: object) -> int:
    """Read once, with a new run unless one is given; how many limits changed."""
    usual: dict[str, object] = {
        "engine": works.engine,
        "source": shelf,
        "clock": lambda: works.now,
        "progress": lambda _done, _total: None,
        "calls_per_day": 1000,
    }
    run = run or works.claim(works.portal_id, "look_up")
    return read_catalogue(ReadCatalogue(**(usual | more)), run)  # type: ignore[arg-type]


def spent(works: Works) -> int:
    """The calls of the day."""
    with Session(works.engine) as session:
        return lookups.calls_used(session, works.portal_id, local_day(works.now))
