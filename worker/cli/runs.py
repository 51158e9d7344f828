"""``doisoat runs``: what has been read and reconciled, what goes on now, and how to stop it."""

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, SourceOption, known_source, rows_shown
from worker.cli.output import console, listing, print_json, print_line, show
from worker.cli.stored import opened
from worker.cli.who import reason_of, whoever

if TYPE_CHECKING:
    from worker.bootstrap import Services

FollowOption = Annotated[bool, typer.Option("--follow", help="cli.option.follow")]
AllOption = Annotated[bool, typer.Option("--all", help="cli.option.all_runs")]
RunArgument = Annotated[int, typer.Argument(metavar="RUN", help="cli.option.run")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]

_PAUSE = 0.5


def run(
    ctx: typer.Context,
    *,
    source: SourceOption = None,
    limit: LimitOption = None,
    every: AllOption = False,
    follow: FollowOption = False,
    as_json: JsonOption = False,
) -> int:
    """Print the newest runs, or follow those under way, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    limit = rows_shown(limit, 20, as_json=as_json)
    with opened(ctx) as services:
        source = known_source(services.settings, source)
        if follow:
            return _follow(services, as_json=as_json)
        return _list(services, limit, source, every=every, as_json=as_json)


def _list(
    services: "Services", limit: int | None, source: str | None, *, every: bool, as_json: bool
) -> int:
    from sqlmodel import Session

    from worker.db.runs import list_runs
    from worker.db.sources import source_names
    from worker.render.lists import run_item, runs_table

    with Session(services.engine) as session:
        names = source_names(session)
        total, rows = list_runs(session, limit, source, whole_store=every)
        items = [run_item(row, names.get(row.source_id or 0, "")) for row in rows]
    if as_json:
        print_json(listing(items, total))
    else:
        show(*runs_table(items, total))
    return 0


def _follow(services: "Services", *, as_json: bool) -> int:
    """Show what goes on until nothing does; with JSON one line each time anything has changed."""
    seen: list[dict[str, Any]] = _now(services, ())
    if not seen and not as_json:
        from worker.i18n import text

        show(text("runs.nothing_now"))
        return 0
    return _follow_as_lines(services) if as_json else _follow_on_screen(services, seen)


def _follow_as_lines(services: "Services") -> int:
    from worker.render.runs import goes_on

    seen: list[dict[str, Any]] = []
    while True:
        items = _now(services, [item["id"] for item in seen])
        if items != seen:
            print_line({"runs": items})
        if not any(map(goes_on, items)):
            return 0
        seen = items
        time.sleep(_PAUSE)


def _follow_on_screen(services: "Services", seen: list[dict[str, Any]]) -> int:
    from rich.live import Live

    from worker.render.runs import followed_table, goes_on

    with Live(followed_table(seen), console=console(), auto_refresh=False) as live:
        while any(map(goes_on, seen)):
            time.sleep(_PAUSE)
            seen = _now(services, [item["id"] for item in seen])
            live.update(followed_table(seen), refresh=True)
    return 0


def _now(services: "Services", followed: "list[int] | tuple[()]") -> list[dict[str, Any]]:
    """The runs under way, and those that were when last looked at."""
    from sqlmodel import Session

    from worker.db.runs import get_run, under_way
    from worker.db.sources import source_names
    from worker.render.runs import followed_item

    with Session(services.engine) as session:
        names = source_names(session)
        rows = {row.id: row for row in under_way(session)}
        rows |= {key: get_run(session, key) for key in followed if key not in rows}
        ordered = sorted(rows.values(), key=lambda row: row.id or 0)
        return [followed_item(row, names.get(row.source_id or 0, "")) for row in ordered]


def cancel(
    ctx: typer.Context,
    *,
    run_id: RunArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Stop a run, at once where it waits, at its next step where it is under way."""
    with opened(ctx) as services:
        from worker.journey.operating import cancel_run

        row = cancel_run(services, run_id, by or whoever(ctx), reason_of(reason, required=True))
        return _told(services, row, "cancelling" if row.stop else "cancelled", as_json=as_json)


def retry(
    ctx: typer.Context,
    *,
    run_id: RunArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Do a run once more from its beginning."""
    with opened(ctx) as services:
        from worker.journey.operating import retry_run
        from worker.tasks.announce import announce

        row = retry_run(services, run_id, by or whoever(ctx), reason_of(reason, required=True))
        announce(services, [row.id or 0])
        return _told(services, row, "retried", as_json=as_json)


def resume(
    ctx: typer.Context,
    *,
    run_id: RunArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let an interrupted run go on at its checkpoint."""
    with opened(ctx) as services:
        from worker.journey.operating import resume_run
        from worker.tasks.announce import announce

        row = resume_run(services, run_id, by or whoever(ctx), reason_of(reason, required=True))
        announce(services, [row.id or 0])
        return _told(services, row, "resumed", as_json=as_json)


def _told(services: "Services", row: Any, what: str, *, as_json: bool) -> int:
    from sqlmodel import Session

    from worker.db.sources import source_names
    from worker.i18n import text
    from worker.render.lists import run_item

    if as_json:
        with Session(services.engine) as session:
            print_json(run_item(row, source_names(session).get(row.source_id or 0, "")))
    else:
        show(text(f"runs.{what}", id=row.id))
    return 0
