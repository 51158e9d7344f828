"""The reconciliation statement: how the count at home becomes the portal's, line by line.

Like a bank's it opens with one balance, lists what changed it and closes with the other, for each
unit and for the province. One that does not add up exactly is refused. As canonical text, whose
hash is its digest, it can be frozen and compared bit for bit later; who signed it is no part of
that text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from models.types import Cause, CauseKind, CountView, Period
from worker.core.outcome import Report
from worker.core.times import VIETNAM
from worker.errors import StatementError

WHOLE = ""  # the unit of what is said of the whole province

OPENING = CountView.PROVINCE.value
BY_PORTAL_RULE = CountView.PROVINCE_BY_PORTAL_RULE.value
CLOSING = CountView.PORTAL.value
UNEXPLAINED = "unexplained"
PUBLISHED = "late_published"
COUNTS = ("received", "on_portal", "presumed")

_CAUSES = {cause.value: cause for cause in Cause}
_OWN_SUMS = frozenset({UNEXPLAINED, PUBLISHED})

Value = int | str | None | dict[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a balance, or what a cause adds to it (with its sign).

    ``name`` is a view (``late_province``), a cause (``NOT_ON_PORTAL``), ``unexplained`` or
    ``late_published``; ``kind`` that of a cause. ``count`` is None where nothing is published.
    """

    name: str
    count: int | None
    kind: CauseKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The lines of one unit in order, and the dossiers behind them.

    ``received`` are the dossiers received in the period, ``on_portal`` those of them the portal
    knows, ``presumed`` those that were never looked up.
    """

    unit: str
    lines: tuple[Line, ...]
    received: int
    on_portal: int
    presumed: int

    def count(self, name: str) -> int | None:
        """What a line says; a cause without a line adds nothing."""
        found = next((line.count for line in self.lines if line.name == name), None)
        return 0 if found is None and name in _CAUSES else found

    def steps(self, kind: CauseKind) -> tuple[Line, ...]:
        """What the causes of a kind add."""
        return tuple(line for line in self.lines if line.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What the figures rest on: two sources, the rule each counts by, all their settings' hash."""

    province: str
    portal: str
    province_rule: str
    portal_rule: str
    settings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of one unit or (``WHOLE``) the province, which comes first, then its units.

    ``as_of`` is on Vietnam's clock. ``reconciliation`` is the digest of the reconciliation, which
    covers every finding behind the figures.
    """

    unit: str
    period: Period
    as_of: datetime
    complete: bool
    grounds: Grounds
    reconciliation: str
    accounts: tuple[Account, ...]

    @property
    def main(self) -> Account:
        """The account of the unit the statement is of."""
        return self.accounts[0]


@dataclass(frozen=True, slots=True)
class Told:
    """A figure beside the statement's lines, such as late dossiers by category or a rate."""

    unit: str
    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is frozen: a statement, and with a close the further figures of the period."""

    statement: Statement
    further: tuple[Told, ...] = ()


def statement_of(
    report: Report, digest: str, grounds: Grounds, *, of_unit: bool = False
) -> Statement:
    """The statement of a reconciliation's report.

    Args:
        report: as ``outcome.report_of`` makes it, or ``outcome.of_unit`` where it is ``of_unit``.
        digest: the reconciliation's own.
        grounds: what it rests on.
        of_unit: the report is that of one unit.

    Raises:
        StatementError: the figures do not add up.
    """
    whole, *units = accounts_of(report)
    accounts = units if of_unit else (whole, *units)
    found = Statement(
        unit=accounts[0].unit,
        period=Period(*(_day(report["period"][end]) for end in ("from", "to"))),
        as_of=datetime.fromisoformat(report["as_of"]).astimezone(VIETNAM),
        complete=report["complete"],
        grounds=grounds,
        reconciliation=digest,
        accounts=tuple(accounts),
    )
    require_sound(found)
    return found


def require_sound(statement: Statement) -> None:
    """Make sure that every account adds up, and the units to the province.

    Raises:
        StatementError: ``statement_wrong_sum`` or ``statement_wrong_total``.
    """
    wrong = [account.unit for account in statement.accounts if not _adds_up(account)]
    if wrong and wrong[0] != WHOLE:
        raise StatementError("statement_wrong_sum", unit=wrong[0])
    if wrong or not _is_sum(statement):
        raise StatementError("statement_wrong_total")


def canonical(told: object) -> str:
    """The one text of plain values or of a statement: sorted keys, no blanks, no floats.

    Raises:
        TypeError: a floating-point number stands in it.
    """
    plain = msgspec.to_builtins(told)
    _refuse_floats(plain)
    return msgspec.json.encode(plain, order="sorted").decode()


def digest_of(text: str) -> str:
    """The SHA-256 of a canonical text in UTF-8."""
    return sha256(text.encode()).hexdigest()


def frozen_in(text: str) -> Frozen:
    """What a canonical text says, its instants on Vietnam's clock.

    Raises:
        StatementError: ``statement_broken``, it is none.
    """
    try:
        return msgspec.json.decode(text, type=Frozen)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise StatementError("statement_broken") from error


def accounts_of(report: Report) -> tuple[Account, ...]:
    """The province's account and those of the units, in order of their codes."""
    units = tuple(
        _account(unit["code"], unit, unit["bridge"])
        for unit in sorted(report["units"], key=lambda unit: str(unit["code"]))
    )
    return (_account(WHOLE, report["totals"], _summed(units)), *units)


