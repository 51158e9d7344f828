"""One step of the benchmark of reconciling, in a process of its own.

``python -m tests.benchmarks.reconcile_once STORE_URL STEP VALUE`` prints what it took as JSON.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, delete, func, select, update

from models.pair import PairPart, PairState, PairTally, PairVerdict
from models.reconciliation import Discrepancy
from models.types import DiscrepancyState
from tests.benchmarks.dossiers import Population, directory
from tests.benchmarks.news import change
from tests.benchmarks.peers import peak_megabytes
from tests.benchmarks.reconcile_peers import export
from tests.benchmarks.stores import fill, tidy
from tests.works import Works
from worker.db.engine import open_engine

CHANGED = 0.001  # the share of the records that change in a cycle
EVERY = timedelta(minutes=15)

Told = dict[str, Any]


def _fill(engine: Engine, dossiers: str) -> Told:
    fill(engine, Population(dossiers=int(dossiers)))
    tidy(engine)
    return {}


def _forget(engine: Engine, _value: str) -> Told:
    """Leave no verdict of the pair, so that the next reconciliation judges all."""
    with Session(engine) as session, session.begin():
        session.exec(delete(PairPart))
        session.exec(delete(PairTally))
        session.exec(delete(PairVerdict))
        session.exec(delete(PairState))
    tidy(engine)
    return {}


def _recount(engine: Engine, _value: str) -> Told:
    """Leave no sums that hold: the next reconciliation counts and compares all by the verdicts."""
    with Session(engine) as session, session.begin():
        session.exec(update(PairTally).values(basis=""))
    tidy(engine)
    return {}


def _change(engine: Engine, now: str) -> Told:
    return {"moved": change(engine, CHANGED, datetime.fromisoformat(now))}


def _reconcile(engine: Engine, now: str, *, listed: bool = True) -> Told:
    works = Works(engine, directory(), now=datetime.fromisoformat(now))
    started, begun = time.perf_counter(), time.process_time()
    works.reconcile(listed=listed)
    seconds = time.perf_counter() - started
    own = time.process_time() - begun
    return {"seconds": seconds, "processor": own, "rows": _open_discrepancies(engine)}


def _follow(engine: Engine, now: str) -> Told:
    """Reconcile as a schedule does: nobody is waiting for a list."""
    return _reconcile(engine, now, listed=False)


def _go_on(engine: Engine, now: str) -> Told:
    """Two cycles, a quarter of an hour apart, in a process that stays; what the second took."""
    _follow(engine, now)
    later = (datetime.fromisoformat(now) + EVERY).isoformat()
    _change(engine, later)
    return _follow(engine, later)


def _open_discrepancies(engine: Engine) -> int:
    with Session(engine) as session:
        still_open = Discrepancy.state == DiscrepancyState.OPEN
        return session.exec(select(func.count()).where(still_open)).one()


def _export(engine: Engine, folder: str) -> Told:
    return {"link": export(engine, Path(folder))}


STEPS: Mapping[str, Callable[[Engine, str], Told]] = {
    "fill": _fill,
    "forget": _forget,
    "recount": _recount,
    "change": _change,
    "reconcile": _reconcile,
    "follow": _follow,
    "go on": _go_on,
    "export": _export,
}


def main() -> None:
    """Take the step and print."""
    url, step, value = sys.argv[1:]
    engine = open_engine(url)
    started = time.perf_counter()
    try:
        told = STEPS[step](engine, value)
    finally:
        engine.dispose()
    took = {"seconds": time.perf_counter() - started, "megabytes": peak_megabytes()}
    print(json.dumps(took | told))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
