"""Watched folders: files of workbook sources that are brought in as ``import --yes`` would.

Nobody looks on, so a file that could be understood in several ways is refused instead of guessed
at. Any number of processes may do this at once and be killed at any instant: the source is held by
a run while a file is written, its content is written once, and a file is moved only afterwards.
"""

from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.source import SyncRun
from models.types import RunState, Trigger
from worker.bootstrap import Services
from worker.core.arrival import Arrival, Fate, Found, settled
from worker.core.workbook.understanding import Understanding
from worker.db import loads, runs
from worker.db.engine import will_pass
from worker.db.runs import Run
from worker.db.sources import identity
from worker.errors import DoisoatError, PermanentError, RunError, RunStopped
from worker.flow import Stage
from worker.journey.importing import Incoming, claim_load, understood, write
from worker.journey.parties import id_of, register_sources
from worker.journey.watched_files import DONE, REFUSED, files_in, is_as_it_was, put_away
from worker.journey.wish import Wish
from worker.log import logger
from worker.render.arrivals import known_note, refused_note, written_note
from worker.settings.model import WorkbookSettings

_MOST_FILES = 10
# What passes: the file is locked by another program, or gone since it was found.
_MAY_PASS = frozenset({"file_unreadable", "file_missing"})


def bring_in_files(services: Services) -> tuple[Arrival, ...]:
    """Bring in what lies in the watched folders, some files at a time, and put it away.

    Trouble with a file or a folder is told, never raised; only a store that is away is.
    """
    register_sources(services)
    arrivals: list[Arrival] = []
    for name, source in services.settings.sources.items():
        if isinstance(source, WorkbookSettings) and source.folder is not None:
            arrivals += _bring_in_folder(services, name, source.folder)
    for each in arrivals:
        trouble = each.error.key if each.error else None
        told = {"source": each.source, "file": each.file, "run": each.run}
        logger().info("file_arrived", fate=each.fate.value, trouble=trouble, **told)
    return tuple(arrivals)


def _bring_in_folder(services: Services, source: str, folder: Path) -> list[Arrival]:
    """Files in order; one that has to wait holds up those that changed after it."""
    now = services.clock() if services.settings.now is None else None
    try:
        found = settled(files_in(folder), now)[:_MOST_FILES]
    except PermanentError as error:
        return [Arrival(source=source, file="", fate=Fate.LEFT, error=error)]
    arrivals: list[Arrival] = []
    for each in found:
        arrival = _bring_in(services, source, each)
        arrivals += [arrival] if arrival else []
        if arrival is None or arrival.fate is Fate.LEFT:
            break
    return arrivals


def _bring_in(services: Services, source: str, found: Found) -> Arrival | None:
    """What became of a file; None where it changed or went away meanwhile."""
    read = None
    try:
        incoming = _understood(services, source, found)
        read = incoming.read
        _require_plain(incoming)
    except PermanentError as error:
        return _not_understood(services, source, found, error, read)
    if not is_as_it_was(found):
        return None
    known = _known(services, incoming)
    if known is not None:
        return _put_known(known, source, found)
    return _write(services, incoming, found)


def _not_understood(
    services: Services,
    source: str,
    found: Found,
    error: PermanentError,
    read: Understanding | None,
) -> Arrival | None:
    if not is_as_it_was(found):
        return None
    if error.key in _MAY_PASS:
        return Arrival(source=source, file=found.name, fate=Fate.LEFT, error=error)
    return _refuse(services, source, found, error, read)


def _understood(services: Services, source: str, found: Found) -> Incoming:
    try:
        return understood(services, source, found.path)
    except PermanentError:
        raise
    except Exception as error:
        # A file that trips the program up is refused as any other, or it would do so for ever.
        logger().exception("file_not_understood", source=source)
        raise PermanentError("file_not_understood", file=found.name) from error


