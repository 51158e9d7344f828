"""What is shown of statements and closes; page and API tell the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session

from models.rates import StatementKind
from models.statement import Statement
from models.types import Period
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.core.access import Who
from worker.core.statement import WHOLE, Frozen, canonical, digest_of
from worker.core.statement import Statement as Said
from worker.core.times import local_day
from worker.db import reconciliations, statements
from worker.errors import NotFoundError, StatementError
from worker.i18n import sentence, text
from worker.i18n.numbers import month
from worker.journey import register_sources, sides_of
from worker.journey.parties import id_of
from worker.render.statement import (
    frozen_item,
    is_balance,
    is_empty,
    line_told,
    statement_notes,
    unit_name,
    unit_row,
)
from worker.render.verified import correction_item

MOST_MONTHS = 24

_MOST_CLOSES = 1000


class StatementTold(Told):
    """A frozen statement, or the close of a period; ``unit`` is null for the province."""

    id: int
    kind: StatementKind
    unit: str | None
    period: Mapping[str, date]
    as_of: Moment
    reconciliation: int
    digest: str
    role: str | None
    signed_by: str | None
    signed_at: Moment
    note: str | None


class CloseTold(StatementTold):
    """The close of a period, and how many figures changed since, each time counted."""

    corrections: int


class CorrectionTold(Told):
    """A figure of a closed period that became another one."""

    id: int
    statement: int
    reconciliation: int
    at: Moment
    unit: str | None
    figure: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthShown:
    """A month that was reconciled: up to when completely, whether closed, what changed since."""

    period: Period
    is_over: bool
    as_of: datetime | None
    close: StatementTold | None
    corrections: int
    signed: int


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of an account; ``is_balance``: no step from one balance to the next."""

    label: str
    count: str
    is_balance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountShown:
    """A statement to read: the account of the whole, its units in one line each, what it rests on.

    The last of ``units`` is their total; there are none where it is about one unit.
    """

    unit: str
    period: Period
    as_of: datetime
    lines: Sequence[LineShown]
    units: Sequence[Sequence[str]]
    silent: int
    notes: Sequence[str]
    digest: str


def names_of(services: Services) -> dict[str, str]:
    """Units' names by their codes."""
    return {each.code: each.short_name or each.name for each in services.directory.units}


def months_of(services: Services, who: Who, now: datetime) -> list[MonthShown]:
    """The months that were reconciled, the newest first; counts are of what ``who`` sees."""
    register_sources(services)
    province, portal = (id_of(services, name) for name in sides_of(services))
    with Session(services.engine) as session:
        periods = reconciliations.periods_of(session, province, portal)[:MOST_MONTHS]
        until = reconciliations.complete_until(session, province, portal)
        signed = statements.signed_counts(session, who.units)
        _, rows = statements.page(session, StatementKind.CLOSE, _MOST_CLOSES)
        closes = {Period(row.period_from, row.period_to): row for row in reversed(rows)}
        changed = statements.corrected(session, [row.id or 0 for row in closes.values()], who.units)
        return [
            MonthShown(
                period=each,
                is_over=each.last < local_day(now),
                as_of=until.get(each),
                close=told_of(row) if row else None,
                corrections=changed.get(row.id or 0, 0) if row else 0,
                signed=signed.get(each, 0),
            )
            for each in periods
            for row in (closes.get(each),)
        ]


def listed(
    services: Services, who: Who, kind: StatementKind | None, limit: int | None, offset: int = 0
) -> tuple[int, list[StatementTold]]:
    """How many statements ``who`` sees, and a part of them (None: all), the newest first."""
    with Session(services.engine) as session:
        total, rows = statements.page(session, kind, limit, offset, who.units)
        return total, [told_of(row) for row in rows]


FILE_COLUMNS: Final = (
    "number",
    "kind",
    "unit",
    "month",
    "cutoff",
    "role",
    "signed_by",
    "signed_at",
    "digest",
    "note",
)


def file_row(row: StatementTold, names: Mapping[str, str]) -> tuple[object, ...]:
    """A statement as a row of a file, in the order of ``FILE_COLUMNS``."""
    return (
        row.id,
        text(f"statement.kind.{row.kind}"),
        unit_name(row.unit or "", names),
        month(row.period["from"]),
        row.as_of,
        row.role,
        row.signed_by or text("pages.reports.by_schedule"),
        row.signed_at,
        row.digest,
        row.note,
    )


def closes(services: Services, limit: int, offset: int) -> tuple[int, list[CloseTold]]:
    """The closed periods, the newest close first."""
    with Session(services.engine) as session:
        total, rows = statements.page(session, StatementKind.CLOSE, limit, offset)
        changed = statements.corrected(session, [row.id or 0 for row in rows])
        items = [
            CloseTold(**frozen_item(row), corrections=changed.get(row.id or 0, 0)) for row in rows
        ]
        return total, items


def corrections_of(services: Services, who: Who, period: Period) -> list[CorrectionTold]:
    """What became another figure after the close of a period, in the order it was found.

    Only figures of units that ``who`` sees.
    """
    with Session(services.engine) as session:
        rows = statements.corrections(session, period, who.units)
        return [CorrectionTold(**correction_item(row)) for row in rows]


def statement_row(services: Services, who: Who, number: int) -> Statement:
    """A frozen statement.

    Raises:
        NotFoundError: there is none of this number, or it is not for ``who``: which of both is
            nobody's business.
    """
    with Session(services.engine, expire_on_commit=False) as session:
        row = statements.get(session, number)
    if not who.sees(row.unit):
        raise NotFoundError("statement_unknown", statement=number)
    return row


def told_of(row: Statement) -> StatementTold:
    """A statement as lists have it."""
    return StatementTold(**frozen_item(row))


def account_in(services: Services, row: Statement) -> tuple[AccountShown | None, str]:
    """What a frozen statement says; where it was tampered with nothing, and why."""
    try:
        frozen = statements.content_of(row)
    except StatementError as error:
        return None, sentence(error)
    return account_of(services, frozen.statement, row.digest), ""


def account_now(services: Services, frozen: Frozen) -> AccountShown:
    """What would be frozen."""
    return account_of(services, frozen.statement, digest_of(canonical(frozen)))


def account_of(services: Services, told: Said, digest: str) -> AccountShown:
    """A statement to read."""
    names = names_of(services)
    units = [each for each in told.accounts[1:] if not is_empty(each)]
    is_whole = told.unit == WHOLE
    rows = [unit_row(each, names.get(each.unit, each.unit)) for each in units]
    total = [unit_row(told.main, text("statement.whole"))]
    return AccountShown(
        unit=unit_name(told.unit, names),
        period=told.period,
        as_of=told.as_of,
        lines=[LineShown(*line_told(each), is_balance(each)) for each in told.main.lines],
        units=[*rows, *total] if is_whole else [],
        silent=len(told.accounts) - 1 - len(units) if is_whole else 0,
        notes=statement_notes(told),
        digest=digest,
    )
