"""``doisoat runs``: what has been read, when, and how it ended."""

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, SourceOption, known_source, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened


def run(
    ctx: typer.Context,
    *,
    source: SourceOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the newest runs."""
    limit = rows_shown(limit, 20, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.runs import list_runs
        from worker.db.sources import source_names
        from worker.render.lists import run_item, runs_table

        source = known_source(services.settings, source)
        with Session(services.engine) as session:
            names = source_names(session)
            total, rows = list_runs(session, limit, source)
            items = [run_item(row, names[row.source_id]) for row in rows]
    if as_json:
        print_json(listing(items, total))
    else:
        show(*runs_table(items, total))
    return 0
