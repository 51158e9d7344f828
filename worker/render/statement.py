"""The reconciliation statement as people read it, the list of frozen ones, and what differs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from models.statement import Statement as Row
from models.types import CauseKind, Period
from worker.core.statement import (
    BY_PORTAL_RULE,
    CLOSING,
    OPENING,
    PUBLISHED,
    UNEXPLAINED,
    WHOLE,
    Account,
    Frozen,
    Line,
    Statement,
    canonical,
    digest_of,
)
from worker.core.statement_figures import Difference
from worker.i18n import text
from worker.i18n.numbers import day, exact, month, number, signed
from worker.render.frozen_figures import figure_name, figure_value
from worker.render.tables import plain_table

Item = dict[str, Any]
Names = Mapping[str, str]

_BALANCES = (OPENING, BY_PORTAL_RULE, CLOSING)
_SHORT_DIGEST = 12


def statement_item(frozen: Frozen) -> Item:
    """A statement as ``statement --json`` prints it: what is hashed, and the hash."""
    import msgspec

    told: Item = msgspec.to_builtins(frozen.statement)
    return told | {"digest": digest_of(canonical(frozen))}


def statement_told(frozen: Frozen, names: Names) -> list[RenderableType]:
    """A statement like a bank's: the opening balance, each line, the closing one."""
    told = frozen.statement
    period = {"first": day(told.period.first), "last": day(told.period.last)}
    return [
        Text(text("statement.title"), style="bold"),
        Text(unit_name(told.unit, names), style="bold"),
        text("statement.when", **period, as_of=exact(told.as_of)),
        "",
        account_table(told.main),
        "",
        *_units(told, names),
        *statement_notes(told),
        text("statement.digest", digest=digest_of(canonical(frozen))),
    ]


