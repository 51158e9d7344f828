"""``doisoat prune``: takes away what is past the time it is kept, after showing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.invocation import JsonOption
from worker.cli.output import console, print_json, show
from worker.cli.questions import confirmed
from worker.cli.stored import opened

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.core.retention import Foresight
    from worker.ports import Progress
    from worker.stages.prune import Prune

DryOption = Annotated[bool, typer.Option("--dry-run", help="cli.option.dry_run")]
YesOption = Annotated[bool, typer.Option("--yes", help="cli.option.yes_prune")]


def run(
    ctx: typer.Context,
    *,
    dry_run: DryOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> int:
    """Show what would go; delete it, unless only that was asked for."""
    with opened(ctx) as services:
        from worker.render.prune import prune_item
        from worker.stages.prune import foresee, prune

        with _patience() as progress:
            task = _task(services, progress)
            found = foresee(task)
        if not as_json:
            _show(found)
        gone = None
        if not dry_run and any(found.counts.values()) and (yes or _agreed(found)):
            with _patience() as progress:
                gone = prune(_task(services, progress))
            found = foresee(task)
    if as_json:
        print_json(prune_item(found, gone))
    else:
        _tell(found, gone, dry_run=dry_run)
    return 0


def _task(services: "Services", progress: "Progress") -> "Prune":
    from worker.stages.prune import Prune

    return Prune(
        engine=services.engine,
        retention=services.settings.retention.policy,
        now=services.clock(),
        progress=progress,
    )


@contextmanager
def _patience() -> "Iterator[Progress]":
    """Shows how much has gone by now, where somebody can see it."""
    from worker.i18n import text
    from worker.i18n.numbers import number

    target = console(error=True)
    with target.status(text("cli.prune.looking")) as status:

        def progress(done: int, _total: int | None) -> None:
            status.update(text("cli.prune.pruning", count=number(done)))

        yield progress


def _show(found: "Foresight") -> None:
    from worker.render.prune import prune_table

    show(*prune_table(found))


def _agreed(found: "Foresight") -> bool:
    from worker.i18n import text
    from worker.i18n.numbers import number

    return confirmed(text("cli.prune.question", total=number(sum(found.counts.values()))))


def _tell(found: "Foresight", gone: "dict[str, int] | None", *, dry_run: bool) -> None:
    """What became of it, and from when on figures can be reproduced."""
    from worker.i18n import text
    from worker.i18n.numbers import exact, number

    if gone is not None:
        show("", text("cli.prune.done", total=number(sum(gone.values()))))
        if found.earliest is not None:
            show(text("cli.prune.cutoffs", earliest=exact(found.earliest)))
    elif any(found.counts.values()):
        show("", text("cli.prune.dry" if dry_run else "cli.prune.refused"))
