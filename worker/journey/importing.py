"""Bringing in a file: what is understood of it, and writing that as a reading of its source."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from models.types import Period, RunState, Side
from worker.bootstrap import Services
from worker.core.workbook.reading import row_prefix
from worker.core.workbook.understand import Asked, understand
from worker.core.workbook.understanding import Understanding
from worker.db import runs, taking
from worker.db.runs import Run
from worker.errors import NotFoundError, RunStopped, SettingsError
from worker.flow import Stage
from worker.journey.parties import claim, home_ids, judge_anew, note_run, register_sources
from worker.journey.wish import Travelled, Wish
from worker.ports import Progress
from worker.settings.model import WorkbookSettings
from worker.sources.workbook import TableFile, read_file
from worker.stages.load import Load, load


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as read and understood, for which source.

    ``covers``: it holds everything received in this period.
    """

    source: str
    file: TableFile
    read: Understanding
    covers: Period | None = None

    @property
    def scope(self) -> dict[str, Any]:
        """What the run is asked for: the same file loaded again takes it up where it stopped."""
        told: dict[str, Any] = {
            "file": self.file.name,
            "sha256": self.file.sha256,
            "sheet": self.read.sheet,
            "periods": [[str(each.first), str(each.last)] for each in self.read.counts],
        }
        if self.covers is not None:
            told["covers"] = [str(self.covers.first), str(self.covers.last)]
        return told


def understood(
    services: Services,
    source: str,
    path: Path,
    *,
    sheet: str | None = None,
    period: Period | None = None,
) -> Incoming:
    """A file as it is understood; ``sheet`` and ``period`` are found out where they are None.

    Raises:
        SettingsError: the source is not one that files are brought in for.
        NotFoundError, PermanentError: the file can't be read, or has no table for us.
    """
    settings = services.settings.sources[source]
    if not isinstance(settings, WorkbookSettings):
        raise SettingsError("source_not_a_workbook", source=source)
    asked = Asked(
        directory=services.directory,
        file=path.name,
        statuses=settings.statuses,
        sheet=sheet,
        period=period,
    )
    file = read_file(path)
    read = understand(file.sheets, asked)
    if not read.lines and not read.readable:
        raise NotFoundError("table_empty", sheet=read.sheet)
    return Incoming(source, file, read)


def claim_load(services: Services, incoming: Incoming, wish: Wish) -> Run:
    """Take the source up for a file, or its loading that was stopped.

    Raises:
        RunError: another process holds the source.
    """
    register_sources(services)
    full = incoming.covers is not None
    return claim(services, incoming.source, Stage.LOAD, wish, full=full, scope=incoming.scope)


def write(services: Services, incoming: Incoming, run: Run, progress: Progress) -> RunState:
    """Write what a file says; the state the run ended in.

    Raises:
        PermanentError: it can't be written; the run says so too.
        RunStopped: an operator cancelled the run, or its process goes down.
    """

    def show(done: int, total: int | None) -> None:
        run.show(done, total)
        progress(done, total)
        with Session(services.engine) as session:
            runs.heed(session, run)

    try:
        state = load(_task(services, incoming, run, show), run)
    except RunStopped as stopped:
        _stop(services, run, stopped)
        raise
    note_run(services, Travelled(), incoming.source, run, state)
    return state


def _stop(services: Services, run: Run, stopped: RunStopped) -> None:
    """End a run that is to stop: nobody but this process, or the next sweep, has the file."""
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        if stopped.key == "run_cancel":
            taking.give_up(session, run, now)
        else:
            runs.finish(session, run, RunState.INTERRUPTED, now)


def _task(services: Services, incoming: Incoming, run: Run, progress: Progress) -> Load:
    read = incoming.read
    settings = services.settings.sources[incoming.source]
    return Load(
        engine=services.engine,
        directory=services.directory,
        judge=judge_anew(services, run.source_id, settings.rule, "portal"),
        clock=services.clock,
        progress=progress,
        readings=[line.reading for line in read.lines],
        counts=read.counts,
        row_prefix=row_prefix(incoming.file.name),
        covers=incoming.covers,
        home_ids=home_ids(services) if settings.side is Side.PORTAL else (),
    )
