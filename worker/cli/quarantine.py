"""``doisoat quarantine``: the records that can't be read."""

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
    """Print what lies in quarantine."""
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.quarantine import list_rows
        from worker.render.lists import quarantine_item, quarantine_table

        source = known_source(services.settings, source)
        with Session(services.engine) as session:
            total, rows = list_rows(session, limit, source)
            items = [quarantine_item(each.source, each.row) for each in rows]
    if as_json:
        print_json(listing(items, total))
    else:
        show(*quarantine_table(items, total))
    return 0
