"""Taking away what nobody needs any more: in bounded portions, each a transaction of its own.

Nothing is remembered between portions: what goes is decided by its rows alone. So a pruning that
was killed is simply done again, and it may run beside pulls and reconciliations.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, text
from sqlmodel import Session, col, delete, func, select, update

from models.dossier import DossierRecord, RecordVersion
from models.retention import PruneMark
from models.source import Sighting, SyncRun
from models.types import Kept
from worker.core.times import VIETNAM
from worker.db.retention_sweeps import SWEEPS, Sweep, run_ended
from worker.db.retention_views import dispensable_ids
from worker.db.views import chunks
from worker.errors import NotFoundError
from worker.ports import Progress

Horizons = Mapping[Kept, datetime]

_PORTION = 10_000
_RECORDS = 2_000
# Never reached before the first row goes: the update behind it moves it on.
_ENTER_MARK = text(
    "INSERT INTO prunemark (kept, horizon, at) VALUES (:kept, -1, -1) ON CONFLICT DO NOTHING"
)


def kept_of() -> dict[str, Kept]:
    """Everything that is pruned, by what it is counted as, and how long it is kept."""
    of_sweeps = {sweep.name: sweep.kept for sweep in SWEEPS}
    return {"versions": Kept.CUTOFFS, **of_sweeps, "sightings": Kept.TRACES}


def foreseen(engine: Engine, horizons: Horizons) -> dict[str, int]:
    """How many rows would go now, by what they are."""
    with Session(engine) as session:
        views = sum(
            len(dispensable_ids(session, *records, horizons[Kept.CUTOFFS]))
            for records in _ranges(session, DossierRecord.id, _RECORDS)
        )
        found = {"versions": views}
        for sweep in SWEEPS:
            query = select(func.count()).select_from(sweep.table)
            found[sweep.name] = session.exec(query.where(*sweep.goes(horizons[sweep.kept]))).one()
        seen = select(func.count()).select_from(Sighting)
        found["sightings"] = session.exec(seen.where(_of_ended_run(horizons))).one()
    return found


def remove(engine: Engine, horizons: Horizons, now: datetime, progress: Progress) -> dict[str, int]:
    """Take away what is not kept any more; how many rows of each went."""
    gone = dict.fromkeys(kept_of(), 0)
    for name, count in _removals(engine, horizons, now):
        gone[name] += count
        progress(sum(gone.values()), None)
    return gone


def _removals(engine: Engine, horizons: Horizons, now: datetime) -> Iterator[tuple[str, int]]:
    yield from _remove_views(engine, horizons[Kept.CUTOFFS], now)
    for sweep in SWEEPS:
        yield from _sweep(engine, sweep, horizons[sweep.kept], now)
    yield from _remove_sightings(engine, horizons, now)


def _remove_views(engine: Engine, horizon: datetime, now: datetime) -> Iterator[tuple[str, int]]:
    with Session(engine) as session:
        portions = _ranges(session, DossierRecord.id, _RECORDS)
    for first, beyond in portions:
        with Session(engine) as session, session.begin():
            removed = 0
            for chunk in chunks(dispensable_ids(session, first, beyond, horizon)):
                gone = session.exec(delete(RecordVersion).where(col(RecordVersion.id).in_(chunk)))
                removed += gone.rowcount
            _note(session, Kept.CUTOFFS, horizon, now, removed)
        yield "versions", removed


def _sweep(
    engine: Engine, sweep: Sweep, horizon: datetime, now: datetime
) -> Iterator[tuple[str, int]]:
    with Session(engine) as session:
        portions = _ranges(session, sweep.table.id, _PORTION)
    for first, beyond in portions:
        here = (sweep.table.id >= first, sweep.table.id < beyond, *sweep.goes(horizon))
        with Session(engine) as session, session.begin():
            removed = _remove_rows(session, sweep, here)
            _note(session, sweep.kept, horizon, now, removed)
        yield sweep.name, removed


def _remove_rows(session: Session, sweep: Sweep, here: Sequence[ColumnElement[bool]]) -> int:
    """Delete rows after what lies below them, held so that none is taken up again in between."""
    chosen = select(sweep.table.id).where(*here)
    if sweep.below:
        session.exec(chosen.with_for_update())
    for column in sweep.below:
        session.exec(delete(column.class_).where(column.in_(chosen)))
    return session.exec(delete(sweep.table).where(*here)).rowcount


def _remove_sightings(
    engine: Engine, horizons: Horizons, now: datetime
) -> Iterator[tuple[str, int]]:
    """What runs that are over had seen: left behind where one was killed and never taken up."""
    with Session(engine) as session:
        query = select(Sighting.run_id).where(_of_ended_run(horizons)).distinct()
        runs = session.exec(query.order_by(col(Sighting.run_id))).all()
    for run in runs:
        removed = _PORTION
        while removed >= _PORTION:
            with Session(engine) as session, session.begin():
                removed = session.exec(delete(Sighting).where(*_next_seen(session, run))).rowcount
                _note(session, Kept.TRACES, horizons[Kept.TRACES], now, removed)
            yield "sightings", removed


def _next_seen(session: Session, run: int) -> list[Any]:
    """The next portion of what a run had seen; all of a row's windows go together."""
    of_run = col(Sighting.run_id) == run
    query = select(Sighting.row).where(of_run).order_by(col(Sighting.row))
    last = session.exec(query.offset(_PORTION - 1).limit(1)).one_or_none()
    return [of_run] if last is None else [of_run, col(Sighting.row) <= last]


def _of_ended_run(horizons: Horizons) -> ColumnElement[bool]:
    ended = select(SyncRun.id).where(*run_ended(horizons[Kept.TRACES]))
    return col(Sighting.run_id).in_(ended)


def _ranges(session: Session, key: Any, size: int) -> list[tuple[int, int]]:
    """The ids there are now in ranges of ``size``: each from its first to below its second."""
    lowest, highest = session.exec(select(func.min(key), func.max(key))).one()
    if highest is None:
        return []
    return [(first, first + size) for first in range(lowest, highest + 1, size)]


def _note(session: Session, kept: Kept, horizon: datetime, now: datetime, removed: int) -> None:
    """Keep up to when something went, in the transaction in which it goes."""
    if not removed:
        return
    session.connection().execute(_ENTER_MARK, {"kept": kept.value})
    session.exec(
        update(PruneMark)
        .where(col(PruneMark.kept) == kept, col(PruneMark.horizon) < horizon)
        .values(horizon=horizon, at=now)
    )


def reproducible_from(session: Session) -> datetime | None:
    """The earliest cut-off that can still be reproduced; None where nothing was ever pruned."""
    mark = session.get(PruneMark, Kept.CUTOFFS)
    return None if mark is None else mark.horizon


def require_reproducible(session: Session, as_of: datetime) -> None:
    """Refuse a cut-off of which something was pruned: no figure is better than a wrong one.

    Raises:
        NotFoundError: ``as_of_pruned``.
    """
    earliest = reproducible_from(session)
    if earliest is not None and as_of < earliest:
        local = earliest.astimezone(VIETNAM).replace(tzinfo=None)
        raise NotFoundError("as_of_pruned", earliest=local.isoformat(timespec="seconds"))
