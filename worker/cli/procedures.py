"""``doisoat procedures``: the procedures of the province and the limits they are counted by."""

from typing import TYPE_CHECKING

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.core.procedures import ProcedureOverview

_ROWS = 50


def run(ctx: typer.Context, *, limit: LimitOption = None, as_json: JsonOption = False) -> int:
    """Print the procedures that dossiers bear, and those of the province's table."""
    limit = rows_shown(limit, _ROWS, as_json=as_json)
    with opened(ctx) as services:
        from worker.render.procedures import procedure_item, procedures_table

        items = [procedure_item(each) for each in _overviews(services)]
    if as_json:
        print_json(listing(items[:limit], len(items)))
    else:
        show(*procedures_table(items[:limit], len(items)))
    return 0


def _overviews(services: "Services") -> "list[ProcedureOverview]":
    from sqlmodel import Session

    from worker.core.procedures import CatalogueEntry, overview
    from worker.db import catalogue

    with Session(services.engine) as session:
        used = catalogue.usage(session)
        unknown = frozenset(catalogue.unknown_codes(session, used))
        entries = {
            row.code: CatalogueEntry(
                name=row.name,
                field=row.field,
                known=row.known and row.code not in unknown,
                limit_text=row.limit_text,
                read_at=row.read_at,
            )
            for row in catalogue.all_procedures(session)
        }
    entries |= {code: CatalogueEntry(known=False) for code in unknown if code not in entries}
    return overview(
        services.province.procedures,
        {each.code: (each.records, each.without_due_date) for each in used},
        entries,
        services.settings.rules.portal.plain_days,
    )
