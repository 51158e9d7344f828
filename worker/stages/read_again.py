"""Read again: what lies in quarantine for its unit's sake, once the unit's name is known."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.source import Quarantine
from models.types import RecordView
from worker.core.resolve import resolved, restored, told_unit
from worker.core.units import UnitDirectory
from worker.db import quarantine, records, runs, sources, unit_names
from worker.db.records import Judge, Writing
from worker.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """By which units to read again; ``judge`` gives the judge for the records of a source's rule.

    ``is_alive`` says of a run's owner whether its process lives (None: on another machine).
    """

    engine: Engine
    directory: UnitDirectory
    judge: Callable[[str], Judge]
    clock: Callable[[], datetime]
    is_alive: Callable[[str], bool | None]


@dataclass(slots=True)
class ReadResult:
    """What came of it.

    ``records`` were read; ``to_come`` are published figures, which the next reading brings;
    ``incomplete`` are records of which too little was kept: a full reading brings them. ``busy``
    are sources that another process is reading just now: theirs have to wait.
    """

    records: int = 0
    to_come: int = 0
    incomplete: int = 0
    busy: list[str] = field(default_factory=list)


def read_again(task: ReadAgain) -> ReadResult:
    """Put every record whose unit is known by now where it would have been."""
    done = ReadResult()
    with Session(task.engine) as session:
        known = sources.list_sources(session)
    for source in known:
        key = sources.identity(source.id)
        with Session(task.engine) as session, session.begin():
            if runs.is_held(session, key, task.is_alive, task.clock()):
                done.busy.append(source.name)
                continue
            for rows in unit_names.unread(session, key):
                _read(session, task, rows, task.judge(source.rule), done)
    with Session(task.engine) as session, session.begin():
        unit_names.note_applied(session, task.clock())
    return done


def _read(
    session: Session, task: ReadAgain, rows: Sequence[Quarantine], judge: Judge, done: ReadResult
) -> None:
    now = task.clock()
    views: defaultdict[int, list[RecordView]] = defaultdict(list)
    solved: list[str] = []
    for row in rows:
        record = restored(row.raw, row.external_id, row.code)
        told = resolved(record, task.directory) if record else None
        if isinstance(told, RecordView):
            views[row.run_id].append(told)
            solved.append(row.row)
        elif record is None and _is_known(row, task.directory):
            if row.external_id is None:
                solved.append(row.row)
                done.to_come += 1
            else:
                done.incomplete += 1
    source_id = rows[0].source_id
    # Under the run that read them: to the planning of look-ups they are as old as that reading.
    for run_id, read in views.items():
        records.upsert(session, read, Writing(source_id, run_id, now, judge))
        done.records += len(read)
    quarantine.solve(session, source_id, solved, now)


def _is_known(row: Quarantine, directory: UnitDirectory) -> bool:
    try:
        directory.resolve(*told_unit(row.raw, row.detail))
    except DataError:
        return False
    return True
