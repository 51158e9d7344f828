"""Open data: what a province publishes of its months, as plain tables.

They hold counts of units and nothing else: no dossier, no person, nothing from which one could be
told. Names of tables and columns are contracts; more may be added.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.rates import Indicator
from models.types import Period, Side
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
    Told,
)

Value = str | int | None
Row = tuple[Value, ...]

_LINES = (OPENING, BY_PORTAL_RULE, CLOSING, UNEXPLAINED, PUBLISHED)
_RATES = frozenset(f"{each.value}.{side.value}" for each in Indicator for side in Side)
_RATE = ("numerator", "denominator", "untold")


class State(StrEnum):
    """Whether a month's figures are frozen for good, or may still move."""

    CLOSED = "closed"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class OpenCorrection:
    """A figure that became another one after its month was closed; values are JSON text."""

    at: datetime
    unit: str
    figure: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPeriod:
    """The figures of one month, their SHA-256, and what was corrected after its close."""

    state: State
    figures: Frozen
    digest: str
    corrections: tuple[OpenCorrection, ...] = ()

    @property
    def period(self) -> Period:
        """The month."""
        return self.figures.statement.period

    @property
    def key(self) -> str:
        """The month as addresses have it: ``2024-07``."""
        return f"{self.period.first:%Y-%m}"

    @property
    def as_of(self) -> datetime:
        """The cut-off, on Vietnam's clock."""
        return self.figures.statement.as_of


@dataclass(frozen=True, slots=True)
class DataSet:
    """A table of one month: its stable name, its stable columns, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: the province's code and name, and the names of its units by code."""

    code: str
    name: str
    units: Mapping[str, str]

    def place(self, unit: str) -> tuple[str, str]:
        """Code and name of a unit; of ``WHOLE`` those of the province."""
        if unit == WHOLE:
            return self.code, self.name
        return unit, self.units.get(unit, unit)


def data_sets(month: OpenPeriod, publisher: Publisher) -> tuple[DataSet, ...]:
    """Everything published of a month, the province's rows before those of its units."""
    accounts = month.figures.statement.accounts
    return (
        DataSet(
            "late",
            ("unit", "name", *_LINES, *COUNTS),
            tuple(_late(each, publisher) for each in accounts),
        ),
        DataSet(
            "bridge",
            ("unit", "name", "cause", "kind", "count"),
            tuple(row for each in accounts for row in _steps(each, publisher)),
        ),
        DataSet(
            "indicators",
            ("unit", "name", "indicator", "side", *_RATE),
            tuple(_rates(month.figures.further, publisher)),
        ),
        DataSet(
            "corrections",
            ("at", "unit", "name", "figure", "before", "after"),
            tuple(_corrected(month.corrections, publisher)),
        ),
    )


def _late(account: Account, publisher: Publisher) -> Row:
    counts = (getattr(account, name) for name in COUNTS)
    return (*publisher.place(account.unit), *map(account.count, _LINES), *counts)


def _steps(account: Account, publisher: Publisher) -> Iterator[Row]:
    for line in account.lines:
        if line.kind is not None:
            yield (*publisher.place(account.unit), line.name, line.kind.value, line.count)


def _rates(further: Sequence[Told], publisher: Publisher) -> Iterator[Row]:
    for told in further:
        if told.name in _RATES and isinstance(told.value, Mapping):
            indicator, _, side = told.name.partition(".")
            values = (told.value.get(name) for name in _RATE)
            yield (*publisher.place(told.unit), indicator, side, *values)


def _corrected(corrections: Sequence[OpenCorrection], publisher: Publisher) -> Iterator[Row]:
    for each in corrections:
        at = each.at.isoformat(timespec="seconds")
        yield (at, *publisher.place(each.unit), each.figure, each.before, each.after)
