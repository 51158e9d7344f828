"""``doisoat statement``: the reconciliation statement, signed off, kept, and computed again."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import AsOfOption, PeriodOption, UnitOption, instant_of, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import both_sides, opened
from worker.cli.usage import WrongUsage
from worker.cli.who import reason_of, whoever
from worker.core.times import month_of, parse_month, period_start

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.statement import Statement
    from models.types import Period
    from worker.bootstrap import Services
    from worker.core.units import Unit

DIFFERENT = 3

RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help="statement.option.role")]
NoteOption = Annotated[
    str | None, typer.Option("--note", metavar="TEXT", help="statement.option.note")
]
IncompleteOption = Annotated[bool, typer.Option("--incomplete", help="statement.option.incomplete")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]
NumberArgument = Annotated[
    int | None, typer.Argument(metavar="ID", help="statement.option.id", show_default=False)
]


def run(
    ctx: typer.Context,
    *,
    period: PeriodOption = None,
    unit: UnitOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the statement, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    with opened(ctx) as services:
        from worker.cli.progress import watching
        from worker.journey.signing import statement_at
        from worker.render.statement import statement_item, statement_told

        chosen, month, at = asked(services, unit, period, as_of)
        with watching() as watch:
            frozen = statement_at(services, chosen, month, at, watch)
        seals = _seals(services, frozen.statement.period)
    if as_json:
        print_json(statement_item(frozen))
        return 0
    names = unit_names(services)
    show(*statement_told(frozen, names), *_told_of(seals, frozen_digest(frozen), names))
    return 0


def sign(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    *,
    role: RoleOption,
    period: PeriodOption = None,
    unit: UnitOption = None,
    as_of: AsOfOption = None,
    note: NoteOption = None,
    incomplete: IncompleteOption = False,
    reason: ReasonOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Freeze the statement in the name of a role."""
    told = reason_of(reason, required=True) if incomplete else reason
    with opened(ctx) as services:
        from worker.cli.progress import watching
        from worker.db.statements import Seal
        from worker.i18n import text
        from worker.journey.signing import Signing, sign_statement
        from worker.render.statement import about, frozen_item

        person = by or whoever(ctx)
        seal = Seal(
            role=role_of(role),
            actor=person,
            at=services.clock(),
            by=person,
            note=note,
            reason=told,
        )
        chosen, month, at = asked(services, unit, period, as_of)
        wanted = Signing(unit=chosen, period=month, as_of=at, seal=seal, incomplete=incomplete)
        with watching() as watch:
            row, is_new = sign_statement(services, wanted, watch)
    if as_json:
        print_json(frozen_item(row) | {"new": is_new})
    else:
        key = "statement.sign.done" if is_new else "statement.sign.already"
        show(text(key, **about(row, unit_names(services))))
        show(text("statement.digest", digest=row.digest))
    return 0


def list(ctx: typer.Context, *, as_json: JsonOption = False) -> int:  # noqa: A001 - its name
    """Print everything that was signed or closed."""
    with opened(ctx) as services:
        from worker.render.statement import frozen_item, frozen_table

        rows = _rows(services, None)
    if as_json:
        print_json(listing([frozen_item(row) for row in rows]))
    else:
        show(*frozen_table(rows, unit_names(services)))
    return 0


def verify(
    ctx: typer.Context, *, number: NumberArgument = None, as_json: JsonOption = False
) -> int:
    """Compute frozen statements again; exit code 3 where one is not the same any more."""
    with opened(ctx) as services:
        from worker.cli.progress import watching
        from worker.journey.signing import verify as verified
        from worker.render.verified import verified_item, verified_told

        rows = _rows(services, number)
        with watching() as watch:
            found = [(row, verified(services, row, watch)) for row in rows]
    if as_json:
        print_json(listing([verified_item(row, each) for row, each in found]))
    else:
        names = unit_names(services)
        show(*verified_told(found, names))
    return 0 if all(each.is_same for _, each in found) else DIFFERENT


def asked(
    services: "Services", unit: str | None, period: str | None, as_of: str | None
) -> "tuple[Unit | None, Period, datetime]":
    """The unit (None: the province), the period and the cut-off that are meant.

    Where no cut-off is named it is that of the period's last complete reconciliation: the figures
    people know; before the first one it is now.

    Raises:
        NotFoundError: nothing has been pulled yet, or the unit is not known.
        WrongUsage: the period had not begun.
    """
    from worker.journey.signing import latest_cutoff

    now = services.clock()
    at = instant_of(as_of) if as_of else now
    month = parse_month(period) if period else month_of(at)
    if as_of is None:
        at = latest_cutoff(services, month) or now
    if at < period_start(month):
        raise WrongUsage("usage.period_not_begun", period=period or "")
    at = at.replace(microsecond=0)
    both_sides(services, at)
    chosen = unit_of(services.directory, unit) if unit else None
    return (None if chosen is None or chosen.parent is None else chosen), month, at


def role_of(written: str) -> str:
    """The role that answers for figures.

    Raises:
        WrongUsage: it is blank.
    """
    if not written.strip():
        raise WrongUsage("usage.bad_parameter", name="--role", command="doisoat statement sign")
    return written.strip()


def unit_names(services: "Services") -> dict[str, str]:
    """Units' names by their codes."""
    return {each.code: each.short_name or each.name for each in services.directory.units}


def frozen_digest(frozen: object) -> str:
    """The digest of what would be frozen."""
    from worker.core.statement import canonical, digest_of

    return digest_of(canonical(frozen))


def _rows(services: "Services", number: int | None) -> "Sequence[Statement]":
    from sqlmodel import Session

    from worker.db import statements

    with Session(services.engine, expire_on_commit=False) as session:
        if number is not None:
            return [statements.get(session, number)]
        return statements.list_rows(session)


def _seals(
    services: "Services", period: "Period"
) -> "tuple[Sequence[Statement], Statement | None]":
    from sqlmodel import Session

    from worker.db import statements

    with Session(services.engine, expire_on_commit=False) as session:
        return statements.signed(session, period), statements.latest_close(session, period)


def _told_of(
    seals: "tuple[Sequence[Statement], Statement | None]", digest: str, names: dict[str, str]
) -> "Sequence[str]":
    """Who signed these very figures, and whether their period is closed."""
    from worker.i18n import text
    from worker.render.statement import about

    signed, close = seals
    same = [text("statement.signed", **about(row, names)) for row in signed if row.digest == digest]
    told = same or [text("statement.not_signed")]
    if close is not None:
        written = f"{close.period_from:%Y-%m}"
        told.append(text("statement.is_closed", **about(close, names) | {"period": written}))
    return told
