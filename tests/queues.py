"""A queue over one store, its processes and clock in the test's hands."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from models.source import Source, SyncRun
from models.types import RunState, Side, Trigger
from tests.stores import rows_of
from worker.db import queue, runs, sources, taking
from worker.db.queue import Order
from worker.db.runs import Run
from worker.db.taking import Taker
from worker.errors import DoisoatError
from worker.flow import WAITS_FOR, Stage

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)
_STAGES = (Stage.PULL, Stage.LOOK_UP, Stage.LINK, Stage.RECONCILE)

Result = TypeVar("Result")


@dataclass
class Queue:
    """Steps of the queue, each in a transaction of its own. ``dead`` names processes that died."""

    engine: Engine
    now: datetime = NOW
    dead: set[str] = field(default_factory=set)
    far: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.home = self.source("tinh", Side.PROVINCE)
        self.ministry = self.source("bo", Side.MINISTRY)
        self.portal = self.source("cong", Side.PORTAL)

    def source(self, name: str, side: Side) -> int:
        return self._do(
            lambda session: sources.ensure_source(
                session, name=name, side=side, kind="opencps", rule="opencps_month"
            )
        )

    def is_alive(self, owner: str) -> bool | None:
        """As ``bootstrap.is_alive``: None for a process on another machine."""
        return None if owner in self.far else owner not in self.dead

    def taker(self, owner: str = "one") -> Taker:
        return Taker(
            owner=owner, is_alive=self.is_alive, lease=LEASE, stages=_STAGES, waits=WAITS_FOR
        )

    def order(
        self,
        stage: Stage = Stage.PULL,
        source: int | None = None,
        wish: dict[str, Any] | None = None,
        **more: Any,
    ) -> Order:
        """An order to pull the province's lists, unless said otherwise."""
        usual = {Stage.PULL: self.home, Stage.LOOK_UP: self.portal}
        return Order(
            stage=stage.value,
            source_id=usual.get(stage) if source is None else source,
            trigger=Trigger.OPERATOR,
            wish=wish or {},
            **more,
        )

    def put(self, order: Order | None = None) -> int | None:
        wanted = order or self.order()
        return self._do(lambda session: queue.put(session, wanted, self.now))

    def must_put(self, order: Order | None = None) -> int:
        key = self.put(order)
        assert key is not None
        return key

    def take(self, key: int, owner: str = "one") -> Run | None:
        taker = self.taker(owner)
        return self._do(lambda session: taking.take(session, key, taker, self.now))

    def must_take(self, key: int, owner: str = "one") -> Run:
        run = self.take(key, owner)
        assert run is not None
        return run

    def save(self, run: Run) -> None:
        self._do(lambda session: runs.save(session, run, self.now))

    def finish(
        self, run: Run, state: RunState = RunState.COMPLETE, error: DoisoatError | None = None
    ) -> None:
        self._do(lambda session: runs.finish(session, run, state, self.now, error))

    def heed(self, run: Run) -> None:
        self._do(lambda session: runs.heed(session, run))

    def release(self, run: Run) -> None:
        self._do(lambda session: taking.release(session, run, self.now))

    def give_up(self, run: Run) -> None:
        self._do(lambda session: taking.give_up(session, run, self.now))

    def cancel(self, key: int) -> bool:
        def step(session: Session) -> bool:
            row = runs.get_run(session, key)
            held = runs.is_run_held(row, self.is_alive, LEASE, self.now)
            return queue.cancel(session, row, self.now, held=held)

        return self._do(step)

    def resume(self, key: int) -> bool:
        return self._do(lambda session: queue.resume(session, runs.get_run(session, key), self.now))

    def abandon(self) -> None:
        self._do(lambda session: queue.abandon(session, self.is_alive, self.now))

    def stop_all_of(self, owners: str) -> None:
        self._do(lambda session: taking.stop_all_of(session, owners))

    def tell(self, *keys: int) -> None:
        self._do(lambda session: queue.note_told(session, keys, self.now))

    def due(self, owner: str = "one") -> list[int]:
        taker = self.taker(owner)
        rows = self._do(lambda session: taking.due(session, taker, self.now))
        return [row.id or 0 for row in rows]

    def ready(self, *keys: int) -> list[int]:
        return self._do(lambda session: taking.ready(session, keys, self.taker()))

    def behind(self, key: int) -> list[int]:
        return self._do(lambda session: queue.behind(session, key))

    def pass_time(self, by: timedelta) -> None:
        self.now += by

    def row(self, key: int) -> SyncRun:
        return next(row for row in self.rows() if row.id == key)

    def rows(self) -> list[SyncRun]:
        return rows_of(self.engine, SyncRun)

    def states(self) -> list[RunState]:
        return [row.state for row in self.rows()]

    def holder(self, source: int) -> int | None:
        """The run that a source is in the hands of."""
        return next(row.active_run_id for row in rows_of(self.engine, Source) if row.id == source)

    def elsewhere(self) -> "Queue":
        """The same queue for another thread."""
        return replace(self)

    def _do(self, step: Callable[[Session], Result]) -> Result:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            return step(session)
