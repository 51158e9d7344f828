"""``doisoat import``: brings in a file, after showing what was understood of it."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.types import Period, RunState, Trigger
from worker.cli.invocation import JsonOption, invocation
from worker.cli.options import known_source
from worker.cli.output import complain, console, print_json, show
from worker.cli.questions import confirmed
from worker.cli.reconcile import INCOMPLETE
from worker.cli.stored import opened
from worker.cli.sync import ByOption, ReasonOption
from worker.cli.usage import WrongUsage
from worker.core.times import parse_month

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.journey.importing import Incoming

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
        wanted = _understood(services, source, path, sheet, month)
        if complete:
            wanted = _complete(wanted, month)
        if not as_json:
            _show(wanted)
        if preview or not (yes or _agreed(source)):
            return _left(wanted, preview=preview, as_json=as_json)
        return _write(services, wanted, by, reason, as_json=as_json)


def _understood(
    services: "Services", source: str, path: Path, sheet: str | None, month: Period | None
) -> "Incoming":
    from worker.journey.importing import understood

    with _patience(path.name):
        return understood(services, source, path, sheet=sheet, period=month)


def _complete(wanted: "Incoming", month: Period | None) -> "Incoming":
    """The same, taken to hold everything received in the month.

    Raises:
        WrongUsage: it is a table of counts, which can't be complete.
    """
    from worker.core.workbook.layout import TableKind

    if wanted.read.kind is not TableKind.DOSSIERS:
        raise WrongUsage("usage.complete_for_lists")
    return replace(wanted, covers=month)


def _patience(file: str) -> AbstractContextManager[object]:
    """Shows that a long file is being read, where somebody can see it."""
    from worker.i18n import text

    target = console(error=True)
    return (
        target.status(text("importing.reading", file=file)) if target.is_terminal else nullcontext()
    )


def _show(wanted: "Incoming") -> None:
    from worker.render.importing import understanding_parts

    show(*understanding_parts(wanted.read, wanted.file.name, wanted.covers))


def _agreed(source: str) -> bool:
    from worker.i18n import text

    return confirmed(text("importing.question", source=source))


def _left(wanted: "Incoming", *, preview: bool, as_json: bool) -> int:
    """Nothing is written: say so."""
    from worker.i18n import text

    if as_json:
        print_json({"understood": _item(wanted), "run": None, "counts": {}})
    else:
        show("", text("importing.preview" if preview else "importing.refused"))
    return 0


def _write(
    services: "Services", wanted: "Incoming", by: str | None, reason: str | None, *, as_json: bool
) -> int:
    from worker.cli.progress import watching
    from worker.flow import Stage
    from worker.i18n import text
    from worker.journey import Wish
    from worker.journey.importing import claim_load, write
    from worker.render.importing import counts_text

    wish = Wish(trigger=Trigger.FILE, source=wanted.source, by=by, reason=reason)
    run = claim_load(services, wanted, wish)
    with watching() as watch:
        state = write(services, wanted, run, watch(Stage.LOAD, wanted.source))
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


def _item(wanted: "Incoming") -> dict[str, Any]:
    from worker.render.importing import understanding_item

    return understanding_item(wanted.read, wanted.file.name, wanted.file.sha256)
