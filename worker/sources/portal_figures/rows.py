"""From a row of an answer to figures: each read for itself, so that one bad value spoils one."""

import re
from collections.abc import Iterator
from functools import partial

import msgspec

from worker.errors import DataError
from worker.ports import Figure
from worker.sources.portal_figures.gathering import Place, Told, read, unreadable
from worker.sources.portal_figures.groups import GROUP_CODES, RANKING_SCORE, Group, Metric
from worker.sources.portal_figures.values import (
    Row,
    count_of,
    decimal_of,
    row_in,
    rows_in,
    word_of,
)

_NAMES = ("departmentId", "departmentCode", "departmentName")
_METRIC_FIELDS = (
    "code",
    "numerator",
    "denominator",
    "ratio",
    "score",
    "maxScore",
    "dataQualityStatus",
)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,59}")


def place_of(row: Row, procedure: str = "") -> Place:
    """The department of a row.

    Raises:
        DataError: ``figure_unreadable``: it names none.
    """
    code, name = word_of(row, "departmentCode"), word_of(row, "departmentName")
    if code is None and name is None:
        raise DataError("figure_unreadable", "departmentName")
    return Place(code, name, procedure)


def figures_of(row: Row, group: Group, place: Place) -> Iterator[Told]:
    """Every figure of a row: those in its own fields, then those it lists."""
    for metric in group.metrics:
        if metric.essentials & row.keys():
            yield read(row, metric.fields, partial(_of_row, row, metric, group, place))
    try:
        listed = rows_in(row, "metrics")
    except DataError as error:
        yield unreadable(row, (), error)
        return
    for each in listed:
        told = {name: row[name] for name in _NAMES if name in row} | each
        yield read(told, _METRIC_FIELDS, partial(_of_list, each, group, place))


def ranking_of(row: Row, place: Place) -> Iterator[Told]:
    """A province's score in each group, as the national list shows it beside the total."""
    try:
        scores = row_in(row, "groupScores")
    except DataError as error:
        yield unreadable(row, (), error)
        return
    for code in GROUP_CODES:
        if code in scores:
            yield read(scores, (code,), partial(_of_ranking, scores, code, place))


def _of_row(row: Row, metric: Metric, group: Group, place: Place) -> Figure:
    return Figure(
        code=place.code,
        name=place.name,
        procedure=place.procedure,
        group=group.code,
        metric=metric.name,
        numerator=count_of(row, metric.numerator),
        denominator=count_of(row, metric.denominator),
        ratio=decimal_of(row, metric.ratio) if metric.ratio else None,
        score=decimal_of(row, *metric.scores),
        max_score=decimal_of(row, *metric.max_scores),
        quality=_flag(row),
    )


def _of_list(row: dict[str, msgspec.Raw], group: Group, place: Place) -> Figure:
    code = word_of(row, "code") or ""
    if not _CODE.fullmatch(code):
        raise DataError("figure_unreadable", "code")
    return Figure(
        code=place.code,
        name=place.name,
        procedure=place.procedure,
        group=group.code,
        metric=code,
        numerator=count_of(row, "numerator"),
        denominator=count_of(row, "denominator"),
        ratio=decimal_of(row, "ratio"),
        score=decimal_of(row, "score"),
        max_score=decimal_of(row, "maxScore"),
        quality=_flag(row),
    )


def _of_ranking(scores: Row, code: str, place: Place) -> Figure:
    return Figure(
        code=place.code,
        name=place.name,
        group=code,
        metric=RANKING_SCORE,
        score=decimal_of(scores, code),
    )


def _flag(row: Row) -> str | None:
    """The source's own flag on its data, a code such as TEMP_NATIONAL_REPORT_DENOMINATOR."""
    flag = word_of(row, "dataQualityStatus")
    if flag is not None and not _CODE.fullmatch(flag):
        raise DataError("figure_unreadable", "dataQualityStatus")
    return flag
