"""``doisoat discrepancies``: the dossiers that the two sides count differently."""

from typing import TYPE_CHECKING, Annotated

import typer

from models.types import Cause, DiscrepancyState
from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, UnitOption, rows_shown, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import whoever
from worker.i18n import text

if TYPE_CHECKING:
    from worker.core.units import UnitDirectory
    from worker.db.discrepancy_list import Wanted

_ALL = "all"

CauseOption = Annotated[str | None, typer.Option("--cause", metavar="C", help="cli.option.cause")]
DiscrepancyArgument = Annotated[int, typer.Argument(metavar="ID", help="cli.option.discrepancy")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="cli.option.note")]
StateOption = Annotated[str, typer.Option("--state", metavar="S", help="cli.option.state")]


def run(
    ctx: typer.Context,
    *,
    unit: UnitOption = None,
    cause: CauseOption = None,
    state: StateOption = DiscrepancyState.OPEN.value,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print discrepancies with their life, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    chosen = _cause(cause), _state(state)
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.discrepancy_list import list_rows
        from worker.db.sources import source_names
        from worker.render.lists import discrepancies_table, discrepancy_item

        wanted = _wanted(services.directory, unit, *chosen)
        with Session(services.engine) as session:
            total, rows = list_rows(session, wanted, limit)
            names_of_sources = source_names(session)
            items = [discrepancy_item(row, names_of_sources) for row in rows]
        names = {each.code: each.short_name or each.name for each in services.directory.units}
    if as_json:
        print_json(listing(items, total))
    else:
        show(*discrepancies_table(items, total, names))
    return 0


def acknowledge(
    ctx: typer.Context,
    *,
    discrepancy: DiscrepancyArgument,
    by: ByOption = None,
    note: NoteOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take a discrepancy on: it stays whoever's it is until the two sides agree."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.sources import source_names
        from worker.journey.acknowledging import acknowledge
        from worker.render.lists import discrepancy_item

        row = acknowledge(services, discrepancy, by or whoever(ctx), note)
        with Session(services.engine) as session:
            item = discrepancy_item(row, source_names(session))
    if as_json:
        print_json(item)
    else:
        show(text("cli.discrepancies.acknowledged", dossier=row.code, by=row.acknowledged_by))
    return 0


def _wanted(
    directory: "UnitDirectory",
    unit: str | None,
    cause: Cause | None,
    state: DiscrepancyState | None,
) -> "Wanted":
    from worker.db.discrepancy_list import Wanted

    code = unit_of(directory, unit).code if unit else None
    return Wanted(unit=code, cause=cause, state=state)


def _cause(written: str | None) -> Cause | None:
    if written is None:
        return None
    if written.upper() not in Cause.__members__:
        allowed = ", ".join(Cause)
        raise WrongUsage("usage.not_one_of", name="--cause", value=written, allowed=allowed)
    return Cause(written.upper())


def _state(written: str) -> DiscrepancyState | None:
    if written == _ALL:
        return None
    try:
        return DiscrepancyState(written)
    except ValueError:
        allowed = ", ".join([*DiscrepancyState, _ALL])
        raise WrongUsage(
            "usage.not_one_of", name="--state", value=written, allowed=allowed
        ) from None
