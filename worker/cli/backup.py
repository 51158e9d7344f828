"""``doisoat backup``: everything in one file, while others go on working."""

from pathlib import Path
from typing import Annotated

import typer

from worker.cli.invocation import JsonOption, invocation, open_settings
from worker.cli.output import print_json, show
from worker.cli.progress import counting

FileArgument = Annotated[Path | None, typer.Argument(metavar="FILE", help="cli.option.backup_file")]


def run(ctx: typer.Context, *, file: FileArgument = None, as_json: JsonOption = False) -> int:
    """Write the backup and say where it is."""
    settings = open_settings(ctx)
    from worker.bootstrap import clock_of, open_store
    from worker.db.backup import backup
    from worker.i18n import text
    from worker.render.backup import backup_item, backup_lines
    from worker.stages.backup import dated_file

    now, province = clock_of(settings)(), settings.province.code
    if file is None:
        target = dated_file(settings.backups_dir, province, now)
    else:
        target = invocation(ctx).working_folder / file
    engine = open_store(settings)
    try:
        with counting(text("backup.writing")) as progress:
            manifest = backup(engine, target, province=province, now=now, progress=progress)
    finally:
        engine.dispose()
    if as_json:
        print_json(backup_item(target, manifest))
    else:
        show(*backup_lines(target, manifest))
    return 0
