"""``doisoat worker``: takes up runs from the queue, until told to stop."""

from typing import Annotated

import typer

from worker.cli.invocation import open_settings
from worker.cli.supervised import SupervisedOption, end_with_parent
from worker.cli.usage import WrongUsage

QueuesOption = Annotated[
    str, typer.Option("--queues", metavar="sources,compute,tend", help="cli.option.queues")
]
ConcurrencyOption = Annotated[
    int, typer.Option("--concurrency", min=1, max=64, help="cli.option.concurrency")
]


def run(
    ctx: typer.Context,
    *,
    queues: QueuesOption = "sources,compute,tend",
    concurrency: ConcurrencyOption = 4,
    supervised: SupervisedOption = False,
) -> int:
    """Work until told to stop."""
    settings = open_settings(ctx)
    from worker.tasks.app import QUEUES
    from worker.tasks.processes import work

    wanted = tuple(dict.fromkeys(name.strip() for name in queues.split(",")))
    if not set(wanted) <= set(QUEUES):
        raise WrongUsage("usage.queues", queues=", ".join(QUEUES))
    if supervised:
        end_with_parent()
    work(settings, wanted, concurrency)
    return 0
