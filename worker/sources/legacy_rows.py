"""Rows of the portal's old reports: texts all through, decimals with a comma or a point.

The label trap: public code maps the columns ``CLGQ`` and ``TTTT`` in three ways (index 766, section
1.1). Right is that CLGQ is the supply of online services, at most 12 points, and TTTT online
payment, at most 10: the interface of 2026 uses the same codes with these maxima. So scores are told
by their code alone, and one above its group's maximum is not believed: the columns would be
swapped.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Final

from worker.errors import DataError
from worker.ports import Figure
from worker.sources.portal_figures.gathering import Place, Told, read
from worker.sources.portal_figures.groups import DOSSIER_SYNC, SCORE
from worker.sources.portal_figures.values import Row, count_of, decimal_of, word_of

_TOTAL = "TONG_SCORE"
_RANK = "ROW_STT"
MAXIMA: Final = {
    "CKMB": Decimal(18),
    "TDGQ": Decimal(20),
    "CLGQ": Decimal(12),
    "TTTT": Decimal(10),
    "MDHL": Decimal(18),
    "MDSH": Decimal(22),
}

# Group, metric, count, whole, rate. HT: resolved, DXL: in process, DB: synced (the labels of the
# dashboard that reads them).
_Column = tuple[str, str, str, str | None, str | None]
_COUNTS: Final[tuple[_Column, ...]] = (
    ("CKMB", DOSSIER_SYNC, "DB_TOTAL", "HS_TOTAL", "TILE_DB"),
    ("TDGQ", "RESOLVED_ON_TIME", "HTDH_TOTAL", None, None),
    ("TDGQ", "RESOLVED_LATE", "HTQH_TOTAL", None, None),
    ("TDGQ", "OPEN_IN_TIME", "DXLTH_TOTAL", None, None),
    ("TDGQ", "OPEN_LATE", "DXLQH_TOTAL", None, None),
    ("CLGQ", "FILED_ONLINE", "HTN_TRUCTUYEN_TOTAL", "HS_TOTAL", None),
    ("CLGQ", "FILED_DIRECT", "HTN_TRUCTIEP_TOTAL", "HS_TOTAL", None),
    ("CLGQ", "FILED_BY_POST", "HTN_BUUCHINH_TOTAL", "HS_TOTAL", None),
)
_LATE = ("HTQH_TOTAL", "DXLQH_TOTAL")


def place_of(row: Row) -> Place:
    """The unit of a row.

    Raises:
        DataError: ``figure_unreadable``: it names none.
    """
    code, name = word_of(row, "MA_COQUAN"), word_of(row, "TEN")
    if code is None and name is None:
        raise DataError("figure_unreadable", "TEN")
    return Place(code, name)


def scores_of(row: Row, place: Place) -> Iterator[Told]:
    """A unit's total, its rank, and its score in each group; columns a row lacks are left out."""
    if _TOTAL in row:
        yield read(row, (_TOTAL,), partial(_score, row, _TOTAL, "", place))
    if _RANK in row:
        yield read(row, (_RANK,), partial(_count, row, place, ("", "RANK", _RANK, None, None)))
    for code in MAXIMA:
        if code in row:
            yield read(row, (code,), partial(_score, row, code, code, place))


def counts_of(row: Row, place: Place) -> Iterator[Told]:
    """The counts of a month, and the late ones of them: resolved late and open late together."""
    for column in _COUNTS:
        fields = [name for name in column[2:] if name]
        if column[2] in row:
            yield read(row, fields, partial(_count, row, place, column))
    if all(name in row for name in _LATE):
        yield read(row, _LATE, partial(_late, row, place))


def _score(row: Row, column: str, group: str, place: Place) -> Figure:
    score = decimal_of(row, column)
    if score is not None and group and Decimal(score) > MAXIMA[group]:
        raise DataError("score_above_maximum", f"{group} {score}")
    return Figure(code=place.code, name=place.name, group=group, metric=SCORE, score=score)


def _count(row: Row, place: Place, column: _Column) -> Figure:
    group, metric, count, whole, rate = column
    return Figure(
        code=place.code,
        name=place.name,
        group=group,
        metric=metric,
        numerator=count_of(row, count),
        denominator=count_of(row, whole),
        ratio=decimal_of(row, rate) if rate else None,
    )


def _late(row: Row, place: Place) -> Figure:
    """The same metric as the interface of 2026 tells; unknown where one part is."""
    parts = [count_of(row, name) for name in _LATE]
    known = [part for part in parts if part is not None]
    return Figure(
        code=place.code,
        name=place.name,
        group="TDGQ",
        metric="OVERDUE",
        numerator=sum(known) if len(known) == len(parts) else None,
        denominator=count_of(row, "HS_TOTAL"),
    )
