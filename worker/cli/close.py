"""``doisoat close``: a period's figures frozen once, and what became of them afterwards."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import AsOfOption, UnitOption, moment_of, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.statement import ByOption, IncompleteOption, ReasonOption, unit_names
from worker.cli.stored import both_sides, opened
from worker.cli.usage import WrongUsage
from worker.cli.who import reason_of, whoever
from worker.core.times import parse_month, period_end
from worker.errors import StatementError

if TYPE_CHECKING:
    from datetime import datetime

    from models.statement import Statement
    from models.types import Period
    from worker.bootstrap import Services
    from worker.journey import Wish

RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="statement.option.role")
]
ClosedPeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="2024-06", help="statement.option.period")
]


def run(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    *,
    period: ClosedPeriodOption = None,
    role: RoleOption = None,
    as_of: AsOfOption = None,
    incomplete: IncompleteOption = False,
    reason: ReasonOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Close a period, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    if period is None:
        raise WrongUsage("usage.missing_parameter", name="--period", command="doisoat close")
    told = reason_of(reason, required=True) if incomplete else reason
    with opened(ctx) as services:
        from worker.i18n import text
        from worker.journey import Wish
        from worker.render.statement import about, frozen_item

        at, month = moment_of(as_of, period, services.clock())
        known = _close_of(services, month)
        _require_same(known, at if as_of else None)
        if known is None:
            wish = Wish(
                as_of=at,
                month=month.first,
                closes=True,
                role=role and role.strip(),
                incomplete=incomplete,
                by=by or whoever(ctx),
                reason=told,
            )
            row = _close(services, month, wish)
        else:
            row = known
    if as_json:
        print_json(frozen_item(row) | {"new": known is None})
    else:
        key = "statement.close.done" if known is None else "statement.close.already"
        named = about(row, unit_names(services))
        show(text(key, **named))
        if row.as_of < period_end(month):
            show(text("statement.close.early", **named))
        show(text("statement.digest", digest=row.digest))
    return 0


def list(ctx: typer.Context, *, as_json: JsonOption = False) -> int:  # noqa: A001 - its name
    """Print the closed periods."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from models.rates import StatementKind
        from worker.db import statements
        from worker.render.statement import frozen_item
        from worker.render.verified import closes_table

        with Session(services.engine, expire_on_commit=False) as session:
            rows = statements.list_rows(session, StatementKind.CLOSE)
            keys = [row.id or 0 for row in rows]
            found = {key: len(statements.corrections_of(session, key)) for key in keys}
    if as_json:
        items = [frozen_item(row) | {"corrections": found[row.id or 0]} for row in rows]
        print_json(listing(items))
    else:
        show(*closes_table(rows, found, unit_names(services)))
    return 0


def corrections(
    ctx: typer.Context,
    *,
    period: ClosedPeriodOption = None,
    unit: UnitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print what changed after the close of a period, by default the last that was closed."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db import statements
        from worker.i18n import text
        from worker.i18n.numbers import month
        from worker.render.verified import correction_item, corrections_told

        chosen = parse_month(period) if period else None
        close = _close_of(services, chosen) if chosen else _last_close(services)
        with Session(services.engine, expire_on_commit=False) as session:
            found = statements.corrections_of(session, close.id or 0) if close else []
        code = unit_of(services.directory, unit).code if unit else None
        rows = [row for row in found if code in (None, row.unit)]
    if as_json:
        print_json(listing([correction_item(row) for row in rows]))
    elif close is not None:
        show(*corrections_told(close, rows, unit_names(services), whole=code is None))
    elif chosen is not None:
        told = {"period": month(chosen.first), "written": f"{chosen.first:%Y-%m}"}
        show(text("statement.close.not_closed", **told))
    else:
        show(text("statement.close.none"))
    return 0


def _close(services: "Services", month: "Period", wish: "Wish") -> "Statement":
    """Close a period in this process, run by run.

    Raises:
        StatementError: the figures can't be closed as they are.
    """
    from worker.cli.progress import watching
    from worker.journey.signing import close_period

    if wish.as_of is not None:
        both_sides(services, wish.as_of)
    with watching() as watch:
        close_period(services, wish, watch)
    row = _close_of(services, month)
    if row is None:
        raise StatementError("statement_moved")
    return row


def _require_same(known: "Statement | None", at: "datetime | None") -> None:
    """A period is closed once; to ask for the same close again is no mistake."""
    if known is not None and at is not None and known.as_of != at:
        from worker.i18n.numbers import exact

        raise StatementError("period_closed_otherwise", as_of=exact(known.as_of))


def _close_of(services: "Services", period: "Period") -> "Statement | None":
    from sqlmodel import Session

    from worker.db import statements

    with Session(services.engine, expire_on_commit=False) as session:
        return statements.latest_close(session, period)


def _last_close(services: "Services") -> "Statement | None":
    from sqlmodel import Session

    from models.rates import StatementKind
    from worker.db import statements

    with Session(services.engine, expire_on_commit=False) as session:
        return next(iter(statements.list_rows(session, StatementKind.CLOSE)), None)
