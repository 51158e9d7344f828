"""``doisoat discrepancies``: the dossiers that the two sides count differently."""

from typing import TYPE_CHECKING, Annotated

import typer

from models.types import Cause, DiscrepancyState
from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, UnitOption, rows_shown, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage

if TYPE_CHECKING:
    from worker.core.units import UnitDirectory
    from worker.db.discrepancies import Wanted

_ALL = "all"

CauseOption = Annotated[str | None, typer.Option("--cause", metavar="C", help="cli.option.cause")]
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
    """Print discrepancies with their life."""
    chosen = _cause(cause), _state(state)
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.discrepancies import list_rows
        from worker.db.sources import source_names
        from worker.render.lists import discrepancies_table, discrepancy_item

        wanted = _wanted(services.directory, unit, *chosen, limit)
        with Session(services.engine) as session:
            total, rows = list_rows(session, wanted)
            names_of_sources = source_names(session)
            items = [discrepancy_item(row, names_of_sources) for row in rows]
        names = {each.code: each.short_name or each.name for each in services.directory.units}
    if as_json:
        print_json(listing(items, total))
    else:
        show(*discrepancies_table(items, total, names))
    return 0


def _wanted(
    directory: "UnitDirectory",
    unit: str | None,
    cause: str | None,
    state: DiscrepancyState | None,
    limit: int | None,
) -> "Wanted":
    from worker.db.discrepancies import Wanted

    code = unit_of(directory, unit).code if unit else None
    return Wanted(unit=code, cause=cause, state=state, limit=limit)


def _cause(written: str | None) -> str | None:
    if written is None:
        return None
    if written.upper() not in Cause.__members__:
        allowed = ", ".join(Cause)
        raise WrongUsage("usage.not_one_of", name="--cause", value=written, allowed=allowed)
    return written.upper()


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
