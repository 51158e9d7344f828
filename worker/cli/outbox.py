"""``doisoat outbox``: what other systems are told: what waits, was sent, was given up."""

from typing import Annotated

import typer

from models.types import MessageState
from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import whoever

_ALL = "all"

StateOption = Annotated[str, typer.Option("--state", metavar="S", help="outbox.option.state")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]
MessageArgument = Annotated[int, typer.Argument(metavar="ID", help="outbox.option.message")]


def run(
    ctx: typer.Context,
    *,
    state: StateOption = _ALL,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the messages, the newest first, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    wanted = _state(state)
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.outbox import list_messages
        from worker.render.outbox import message_item, outbox_table

        with Session(services.engine) as session:
            total, rows = list_messages(session, limit, wanted)
            items = [message_item(row) for row in rows]
    if as_json:
        print_json(listing(items, total))
    else:
        show(*outbox_table(items, total))
    return 0


def retry(
    ctx: typer.Context,
    *,
    message: MessageArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let a message that waits or was given up be tried at once."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.audit import note
        from worker.db.outbox import try_again
        from worker.i18n import text
        from worker.log import logger
        from worker.render.outbox import message_item

        now = services.clock()
        with Session(services.engine) as session, session.begin():
            item = message_item(try_again(session, message, now))
            subject = f"message {message}"
            person = by or whoever(ctx)
            note(
                session,
                by=person,
                action="message_retried",
                subject=subject,
                now=now,
                reason=reason,
            )
        logger().info("message_tried_again", message=message, target=item["target"])
    if as_json:
        print_json(item)
    else:
        show(text("outbox.retried", id=item["id"], target=item["target"]))
    return 0


def _state(text: str) -> MessageState | None:
    if text == _ALL:
        return None
    try:
        return MessageState(text)
    except ValueError:
        allowed = ", ".join((*MessageState, _ALL))
        raise WrongUsage("usage.not_one_of", name="--state", value=text, allowed=allowed) from None