def account_table(account: Account) -> Table:
    """The lines of one account."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for line in account.lines:
        table.add_row(*_line(line))
    return table


def line_told(line: Line) -> tuple[str, str]:
    """A line of an account: what it is, and how many dossiers."""
    if line.kind is not None:
        label = text("statement.step", cause=text(f"causes.label.{line.name}"))
        return label, _signed(line.count)
    if line.name == UNEXPLAINED:
        return text("statement.unexplained"), _signed(line.count)
    return text(f"states.view.{line.name}"), _count(line.count)


def is_balance(line: Line) -> bool:
    """Whether a line is a balance and no step."""
    return line.name in _BALANCES


def _line(line: Line) -> tuple[Text, Text]:
    label, count = line_told(line)
    if line.kind is not None or line.name == UNEXPLAINED:
        return Text(f"  {label}"), Text(count)
    style = "bold" if is_balance(line) else ""
    return Text(label, style=style), Text(count, style=style)


def _units(told: Statement, names: Names) -> list[RenderableType]:
    """The accounts of the units, one a line; those without dossiers only counted."""
    if told.unit != WHOLE:
        return []
    accounts = [each for each in told.accounts[1:] if not is_empty(each)]
    headings = ("unit", "opening", "rules", "data", "closing", "unexplained", "published")
    table = plain_table(
        text("statement.units"),
        [text(f"statement.heading.{name}") for name in headings],
        numbers=range(1, len(headings)),
    )
    for account in accounts:
        table.add_row(*map(Text, unit_row(account, names.get(account.unit, account.unit))))
    table.add_section()
    table.add_row(*unit_row(told.main, text("statement.whole")), style="bold")
    silent = len(told.accounts) - 1 - len(accounts)
    shown: list[RenderableType] = [table, ""]
    if silent:
        shown.append(text("statement.no_dossiers", count=number(silent)))
    return [*shown, text("statement.more"), ""]


def unit_row(account: Account, name: str) -> list[str]:
    """An account in one line: its name, both balances, what lies between, what is published."""
    return [
        name,
        _count(account.count(OPENING)),
        *(signed(_sum(account.steps(kind))) for kind in (CauseKind.RULE, CauseKind.DATA)),
        _count(account.count(CLOSING)),
        _signed(account.count(UNEXPLAINED)),
        _count(account.count(PUBLISHED)),
    ]


def is_empty(account: Account) -> bool:
    """Whether nothing at all is said of a unit."""
    told = [line.count for line in account.lines]
    return not any((*told, account.received, account.on_portal, account.presumed))


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.count or 0 for line in lines)


def statement_notes(told: Statement) -> list[str]:
    """What a statement rests on."""
    main, grounds = told.main, told.grounds
    notes = [
        text("cli.reconcile.complete" if told.complete else "cli.reconcile.incomplete"),
        text("statement.known", received=number(main.received), on_portal=number(main.on_portal)),
    ]
    if main.presumed:
        notes.append(text("cli.reconcile.presumed", count=number(main.presumed)))
    rules = {
        name: text(f"rules.name.{getattr(grounds, name)}")
        for name in ("province_rule", "portal_rule")
    }
    sources = {"province": grounds.province, "portal": grounds.portal}
    return [*notes, text("statement.grounds", **sources, **rules)]


def _count(value: int | None) -> str:
    return text("cli.reconcile.unknown") if value is None else number(value)


def _signed(value: int | None) -> str:
    return text("cli.reconcile.unknown") if value is None else signed(value)


def unit_name(unit: str, names: Names) -> str:
    """A unit by its name and code; the province as a whole."""
    if unit == WHOLE:
        return text("statement.whole")
    return text("statement.unit", name=names.get(unit, unit), code=unit)


def period_name(period: Period) -> str:
    """A month by its name."""
    return month(period.first)


def frozen_item(row: Row) -> Item:
    """A frozen statement as lists with ``--json`` have it."""
    return {
        "id": row.id,
        "kind": row.kind.value,
        "unit": row.unit or None,
        "period": {"from": row.period_from, "to": row.period_to},
        "as_of": row.as_of,
        "reconciliation": row.reconciliation_id,
        "digest": row.digest,
        "role": row.role or None,
        "signed_by": row.signed_by,
        "signed_at": row.signed_at,
        "note": row.note,
    }


def frozen_table(rows: Sequence[Row], names: Names) -> list[RenderableType]:
    """Frozen statements, the newest first."""
    if not rows:
        return [text("statement.none")]
    headings = ("id", "kind", "unit", "period", "as_of", "role", "signed_by", "signed_at", "digest")
    table = plain_table(
        text("statement.kept"), [text(f"statement.heading.{name}") for name in headings], [0]
    )
    for row in rows:
        table.add_row(
            str(row.id),
            text(f"statement.kind.{row.kind.value}"),
            Text(unit_name(row.unit, names)),
            month(row.period_from),
            exact(row.as_of),
            Text(role_name(row)),
            Text(row.signed_by or text("statement.by_schedule")),
            exact(row.signed_at),
            row.digest[:_SHORT_DIGEST],
        )
    return [table, "", text("statement.total", total=number(len(rows)))]


def role_name(row: Row) -> str:
    """The role that answers for a frozen statement."""
    nobody = "cli.reconcile.unknown" if row.signed_by else "statement.by_schedule"
    return row.role or text(nobody)


def about(row: Row, names: Names) -> dict[str, str]:
    """What sentences about a frozen statement are filled with."""
    return {
        "id": str(row.id),
        "kind": text(f"statement.kind.{row.kind.value}"),
        "unit": unit_name(row.unit, names),
        "period": month(row.period_from),
        "as_of": exact(row.as_of),
        "at": exact(row.signed_at),
        "role": role_name(row),
    }


def differences_table(found: Sequence[Difference], names: Names) -> Table:
    """Figures that are other ones when computed again."""
    headings = [
        text("statement.heading.unit"),
        *(text(f"statement.verify.{name}") for name in ("figure", "before", "after")),
    ]
    table = plain_table("", headings, numbers=[2, 3])
    table.title = None
    for each in found:
        table.add_row(
            Text(unit_name(each.figure.unit, names)),
            Text(figure_name(each.figure.name)),
            Text(figure_value(each.before)),
            Text(figure_value(each.after)),
        )
    return table
