"""``doisoat beat``: sends for the sweep that starts what the schedule says."""

import typer

from worker.cli.invocation import open_settings
from worker.cli.supervised import SupervisedOption, end_with_parent


def run(ctx: typer.Context, *, supervised: SupervisedOption = False) -> int:
    """Keep time until told to stop."""
    settings = open_settings(ctx)
    from worker.tasks.processes import keep_time

    if supervised:
        end_with_parent()
    keep_time(settings)
    return 0