def _require_plain(incoming: Incoming) -> None:
    """Make sure that there is one way only to understand a file, and something in it.

    Raises:
        PermanentError: ``file_several_tables``, ``file_nothing_readable``.
    """
    read, file = incoming.read, incoming.file.name
    if read.other_sheets:
        sheets = ", ".join((read.sheet, *read.other_sheets))
        raise PermanentError("file_several_tables", file=file, sheets=sheets)
    if not read.readable:
        raise PermanentError("file_nothing_readable", file=file)


def _known(services: Services, incoming: Incoming) -> SyncRun | None:
    """The run that brought the same content in."""
    key = id_of(services, incoming.source)
    told = (incoming.file.sha256, incoming.read.sheet)
    with Session(services.engine, expire_on_commit=False) as session:
        return loads.run_of_file(session, key, Stage.LOAD.value, *told)


def _write(services: Services, incoming: Incoming, found: Found) -> Arrival | None:
    source = incoming.source
    try:
        run = claim_load(services, incoming, Wish(trigger=Trigger.FILE, source=source))
    except RunError as error:
        return Arrival(source=source, file=found.name, fate=Fate.LEFT, error=error)
    if not is_as_it_was(found):
        # Another process has brought it in while this one waited for the source.
        _end(services, run, RunState.CANCELLED)
        return None
    try:
        write(services, incoming, run, _unseen)
    except RunError as error:
        return _stopped(services, source, found, error)
    except PermanentError as error:
        return _refuse(services, source, found, error, incoming.read)
    except Exception as error:
        if isinstance(error, DBAPIError) and will_pass(error):
            raise
        return _broke(services, incoming, found, run)
    note = written_note(found.name, source, run.id, run.counts, incoming.read)
    return _put(
        found, DONE, note, Arrival(source=source, file=found.name, fate=Fate.WRITTEN, run=run.id)
    )


def _stopped(services: Services, source: str, found: Found, error: RunError) -> Arrival:
    """A file whose writing an operator cancelled is not tried again; any other goes on later."""
    if isinstance(error, RunStopped) and error.key == "run_cancel":
        return _refuse(services, source, found, PermanentError("file_cancelled", file=found.name))
    return Arrival(source=source, file=found.name, fate=Fate.LEFT, error=error)


def _broke(services: Services, incoming: Incoming, found: Found, run: Run) -> Arrival:
    """A mistake of ours: the trace stands in the log, the run and the note say where to look."""
    logger().exception("run_broke", run=run.id)
    error = PermanentError("file_not_understood", file=found.name)
    _end(services, run, RunState.FAILED, error)
    return _refuse(services, incoming.source, found, error, incoming.read)


def _end(services: Services, run: Run, state: RunState, error: DoisoatError | None = None) -> None:
    with Session(services.engine) as session, session.begin():
        runs.finish(session, run, state, services.clock(), error)


def _put_known(known: SyncRun, source: str, found: Found) -> Arrival:
    run = identity(known.id)
    note = known_note(found.name, source, run, known.ended_at or known.started_at)
    return _put(
        found, DONE, note, Arrival(source=source, file=found.name, fate=Fate.KNOWN, run=run)
    )


def _refuse(
    services: Services,
    source: str,
    found: Found,
    error: DoisoatError,
    read: Understanding | None = None,
) -> Arrival:
    note = refused_note(found.name, source, error, services.clock(), read)
    refused = Arrival(source=source, file=found.name, fate=Fate.REFUSED, error=error)
    return _put(found, REFUSED, note, refused)


def _put(found: Found, sub_folder: str, note: str, arrival: Arrival) -> Arrival:
    """Put a file away; where that can't be done it stays, and is looked at again."""
    try:
        put_away(found, sub_folder, note)
    except PermanentError as error:
        return Arrival(
            source=arrival.source, file=arrival.file, fate=Fate.LEFT, run=arrival.run, error=error
        )
    return arrival


def _unseen(_done: int, _total: int | None) -> None:
    """Nobody looks on; the run itself keeps how far it has come."""
