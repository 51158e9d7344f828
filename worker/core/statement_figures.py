"""The figures of a statement by their names, and which of two sets of them are not the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from models.types import Category, Cause, CauseKind, CountView
from worker.core.outcome import Report
from worker.core.statement import (
    BY_PORTAL_RULE,
    CLOSING,
    COUNTS,
    OPENING,
    PUBLISHED,
    UNEXPLAINED,
    WHOLE,
    Account,
    Frozen,
    Statement,
    Value,
    accounts_of,
)
from worker.errors import DoisoatError

_CAUSES = frozenset(cause.value for cause in Cause)
_ORDER = (
    OPENING,
    *(cause.value for cause in Cause if cause.kind is CauseKind.RULE),
    BY_PORTAL_RULE,
    *(cause.value for cause in Cause if cause.kind is CauseKind.DATA),
    CLOSING,
    PUBLISHED,
    *COUNTS,
)
_CATEGORIES = frozenset(f"{view.value}.{each.value}" for view in CountView for each in Category)


class Figure(NamedTuple):
    """The name of a figure: of which unit (``WHOLE``: the province), and what of it."""

    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is another one by now."""

    figure: Figure
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a frozen statement.

    ``is_intact``: it is still what was frozen; ``is_reproduced``: the store gives the very same
    text. ``differing`` are the figures that it gives otherwise now, ``grounds`` what else differs.
    ``obstacle``: why it can't be computed any more.
    """

    is_intact: bool
    is_reproduced: bool = False
    differing: tuple[Difference, ...] = ()
    grounds: tuple[Difference, ...] = ()
    obstacle: DoisoatError | None = None

    @property
    def is_same(self) -> bool:
        """Whether nothing speaks against it: reproduced bit for bit, or out of reach by now."""
        return self.is_intact and (self.is_reproduced or self.obstacle is not None)


def report_figures(report: Report) -> dict[Figure, Value]:
    """The figures of a whole report, named as in a statement, whether they add up or not."""
    return _figures(accounts_of(report))


def figures_of(frozen: Frozen) -> dict[Figure, Value]:
    """Every figure by its name."""
    further = {Figure(each.unit, each.name): each.value for each in frozen.further}
    return _figures(frozen.statement.accounts) | further


def grounds_of(statement: Statement) -> dict[Figure, Value]:
    """What else the digest covers, under the name of the field that says it."""
    told = msgspec.to_builtins(statement.grounds)
    told |= {"complete": str(statement.complete), "reconciliation": statement.reconciliation}
    return {Figure(WHOLE, f"grounds.{name}"): value for name, value in told.items()}


def differences(
    before: Mapping[Figure, Value], after: Mapping[Figure, Value]
) -> tuple[Difference, ...]:
    """The figures that are not the same, in reading order."""
    found = (
        Difference(each, _value(before, each), _value(after, each))
        for each in sorted(before.keys() | after.keys(), key=reading_order)
    )
    return tuple(each for each in found if each.before != each.after)


def reading_order(figure: Figure) -> tuple[str, int, str]:
    """By what figures are sorted for people: the province first, as a statement has them."""
    place = _ORDER.index(figure.name) if figure.name in _ORDER else len(_ORDER)
    return figure.unit, place, figure.name


def category_name(view: CountView, category: Category) -> str:
    """What the number of dossiers of a view and category is called."""
    return f"{view.value}.{category.value}"


def _value(figures: Mapping[Figure, Value], figure: Figure) -> Value:
    """A figure; causes and categories of none are not listed, and are nought."""
    is_listed = figure.name not in _CAUSES and figure.name not in _CATEGORIES
    return figures.get(figure, None if is_listed else 0)


def _figures(accounts: Iterable[Account]) -> dict[Figure, Value]:
    """The figures of accounts; what is unexplained follows from two others."""
    found: dict[Figure, Value] = {}
    for account in accounts:
        for line in account.lines:
            if line.name != UNEXPLAINED:
                found[Figure(account.unit, line.name)] = line.count
        for name in COUNTS:
            found[Figure(account.unit, name)] = getattr(account, name)
    return found
