"""``doisoat schedule``: what runs next by itself, and what became of each job's last turn."""

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened


def run(ctx: typer.Context, *, limit: LimitOption = None, as_json: JsonOption = False) -> int:
    """Print the jobs of the schedule, the soonest first."""
    from worker.render.schedule import schedule_item, schedule_table

    limit = rows_shown(limit, 40, as_json=as_json)
    with opened(ctx) as services:
        from worker.journey.scheduled import turns_of, watched_folders

        turns = turns_of(services)
        items = [schedule_item(turn) for turn in turns[:limit]]
        folders = watched_folders(services.settings)
        now = services.clock()
    if as_json:
        print_json(listing(items, len(turns)) | {"folders": folders})
    else:
        show(*schedule_table(items, len(turns), now, folders))
    return 0
