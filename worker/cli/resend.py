"""``doisoat resend``: have the province's system send dossiers again, and see what came of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from models.resend_types import OPEN_RESENDS, ResendState
from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, UnitOption, rows_shown, unit_of
from worker.cli.output import listing, print_json
from worker.cli.output import show as tell
from worker.cli.resend_steps import approve, list_file, reject, send, stop
from worker.cli.resend_told import (
    USUAL_ROWS,
    ByOption,
    ReasonOption,
    RequestArgument,
    selection_of,
    show_told,
    told,
    told_of,
)
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import reason_of, whoever

if TYPE_CHECKING:
    from worker.bootstrap import Services

__all__ = [
    "approve",
    "ask",
    "list",
    "list_file",
    "preview",
    "reject",
    "run",
    "send",
    "show",
    "stop",
]

_ALL = "all"
_OPEN = "open"

CauseOption = Annotated[
    str | None, typer.Option("--cause", metavar="C", help="resend.option.cause")
]
OlderOption = Annotated[
    str | None, typer.Option("--older-than", metavar="3d", help="resend.option.older_than")
]
CodesOption = Annotated[
    str | None, typer.Option("--codes", metavar="CODES", help="resend.option.codes")
]
AgainOption = Annotated[bool, typer.Option("--again", help="resend.option.again")]
StateOption = Annotated[str, typer.Option("--state", metavar="S", help="resend.option.state")]
MonthsOption = Annotated[bool, typer.Option("--months", help="resend.option.months")]


def run(
    ctx: typer.Context,
    *,
    unit: UnitOption = None,
    state: StateOption = _OPEN,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the requests under way, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    return list(ctx, unit=unit, state=state, limit=limit, as_json=as_json)


def preview(  # noqa: PLR0913 - one for each way to choose
    ctx: typer.Context,
    *,
    unit: UnitOption = None,
    cause: CauseOption = None,
    older_than: OlderOption = None,
    codes: CodesOption = None,
    again: AgainOption = False,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print what would be asked for, and what would not and why; nothing is changed."""
    with opened(ctx) as services:
        from worker.journey.asking_again import preview as foresee
        from worker.render.resend_preview import preview_item, preview_told

        selection = selection_of(ctx, services, unit, cause, older_than, codes, again=again)
        found = foresee(services, selection)
        if as_json:
            print_json(preview_item(found))
        else:
            tell(*preview_told(found, rows_shown(limit, USUAL_ROWS, as_json=as_json)))
    return 0


def ask(  # noqa: PLR0913 - one for each way to choose
    ctx: typer.Context,
    *,
    unit: UnitOption = None,
    cause: CauseOption = None,
    older_than: OlderOption = None,
    codes: CodesOption = None,
    again: AgainOption = False,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Enter a request for each unit of what is chosen, for somebody else to approve."""
    why = reason_of(reason, required=True) or ""
    with opened(ctx) as services:
        from worker.i18n import text
        from worker.i18n.numbers import number
        from worker.journey.asking_again import ask as enter
        from worker.render.resends import request_item

        selection = selection_of(ctx, services, unit, cause, older_than, codes, again=again)
        ids = enter(services, selection, by or whoever(ctx), why)
        asked = [told_of(services, key) for key in ids]
    if as_json:
        print_json(listing([request_item(each) for each in asked]))
        return 0
    for each in asked:
        count, key = number(len(each.items)), each.request.id or 0
        tell(
            text("resend.done.asked", id=key, unit=each.unit, count=count),
            text("resend.done.approve_next", id=key),
        )
    return 0


def list(  # noqa: A001 - its name
    ctx: typer.Context,
    *,
    unit: UnitOption = None,
    state: StateOption = _OPEN,
    months: MonthsOption = False,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print requests, the newest first, or what they did by month."""
    states = _states(state)
    limit = rows_shown(limit, USUAL_ROWS, as_json=as_json)
    with opened(ctx) as services:
        from worker.db.resends import Wanted
        from worker.journey.resending import listed
        from worker.render.resends import request_item, requests_table

        code = unit_of(services.directory, unit).code if unit else None
        if months:
            return _by_month(services, code, as_json=as_json)
        total, found = listed(services, Wanted(unit=code, states=states, limit=limit))
        requests = [told(services, each) for each in found]
    if as_json:
        print_json(listing([request_item(each) for each in requests], total))
    else:
        tell(*requests_table(requests, total, only_open=state == _OPEN))
    return 0


def _by_month(services: "Services", unit: str | None, *, as_json: bool) -> int:
    from sqlmodel import Session

    from worker.db.resend_effects import monthly
    from worker.render.resends import effect_item, months_table

    with Session(services.engine) as session:
        found = monthly(session, services.clock(), [unit] if unit else None)
    if as_json:
        items = [{"month": f"{first:%Y-%m}"} | effect_item(each) for first, each in found.items()]
        print_json(listing(items))
    else:
        tell(*months_table(found))
    return 0


def show(
    ctx: typer.Context,
    *,
    request: RequestArgument,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print one request, dossier by dossier."""
    with opened(ctx) as services:
        found = told_of(services, request)
    show_told(found, limit, as_json=as_json)
    return 0


def _states(written: str) -> tuple[ResendState, ...]:
    if written == _ALL:
        return ()
    if written == _OPEN:
        return tuple(OPEN_RESENDS)
    try:
        return (ResendState(written),)
    except ValueError:
        allowed = ", ".join([_OPEN, *ResendState, _ALL])
        raise WrongUsage(
            "usage.not_one_of", name="--state", value=written, allowed=allowed
        ) from None
