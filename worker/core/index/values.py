"""Values of index 766 as they were printed, published or counted, each by its code.

Rates are points of a hundred (12.99 is 12,99 %). A rate whose counts are known is taken from them
exactly. "There was no dossier" is a value of its own, never nought.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from worker.core.index.rules import RANK, TOTAL, Component, IndexRules

HUNDRED = Decimal(100)
LATE = "2.1_late"

_SCORE = "SCORE"
_RANKING_SCORE = "RANKING_SCORE"
_OVERDUE = "OVERDUE"


class Origin(StrEnum):
    """Where a value is from."""

    PRINTED = "printed"  # in a document
    PUBLISHED = "published"  # by the portal
    COUNTED = "counted"  # by ourselves, from dossiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of one unit and period.

    Attributes:
        code: A component (``1.4``), a group (``CKMB``), ``TONG``, ``RANK``, or a code of a document
            for what lies beside them (``2.1_late``).
        percent: The rate as shown; None where none was.
        numerator: The count that meets it.
        denominator: Out of how many.
        score: The points as shown, or the place of a rank; never a computed one.
        maximum: The maximum the points were shown with: 18, or 100 for a share of full marks.
        empty: There was no case to measure.
        said: The value as written.
        origin: Where it is from.
        as_of: The cut-off: the instant it was published, the local day a document names.
        document: The document or source that shows it.
        untold: Further dossiers of ours of which their source does not say whether they meet it.
    """

    code: str
    percent: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    score: Decimal | None = None
    maximum: Decimal | None = None
    empty: bool = False
    said: str = ""
    origin: Origin
    as_of: datetime | date | None = None
    document: str = ""
    untold: int = 0

    @property
    def rate(self) -> Fraction | None:
        """The rate, 1 for all; exact where it has counts, None where it is not known."""
        if self.empty:
            return None
        if self.numerator is not None and self.denominator:
            return Fraction(self.numerator, self.denominator)
        return None if self.percent is None else Fraction(self.percent) / 100


Values = Mapping[str, Value]


class ShownFigure(Protocol):
    """What is used of a figure the portal published; the store's PublishedFigure is one."""

    @property
    def group(self) -> str:
        """The group it stands in, empty for the total."""

    @property
    def metric(self) -> str:
        """The portal's name of it."""

    @property
    def observed_at(self) -> datetime:
        """When it was shown."""

    @property
    def numerator(self) -> int | None:
        """The count that meets it."""

    @property
    def denominator(self) -> int | None:
        """Out of how many."""

    @property
    def ratio(self) -> str | None:
        """The rate in points of a hundred, as shown."""

    @property
    def score(self) -> str | None:
        """The points, as shown."""

    @property
    def max_score(self) -> str | None:
        """The points at most, as shown."""


def published_values(rules: IndexRules, figures: Iterable[ShownFigure]) -> dict[str, Value]:
    """What the portal published of one unit and period, by the codes of the index.

    Args:
        rules: The version of the period: it names the portal's metrics of each component.
        figures: One observation of the unit's figures over all procedures.

    Returns:
        Components, groups, ``TONG``, ``RANK`` and ``2.1_late``, each where it was published. A
        group's score stands as its own page shows it, else as the list of provinces does.
    """
    shown = {(figure.group, figure.metric): figure for figure in figures}
    values: dict[str, Value] = {}
    for component in rules.components:
        parts = [shown.get((component.group, metric)) for metric in component.metrics]
        told = [part for part in parts if part is not None]
        if told and len(told) == len(parts):
            values[component.code] = _of_metrics(component, told)
    for code, group in ((TOTAL, ""), *((each.code, each.code) for each in rules.groups)):
        figure = _first_score(shown.get((group, name)) for name in (_SCORE, _RANKING_SCORE))
        if figure is not None:
            values[code] = _of_score(code, figure, rules)
    values |= _beside(shown)
    return values


def counted_value(code: str, numerator: int, denominator: int, as_of: datetime) -> Value:
    """A rate we counted ourselves, of a component; empty where there was no dossier."""
    percent = HUNDRED * numerator / denominator if denominator else None
    return Value(
        code=code,
        percent=percent,
        numerator=numerator,
        denominator=denominator,
        empty=not denominator,
        origin=Origin.COUNTED,
        as_of=as_of,
    )


def _of_metrics(component: Component, parts: list[ShownFigure]) -> Value:
    """A component from one metric, or from several that share a denominator."""
    first = parts[0]
    numerators = [part.numerator for part in parts if part.numerator is not None]
    empty = first.denominator == 0
    single = len(parts) == 1
    return Value(
        code=component.code,
        percent=_decimal(first.ratio) if single and not empty else None,
        numerator=sum(numerators) if len(numerators) == len(parts) else None,
        denominator=first.denominator,
        score=_decimal(first.score) if single else None,
        maximum=(_decimal(first.max_score) if single else None) or component.maximum,
        empty=empty,
        said=(first.ratio or "") if single else "",
        origin=Origin.PUBLISHED,
        as_of=first.observed_at,
    )


def _first_score(figures: Iterable[ShownFigure | None]) -> ShownFigure | None:
    return next((each for each in figures if each is not None and each.score is not None), None)


def _of_score(code: str, figure: ShownFigure, rules: IndexRules) -> Value:
    return Value(
        code=code,
        score=_decimal(figure.score),
        maximum=_decimal(figure.max_score) or rules.maximum_of(code),
        said=figure.score or "",
        origin=Origin.PUBLISHED,
        as_of=figure.observed_at,
    )


def _beside(shown: Mapping[tuple[str, str], ShownFigure]) -> dict[str, Value]:
    """The rank (shown as a count), and the late dossiers."""
    values = {}
    for code, key in ((RANK, ("", RANK)), (LATE, ("TDGQ", _OVERDUE))):
        figure = shown.get(key)
        if figure is not None and figure.numerator is not None:
            is_rank = code == RANK
            values[code] = Value(
                code=code,
                numerator=None if is_rank else figure.numerator,
                denominator=figure.denominator,
                score=Decimal(figure.numerator) if is_rank else None,
                empty=figure.denominator == 0,
                said=str(figure.numerator),
                origin=Origin.PUBLISHED,
                as_of=figure.observed_at,
            )
    return values


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
