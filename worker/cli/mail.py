"""``doisoat mail``: the mails that wait, were sent, were refused; one to read, one sent again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.types import MailState
from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, rows_shown
from worker.cli.output import listing, print_json
from worker.cli.output import show as print_out
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import reason_of, whoever

if TYPE_CHECKING:
    from worker.bootstrap import Services

_ALL = "all"
_FAILED = 1

StateOption = Annotated[str, typer.Option("--state", metavar="S", help="mails.option.state")]
DryRunOption = Annotated[
    Path | None, typer.Option("--dry-run", metavar="FOLDER", help="mails.option.dry_run")
]
MailArgument = Annotated[int, typer.Argument(metavar="ID", help="mails.option.mail")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]


def run(
    ctx: typer.Context,
    *,
    state: StateOption = _ALL,
    limit: LimitOption = None,
    dry_run: DryRunOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the mails, the newest first, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    if dry_run is not None:
        return _write_files(ctx, dry_run, as_json=as_json)
    wanted = _state(state)
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.mails import list_mails
        from worker.render.mails import mail_item, mails_table

        with Session(services.engine) as session:
            total, rows = list_mails(session, limit, wanted)
            items = [mail_item(row) for row in rows]
        has_server = services.settings.smtp_url is not None
    if as_json:
        print_json(listing(items, total))
    else:
        print_out(*mails_table(items, total, has_server=has_server))
    return 0


def _write_files(ctx: typer.Context, folder: Path, *, as_json: bool) -> int:
    """Write what waits as files that mail programs open; nothing is sent and nothing changes."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.cli.files import write_bytes
        from worker.db.mails import find, waiting_ids
        from worker.i18n import text
        from worker.i18n.numbers import number

        files = []
        with Session(services.engine) as session:
            waiting = waiting_ids(session)
        for mail in waiting:
            with Session(services.engine) as session:
                row = find(session, mail)
                file = folder / f"{mail:06d}-{row.unit or services.settings.province.code}.eml"
                write_bytes(file, row.content)
                files.append({"id": mail, "file": file})
    if as_json:
        print_json(listing(files))
    else:
        print_out(text("mails.written", count=number(len(files)), folder=folder))
    return 0


def show(ctx: typer.Context, *, mail: MailArgument, as_json: JsonOption = False) -> int:
    """Print one mail as people without pictures read it."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.mails import find
        from worker.render.mails import mail_item, mail_shown, words_of

        with Session(services.engine) as session:
            row = find(session, mail)
            item, words = mail_item(row), words_of(row)
    if as_json:
        print_json({**item, "text": words})
    else:
        print_out(*mail_shown(item, words))
    return 0


def send(
    ctx: typer.Context,
    *,
    mail: MailArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Send one mail now: to those listed today who have not got it, else to all of them again."""
    why = reason_of(reason, required=True)
    with opened(ctx) as services:
        from worker.journey.delivering import let_go

        let_go(services, mail, by or whoever(ctx), why or "")
        item = _tried(services, mail)
        has_server = services.settings.smtp_url is not None
    if as_json:
        print_json(item)
    else:
        _tell(item, has_server=has_server)
    return 0 if item["state"] == MailState.SENT else _FAILED


def _tried(services: "Services", mail: int) -> dict[str, Any]:
    """The mail after a try, in this process."""
    from sqlmodel import Session

    from worker.db.mails import find
    from worker.journey.delivering import send_mail_now
    from worker.render.mails import mail_item

    send_mail_now(services, only=mail)
    with Session(services.engine) as session:
        return mail_item(find(session, mail))


def _tell(item: dict[str, Any], *, has_server: bool) -> None:
    from worker.i18n import text
    from worker.render.mails import lately_asked

    if item["state"] == MailState.SENT:
        print_out(text("mails.sent_now", id=item["id"], to=", ".join(lately_asked(item))))
    if item["error"]:
        print_out(item["error"])
    elif not has_server:
        print_out(text("mails.no_server"))


def _state(text: str) -> MailState | None:
    if text == _ALL:
        return None
    try:
        return MailState(text)
    except ValueError:
        allowed = ", ".join((*MailState, _ALL))
        raise WrongUsage("usage.not_one_of", name="--state", value=text, allowed=allowed) from None