def _account(unit: str, figures: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Account:
    lines = [Line(step["cause"], step["count"], _CAUSES[step["cause"]].kind) for step in steps]
    return Account(
        unit=unit,
        lines=(
            Line(OPENING, figures[OPENING]),
            *(line for line in lines if line.kind is CauseKind.RULE),
            Line(BY_PORTAL_RULE, figures[BY_PORTAL_RULE]),
            *(line for line in lines if line.kind is CauseKind.DATA),
            Line(CLOSING, figures[CLOSING]),
            Line(UNEXPLAINED, figures[UNEXPLAINED]),
            Line(PUBLISHED, figures[PUBLISHED]),
        ),
        **{name: figures[name] for name in COUNTS},
    )


def _summed(accounts: Sequence[Account]) -> list[dict[str, Any]]:
    """The causes of all units together, those that come to nought left out."""
    sums = {name: sum(each.count(name) or 0 for each in accounts) for name in _CAUSES}
    return [{"cause": name, "count": count} for name, count in sums.items() if count]


def _adds_up(account: Account) -> bool:
    opening, between, closing = map(account.count, (OPENING, BY_PORTAL_RULE, CLOSING))
    published, left = account.count(PUBLISHED), account.count(UNEXPLAINED)
    if opening is None or between is None or closing is None:
        return False
    rules, data = (
        sum(line.count or 0 for line in account.steps(kind))
        for kind in (CauseKind.RULE, CauseKind.DATA)
    )
    if opening + rules != between or between + data != closing:
        return False
    return left == (None if published is None else published - closing)


def _is_sum(statement: Statement) -> bool:
    """Whether the units make the province, but for what is published of it by itself."""
    if statement.unit != WHOLE:
        return True
    whole, *units = statement.accounts
    summed: Counter[str] = Counter()
    for unit in units:
        summed.update(_parts(unit))
    return +summed == +_parts(whole) and -summed == -_parts(whole)


def _parts(account: Account) -> Counter[str]:
    lines = {line.name: line.count or 0 for line in account.lines if line.name not in _OWN_SUMS}
    return Counter(lines | {name: getattr(account, name) for name in COUNTS})


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        message = "a statement holds no floating-point number"
        raise TypeError(message)
    parts: Iterable[object] = ()
    if isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value
    for part in parts:
        _refuse_floats(part)
