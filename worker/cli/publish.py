"""``doisoat publish``: a folder of open data that a provincial portal can host as it is."""

from pathlib import Path
from typing import Annotated

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import PeriodOption
from worker.cli.output import print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage

FolderOption = Annotated[
    Path | None, typer.Option("--to", metavar="FOLDER", help="cli.option.publication_folder")
]


def run(
    ctx: typer.Context,
    *,
    folder: FolderOption = None,
    period: PeriodOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write what is published: all closed months, and one that is still open."""
    with opened(ctx) as services:
        folder = folder or services.settings.publication.folder
        if folder is None:
            raise WrongUsage("usage.no_publication_folder")
        from worker.cli.progress import watching
        from worker.core.times import month_of, parse_month
        from worker.journey.open_data import open_months, publisher_of
        from worker.render.open_data.files import publication
        from worker.stages.publish import publish

        month = parse_month(period) if period else month_of(services.clock())
        with watching() as watch:
            months = open_months(services, month, watch)
            files = publication(months, publisher_of(services))
            written = publish(folder, files)
    told = {
        "folder": str(folder),
        "periods": [{"period": each.key, "state": each.state.value} for each in months],
        "changed": written.changed,
        "unchanged": written.unchanged,
    }
    if as_json:
        print_json(told)
    else:
        from worker.render.open_data.told import publication_told

        show(*publication_told(months, folder, written.changed, written.unchanged))
    return 0
