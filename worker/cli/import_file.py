"""``doisoat import``: brings in a file, after showing what was understood of it."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.types import Period, RunState, Side, Trigger
from worker.cli.invocation import JsonOption, invocation
from worker.cli.options import known_source
from worker.cli.output import complain, console, print_json, show
from worker.cli.questions import confirmed
from worker.cli.reconcile import INCOMPLETE
from worker.cli.stored import opened
from worker.cli.sync import ByOption, ReasonOption
from worker.cli.usage import WrongUsage
from worker.core.times import parse_month
from worker.errors import NotFoundError, SettingsError

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.core.workbook.understanding import Understanding
    from worker.db.runs import Run
    from worker.ports import Progress
    from worker.settings.model import WorkbookSettings
    from worker.sources.workbook import TableFile
    from worker.stages.load import Load

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="cli.option.import_file")]
SourceOption = Annotated[
    str, typer.Option("--source", metavar="S", help="cli.option.import_source")
]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", metavar="NAME", help="cli.option.sheet")
]
FilePeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="2024-07", help="cli.option.import_period")
]
CompleteOption = Annotated[bool, typer.Option("--complete", help="cli.option.complete")]
PreviewOption = Annotated[bool, typer.Option("--preview", help="cli.option.preview")]
YesOption = Annotated[bool, typer.Option("--yes", help="cli.option.yes")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is brought in: the file as read and understood, for which source."""

    source: str
    file: "TableFile"
    read: "Understanding"
    covers: Period | None

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


def run(  # noqa: PLR0913 - one for each thing that can be asked for
    ctx: typer.Context,
    file: FileArgument,
    *,
    source: SourceOption,
    sheet: SheetOption = None,
    period: FilePeriodOption = None,
    complete: CompleteOption = False,
    preview: PreviewOption = False,
    yes: YesOption = False,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show what the file says; write it, unless only that was asked for."""
    month = parse_month(period) if period else None
    if complete and month is None:
        raise WrongUsage("usage.complete_needs_period")
    path = invocation(ctx).working_folder / file
    with opened(ctx) as services:
        known_source(services.settings, source)
        wanted = _understood(services, source, path, sheet, month, complete=complete)
        if not as_json:
            _show(wanted)
        if preview or not (yes or _agreed(source)):
            return _left(wanted, preview=preview, as_json=as_json)
        return _write(services, wanted, by, reason, as_json=as_json)


def _understood(
    services: "Services",
    source: str,
    path: Path,
    sheet: str | None,
    month: Period | None,
    *,
    complete: bool,
) -> _Wanted:
    """The file as it is understood.

    Raises:
        SettingsError: the source is not one that files are brought in for.
        NotFoundError, PermanentError: the file can't be read, or has no table for us.
        WrongUsage: a table of counts can't be complete.
    """
    from worker.core.workbook.layout import TableKind
    from worker.core.workbook.understand import Asked, understand
    from worker.sources.workbook import read_file

    settings = _workbook_settings(services, source)
    asked = Asked(
        directory=services.directory,
        file=path.name,
        statuses=settings.statuses,
        sheet=sheet,
        period=month,
    )
    with _patience(path.name):
        table_file = read_file(path)
        read = understand(table_file.sheets, asked)
    if complete and read.kind is not TableKind.DOSSIERS:
        raise WrongUsage("usage.complete_for_lists")
    if not read.lines and not read.readable:
        raise NotFoundError("table_empty", sheet=read.sheet)
    return _Wanted(source, table_file, read, month if complete else None)


def _patience(file: str) -> AbstractContextManager[object]:
    """Shows that a long file is being read, where somebody can see it."""
    from worker.i18n import text

    target = console(error=True)
    return (
        target.status(text("importing.reading", file=file)) if target.is_terminal else nullcontext()
    )


def _workbook_settings(services: "Services", source: str) -> "WorkbookSettings":
    from worker.settings.model import WorkbookSettings

    settings = services.settings.sources[source]
    if not isinstance(settings, WorkbookSettings):
        raise SettingsError("source_not_a_workbook", source=source)
    return settings


def _show(wanted: _Wanted) -> None:
    from worker.render.importing import understanding_parts

    show(*understanding_parts(wanted.read, wanted.file.name, wanted.covers))


def _agreed(source: str) -> bool:
    from worker.i18n import text

    return confirmed(text("importing.question", source=source))


def _left(wanted: _Wanted, *, preview: bool, as_json: bool) -> int:
    """Nothing is written: say so."""
    from worker.i18n import text

    if as_json:
        print_json({"understood": _item(wanted), "run": None, "counts": {}})
    else:
        show("", text("importing.preview" if preview else "importing.refused"))
    return 0


def _write(
    services: "Services", wanted: _Wanted, by: str | None, reason: str | None, *, as_json: bool
) -> int:
    from worker.cli.progress import watching
    from worker.flow import Stage
    from worker.i18n import text
    from worker.journey import Travelled, Wish, claim, note_run, register_sources
    from worker.render.importing import counts_text
    from worker.stages.load import load

    register_sources(services)
    wish = Wish(trigger=Trigger.FILE, source=wanted.source, by=by, reason=reason)
    full = wanted.covers is not None
    run = claim(services, wanted.source, Stage.LOAD, wish, full=full, scope=wanted.scope)
    with watching() as watch:
        state = load(_task(services, wanted, run, watch(Stage.LOAD, wanted.source)), run)
    note_run(services, Travelled(), wanted.source, run, state)
    if as_json:
        print_json({"understood": _item(wanted), "run": run.id, "counts": run.counts})
    else:
        counts = counts_text(run.counts)
        show("", text("importing.written", source=wanted.source, run=run.id, counts=counts))
        if run.counts.get("quarantined"):
            show(text("importing.look", source=wanted.source))
    if state is RunState.COMPLETE:
        return 0
    complain(text("importing.incomplete", count=run.counts.get("missing", 0)))
    return INCOMPLETE


def _task(services: "Services", wanted: _Wanted, run: "Run", progress: "Progress") -> "Load":
    from worker.core.workbook.reading import row_prefix
    from worker.journey.parties import home_ids, judge_anew
    from worker.stages.load import Load

    read = wanted.read
    settings = services.settings.sources[wanted.source]
    return Load(
        engine=services.engine,
        directory=services.directory,
        judge=judge_anew(services, run.source_id, settings.rule, "portal"),
        clock=services.clock,
        progress=progress,
        readings=[line.reading for line in read.lines],
        counts=read.counts,
        row_prefix=row_prefix(wanted.file.name),
        covers=wanted.covers,
        home_ids=home_ids(services) if settings.side is Side.PORTAL else (),
    )


def _item(wanted: _Wanted) -> dict[str, Any]:
    from worker.render.importing import understanding_item

    return understanding_item(wanted.read, wanted.file.name, wanted.file.sha256)
