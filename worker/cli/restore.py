"""``doisoat restore``: a backup put in the place of what the store holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.invocation import JsonOption, invocation, open_settings
from worker.cli.output import print_json, show
from worker.cli.progress import counting
from worker.cli.questions import confirmed
from worker.errors import StoreError

if TYPE_CHECKING:
    from worker.core.backup import Manifest
    from worker.db.backup_restore import Restore

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="cli.option.restore_file")]
YesOption = Annotated[bool, typer.Option("--yes", help="cli.option.yes_restore")]


def run(
    ctx: typer.Context, *, file: FileArgument, yes: YesOption = False, as_json: JsonOption = False
) -> int:
    """Check the file, ask where something would be lost, restore it whole or not at all."""
    settings = open_settings(ctx)
    from models import SCHEMA_REVISION
    from worker.bootstrap import clock_of, is_alive, open_store
    from worker.db.backup_restore import Restore
    from worker.render.backup import restore_item, restore_lines

    engine = open_store(settings)
    task = Restore(
        engine=engine,
        file=invocation(ctx).working_folder / file,
        province=settings.province.code,
        is_alive=is_alive,
        lease=settings.runs.lease,
        now=clock_of(settings)(),
    )
    try:
        manifest, interrupted = _restored(task, yes=yes, as_json=as_json)
    finally:
        engine.dispose()
    if as_json:
        print_json(restore_item(task.file, manifest, SCHEMA_REVISION, interrupted))
    else:
        show(*restore_lines(manifest, SCHEMA_REVISION, interrupted))
    return 0


def _restored(task: "Restore", *, yes: bool, as_json: bool) -> "tuple[Manifest, int]":
    from worker.db.backup_restore import examine, holds_data, restore
    from worker.i18n import text
    from worker.render.backup import found_line

    with counting(text("backup.checking")) as progress:
        manifest = examine(task, progress)
    if not as_json:
        show(found_line(manifest))
    if not yes and holds_data(task.engine):
        _require_consent()
    with counting(text("backup.restoring")) as progress:
        return manifest, restore(task, progress)


def _require_consent() -> None:
    from worker.i18n import text

    if not confirmed(text("backup.question"), if_nobody=False):
        raise StoreError("restore_over_data")
