"""The steps of a request to send dossiers again: approve, refuse, send, stop, hand over."""

from typing import TYPE_CHECKING, Annotated

import typer

from models.resend_types import ResendState
from worker.cli.invocation import JsonOption, invocation
from worker.cli.output import print_json, show
from worker.cli.resend_told import ByOption, ReasonOption, RequestArgument, show_told, told, told_of
from worker.cli.stored import opened
from worker.cli.who import reason_of, whoever

if TYPE_CHECKING:
    from worker.bootstrap import Services

WaitOption = Annotated[bool, typer.Option("--wait", help="resend.option.wait")]
OutOption = Annotated[
    str | None, typer.Option("--output", metavar="FILE", help="resend.option.out")
]
WordsOption = Annotated[
    str | None, typer.Option("--note", metavar="TEXT", help="resend.option.words")
]


def approve(
    ctx: typer.Context,
    *,
    request: RequestArgument,
    by: ByOption = None,
    note: WordsOption = None,
    as_json: JsonOption = False,
) -> int:
    """Approve a request that somebody else asked for."""
    with opened(ctx) as services:
        from worker.journey.resending import approve as let_go

        row = let_go(services, request, by or whoever(ctx), note)
        key = "resend.done.approved_by_hand" if row.by_hand else "resend.done.approved"
        if row.state is ResendState.SENDING:
            key = "resend.done.goes_on"
        return _say(services, request, key, as_json=as_json)


def reject(
    ctx: typer.Context,
    *,
    request: RequestArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Refuse a request of which nothing has gone."""
    why = reason_of(reason, required=True) or ""
    with opened(ctx) as services:
        from worker.journey.resending import reject as refuse

        refuse(services, request, by or whoever(ctx), why)
        return _say(services, request, "resend.done.rejected", as_json=as_json)


def send(
    ctx: typer.Context,
    *,
    request: RequestArgument,
    by: ByOption = None,
    wait: WaitOption = False,
    as_json: JsonOption = False,
) -> int:
    """Send an approved request: by a worker, or in this process with the look afterwards."""
    with opened(ctx) as services:
        from worker.i18n import text
        from worker.journey.resending import send as let_go
        from worker.tasks.announce import announce

        who = by or whoever(ctx)
        if wait:
            _send_here(services, request, who)
            show_told(told_of(services, request), None, as_json=as_json)
            return 0
        key = let_go(services, request, who)
        announce(services, [key])
    if as_json:
        print_json({"request": request, "run": key})
    else:
        show(text("resend.done.queued", run=key, id=request), text("runs.follow"))
    return 0


def _send_here(services: "Services", request: int, by: str) -> None:
    from worker.cli.progress import watching
    from worker.journey.resending import send as let_go
    from worker.journey.sending_again import sending_wish
    from worker.journey.travel import work_off

    key = let_go(services, request, by, services.owner)
    wish = sending_wish(told_of(services, request).request, by)
    with watching() as watch:
        work_off(services, (key,), wish, watch)


def stop(
    ctx: typer.Context,
    *,
    request: RequestArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let no further dossier of a request go, at once."""
    with opened(ctx) as services:
        from worker.journey.resending import stop as halt

        row = halt(services, request, by or whoever(ctx), reason)
        watched = row.state is ResendState.WATCHING
        key = "resend.done.stopped_watching" if watched else "resend.done.stopped"
        return _say(services, request, key, as_json=as_json)


def list_file(
    ctx: typer.Context,
    *,
    request: RequestArgument,
    output: OutOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write the list of an approved request for the system's operator, and watch from now on."""
    with opened(ctx) as services:
        from worker.cli.files import write_bytes
        from worker.i18n import text
        from worker.i18n.numbers import number
        from worker.journey.resending import hand_over
        from worker.render.resend_list import resend_list

        file = invocation(ctx).working_folder / (output or f"gui-lai-{request}.xlsx")
        listed = told(services, hand_over(services, request, by or whoever(ctx)))
        write_bytes(file, resend_list(listed))
    if as_json:
        print_json({"request": request, "file": str(file), "dossiers": len(listed.items)})
    else:
        count = number(len(listed.items))
        show(text("resend.done.handed_over", count=count, file=file, id=request))
    return 0


def _say(services: "Services", request: int, key: str, *, as_json: bool) -> int:
    from worker.i18n import text
    from worker.i18n.numbers import number
    from worker.render.resends import request_item

    request_now = told_of(services, request)
    if as_json:
        print_json(request_item(request_now))
    else:
        show(text(key, id=request, sent=number(request_now.effect.sent)))
    return 0
