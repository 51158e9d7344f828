"""A value of the index as a cell of a page shows it."""

from dataclasses import dataclass
from decimal import Decimal

from models.types import Period
from worker.core.index.assembly import amount_of, is_provisional, is_rate
from worker.core.index.rules import Target
from worker.core.index.scoring import Verdict, verdict_of
from worker.core.index.values import Value
from worker.i18n.numbers import number
from worker.render.index_cells import empty_text, rate_text

_KIND = {Verdict.MET: "good", Verdict.NOT_MET: "bad"}


@dataclass(frozen=True, slots=True)
class CellShown:
    """What stands in a cell: the value, the counts under it, and how it stands to its target.

    ``amount`` is the value as a number, None where there is none. ``verdict`` is a key of
    ``index.verdict`` or empty, ``kind`` its colour.
    """

    said: str
    counts: str = ""
    verdict: str = ""
    kind: str = ""
    amount: Decimal | None = None
    is_provisional: bool = False


NOTHING = CellShown("–")


def cell_of(value: Value | None, target: Target | None, period: Period) -> CellShown:
    """The cell of a value."""
    if value is None:
        return NOTHING
    amount = amount_of(value)
    verdict = verdict_of(value, target)
    kind = _KIND.get(verdict, "")
    return CellShown(
        said=_said(value, amount),
        counts=_counts(value),
        verdict=verdict.value if kind else "",
        kind=kind,
        amount=amount,
        is_provisional=is_provisional(value, period),
    )


def _said(value: Value, amount: Decimal | None) -> str:
    if amount is None:
        return empty_text(value)
    if is_rate(value):
        return rate_text(amount)
    most = value.maximum or value.denominator
    return number(amount) if most is None else f"{number(amount)}/{number(most)}"


def _counts(value: Value) -> str:
    if not is_rate(value) or value.numerator is None or not value.denominator:
        return ""
    return f"{number(value.numerator)}/{number(value.denominator)}"
