"""``doisoat quarantine``: the records that can't be read, and reading them again."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, SourceOption, known_source, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import reason_of, whoever

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.db.quarantine_list import QuarantineFilter
    from worker.journey.rereading import TriedAgain

_LARGEST = 2**31 - 1

RowsArgument = Annotated[
    list[int] | None,
    typer.Argument(metavar="ID", min=1, max=_LARGEST, help="cli.option.rows_again"),
]
CodeOption = Annotated[
    str | None, typer.Option("--code", metavar="CODE", help="cli.option.code_again")
]
RunOption = Annotated[
    int | None,
    typer.Option("--run", metavar="RUN", min=1, max=_LARGEST, help="cli.option.run_again"),
]
EveryOption = Annotated[bool, typer.Option("--all", help="cli.option.all_again")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]


def run(
    ctx: typer.Context,
    *,
    source: SourceOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print what lies in quarantine, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
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


def again(  # noqa: PLR0913 - one for each way to choose
    ctx: typer.Context,
    *,
    rows: RowsArgument = None,
    source: SourceOption = None,
    code: CodeOption = None,
    of_run: RunOption = None,
    every: EveryOption = False,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Read records again: at once where their unit is known by now, else from their source."""
    if bool(rows) is (every or any((source, code, of_run))):
        raise WrongUsage("usage.which_rows")
    why = reason_of(reason, required=True) or ""
    with opened(ctx) as services:
        from worker.db.quarantine_list import QuarantineFilter
        from worker.journey.rereading import try_again

        source = known_source(services.settings, source)
        wanted = QuarantineFilter(source=source, run=of_run, code=_stored(code))
        ids = _few(rows) if rows else _found(services, wanted)
        done = try_again(services, ids, by or whoever(ctx), why)
        told = _announced(services, done)
    _tell(done, told=told, as_json=as_json)
    return 0


def _stored(code: str | None) -> str | None:
    from worker.core.codes import dossier_code

    return None if code is None else dossier_code(code)


def _found(services: "Services", wanted: "QuarantineFilter") -> list[int]:
    from sqlmodel import Session

    from worker.db.quarantine_list import find_rows
    from worker.journey.rereading import MOST_AGAIN

    with Session(services.engine) as session:
        total, found = find_rows(session, wanted, limit=MOST_AGAIN)
        ids = [each.row.id or 0 for each in found]
    _require_few(total)
    return ids


def _few(rows: list[int]) -> list[int]:
    _require_few(len(rows))
    return rows


def _require_few(count: int) -> None:
    from worker.i18n.numbers import number
    from worker.journey.rereading import MOST_AGAIN

    if count > MOST_AGAIN:
        raise WrongUsage("usage.too_many_rows", count=number(count), most=number(MOST_AGAIN))


def _announced(services: "Services", done: "TriedAgain") -> bool:
    from worker.tasks.announce import announce

    return announce(services, done.runs)


def _tell(done: "TriedAgain", *, told: bool, as_json: bool) -> None:
    from worker.i18n import text
    from worker.i18n.numbers import number

    if as_json:
        counts = {"read": done.read, "dossiers": done.dossiers, "left": done.left}
        print_json({"runs": done.runs, **counts})
        return
    runs = ", ".join(map(str, done.runs))
    if done.read:
        show(text("cli.quarantine.again_read", count=number(done.read)))
    if done.left:
        show(text("cli.quarantine.again_left", count=number(done.left)))
    if done.runs:
        show(
            text("cli.quarantine.again_asked", count=number(done.dossiers), runs=runs),
            text("runs.follow" if told else "runs.broker_away"),
        )
