"""``doisoat links``: dossiers under two codes, and what an operator decides about them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.sync import ByOption, ReasonOption
from worker.cli.usage import WrongUsage
from worker.cli.who import whoever

if TYPE_CHECKING:
    from worker.bootstrap import Services

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="cli.option.code")]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help="cli.option.other_code")]


def run(ctx: typer.Context, *, limit: LimitOption = None, as_json: JsonOption = False) -> int:
    """Print the links that were made and those that wait; a command below does its own work."""
    if ctx.invoked_subcommand is not None:
        return 0
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db import links
        from worker.db.sources import source_names
        from worker.journey.linking import waiting_pairs
        from worker.render.links import link_item, proposal_item

        found = waiting_pairs(services)
        with Session(services.engine) as session:
            made = [link_item(row, links.evidence_in(row)) for row in links.made(session)]
            sources = source_names(session)
        waiting = [proposal_item(each, sources) for each in (*found.doubtful, *found.certain)]
        names = _unit_names(services)
    if as_json:
        items = [*made, *waiting]
        print_json(listing(items[:limit], len(items)) | {"crowded": found.crowded})
    else:
        _show_all(made, waiting, found.crowded, limit, names)
    return 0


def add(
    ctx: typer.Context,
    *,
    code: CodeArgument,
    other: OtherArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take two codes for one dossier."""
    codes = _pair(code, other)
    with opened(ctx) as services:
        from worker.journey.linking import one_dossier
        from worker.render.links import evidence_item

        done = one_dossier(services, codes, by or whoever(ctx), reason)
        names = _unit_names(services)
    item = {"codes": list(codes), "new": done.is_new, "evidence": evidence_item(done.evidence)}
    if as_json:
        print_json(item)
    else:
        _show_added(item, names)
    return 0


def remove(
    ctx: typer.Context,
    *,
    code: CodeArgument,
    other: OtherArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take two linked codes apart again, for good."""
    codes = _pair(code, other)
    with opened(ctx) as services:
        from worker.i18n import text
        from worker.journey.linking import two_dossiers

        apart = two_dossiers(services, codes, by or whoever(ctx), reason)
    if as_json:
        print_json({"codes": list(codes), "apart": apart})
    else:
        key = "cli.links.removed" if apart else "cli.links.still_one"
        show(text(key, code=codes[0], other=codes[1]))
    return 0


def duplicates(
    ctx: typer.Context, *, limit: LimitOption = None, as_json: JsonOption = False
) -> int:
    """Print the dossiers that one source holds more than once."""
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db import links
        from worker.db.sources import source_names
        from worker.render.links import duplicate_item, duplicates_table

        with Session(services.engine) as session:
            sources = source_names(session)
            total, held = links.duplicates(session, limit)
            items = [duplicate_item(sources[each.source_id], each.records) for each in held]
        names = _unit_names(services)
    if as_json:
        print_json(listing(items, total))
    else:
        show(*duplicates_table(items, total, names))
    return 0


def _unit_names(services: "Services") -> dict[str, str]:
    return {each.code: each.short_name or each.name for each in services.directory.units}


def _pair(code: str, other: str) -> tuple[str, str]:
    """Two codes in the form in which codes are compared.

    Raises:
        DataError: One can't be a dossier code.
        WrongUsage: Both are the same.
    """
    from worker.core.codes import dossier_code

    first, second = dossier_code(code), dossier_code(other)
    if first == second:
        raise WrongUsage("usage.same_code", code=first)
    return first, second


def _show_all(
    made: list[dict[str, Any]],
    waiting: list[dict[str, Any]],
    crowded: int,
    limit: int | None,
    names: Mapping[str, str],
) -> None:
    from worker.i18n import text
    from worker.i18n.numbers import number
    from worker.render.links import links_table, proposals_table

    show(*links_table(made[:limit], len(made), names), "")
    show(*proposals_table(waiting[:limit], len(waiting), names))
    if crowded:
        show(text("cli.links.crowded", count=number(crowded)))


def _show_added(item: dict[str, Any], names: Mapping[str, str]) -> None:
    from worker.i18n import text
    from worker.render.links import alike_text, differing_text

    code, other = item["codes"]
    if not item["new"]:
        show(text("cli.links.already", code=code, other=other))
        return
    show(text("cli.links.added", code=code, other=other, alike=alike_text(item, names)))
    if item["evidence"]["differing"]:
        fields = differing_text(item)
        show(text("cli.links.added_though", fields=fields, code=code, other=other))
