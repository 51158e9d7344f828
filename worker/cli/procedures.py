"""``doisoat procedures``: the province's procedures, their limits, and how they are published."""

from typing import TYPE_CHECKING, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, PeriodOption, moment_of, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlmodel import Session

    from models.types import Period
    from worker.bootstrap import Services
    from worker.core.procedures import CatalogueEntry
    from worker.db.catalogue import Usage

_ROWS = 50


def run(
    ctx: typer.Context,
    *,
    period: PeriodOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the procedures that dossiers bear, and those of the province's folder."""
    limit = rows_shown(limit, _ROWS, as_json=as_json)
    with opened(ctx) as services:
        from worker.render.procedures import procedures_table
        from worker.render.publication import publication_table

        as_of, month = moment_of(None, period, services.clock())
        report = _report(services, month, as_of)
    shown = report["items"][:limit]
    if as_json:
        print_json(report | listing(shown, report["total"]))
    else:
        show(*publication_table(report, limit), *procedures_table(shown, report["total"]))
    return 0


def _report(services: "Services", period: "Period", as_of: "datetime") -> dict[str, Any]:
    """What ``procedures --json`` prints; what is late or incomplete comes first."""
    from sqlmodel import Session

    from worker.core.procedures import overview
    from worker.core.publication import rates_of
    from worker.db import catalogue
    from worker.db.publication import found_publications
    from worker.render.procedures import procedure_item
    from worker.render.publication import rates_item

    province = services.province
    counts = {each.procedure: (0, 0) for each in province.decisions}
    with Session(services.engine) as session:
        used = catalogue.usage(session)
        counts |= {each.code: (each.records, each.without_due_date) for each in used}
        codes = {*counts, *(each.code for each in province.procedures)}
        calendar = services.statutes.calendar
        found = found_publications(session, codes, period, calendar, as_of, province.decisions)
        entries = _entries(session, used)
    plain_days = services.settings.rules.portal.plain_days
    rows = overview(province.procedures, counts, entries, plain_days)
    published = {each.procedure: each for each in found}
    ordered = sorted(rows, key=lambda each: not published[each.code].is_at_fault)
    items = [procedure_item(each, published[each.code]) for each in ordered]
    return {
        "as_of": as_of,
        "period": {"from": period.first, "to": period.last},
        "rates": rates_item(rates_of(found)),
        **listing(items),
    }


def _entries(session: "Session", used: "Iterable[Usage]") -> "dict[str, CatalogueEntry]":
    from worker.core.procedures import CatalogueEntry
    from worker.db import catalogue

    unknown = frozenset(catalogue.unknown_codes(session, list(used)))
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
    return entries | {code: CatalogueEntry(known=False) for code in unknown if code not in entries}
