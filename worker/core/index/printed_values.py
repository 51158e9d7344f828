"""The printed figures of one unit and period as values by the codes of the index.

A document prints some things in parts: a late share instead of the one in time, shares of two kinds
of online services, counts beside percentages. What follows from the parts without loss is put
together; the figures as printed stay in ``said``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from worker.core.index.values import HUNDRED, LATE, Origin, Value
from worker.core.printed import COUNT, Printed, parse_printed
from worker.core.reference import PrintedFigure

PERCENT = "percent"
_SHARE = "_pct"
_COUNTED = "_num"
# What a count leaves out of the whole: the rest, and dossiers that were not synced.
_RESTS = ("_rest_num", "_missing")
_IN_TIME = "2.1"
_ONLINE = "3.1"
_ONLINE_KINDS = ("3.1.1", "3.1.2")


def printed_values(figures: Iterable[PrintedFigure]) -> dict[str, Value]:
    """The printed figures of one unit and period by the codes of the index.

    ``CKMB_pct`` is the group's score as a share of its full marks, out of 100. Counts
    (``3.6_num``, ``3.6_rest_num``) become numerator and denominator of their rate (``3.6``). Where
    it is not printed, the share in time is what the late share leaves, and the share of online
    services the sum of its two kinds.
    """
    printed = {figure.indicator: figure for figure in figures}
    parts = {code: _parts(figure) for code, figure in printed.items()}
    values = {
        _code(code): _value(_code(code), figure, parts[code])
        for code, figure in printed.items()
        if not _is_count_of_a_rate(code)
    }
    values |= {code: _counted(value, parts) for code, value in values.items()}
    return _in_time(values) | _online(values, parts) | values


def _parts(figure: PrintedFigure) -> Printed:
    return parse_printed(figure.value, figure.scale) or Printed(figure.number)


def _code(code: str) -> str:
    return code.removesuffix(_SHARE)


def _is_count_of_a_rate(code: str) -> bool:
    return code.endswith((_COUNTED, *_RESTS))


def _value(code: str, figure: PrintedFigure, parts: Printed) -> Value:
    value = Value(
        code=code,
        empty=parts.empty,
        said=figure.value,
        origin=Origin.PRINTED,
        as_of=figure.as_of,
        document=figure.document,
    )
    if figure.scale == COUNT:
        return replace(value, numerator=_whole(parts.number), denominator=_whole(parts.out_of))
    if figure.scale != PERCENT:
        return replace(value, score=parts.number, maximum=Decimal(figure.scale))
    if figure.indicator.endswith(_SHARE):
        return replace(value, score=parts.number, maximum=HUNDRED, percent=parts.number)
    return replace(value, percent=parts.number)


def _counted(value: Value, parts: Mapping[str, Printed]) -> Value:
    """The counts printed beside a rate, where they make a whole."""
    own = parts.get(value.code + _COUNTED)
    if own is None or own.number is None:
        return value
    rests = [parts[value.code + rest] for rest in _RESTS if value.code + rest in parts]
    whole = own.out_of or (own.number + _sum(rests) if rests else None)
    return replace(value, numerator=_whole(own.number), denominator=_whole(whole))


def _in_time(values: Mapping[str, Value]) -> dict[str, Value]:
    late = values.get(LATE)
    if late is None or late.percent is None:
        return {}
    return {_IN_TIME: replace(late, code=_IN_TIME, percent=HUNDRED - late.percent)}


def _online(values: Mapping[str, Value], parts: Mapping[str, Printed]) -> dict[str, Value]:
    kinds = [values[code] for code in _ONLINE_KINDS if code in values]
    percents = [kind.percent for kind in kinds if kind.percent is not None]
    if len(percents) != len(_ONLINE_KINDS):
        return {}
    said = " + ".join(kind.said for kind in kinds)
    value = replace(kinds[0], code=_ONLINE, percent=sum(percents, Decimal(0)), said=said)
    rest = parts.get(f"{_ONLINE}_rest_num")
    counts = [parts[code + _COUNTED] for code in _ONLINE_KINDS if code + _COUNTED in parts]
    if rest is None or len(counts) != len(_ONLINE_KINDS):
        return {_ONLINE: replace(value, numerator=None, denominator=None)}
    met = _sum(counts)
    whole = _whole(met + _sum([rest]))
    return {_ONLINE: replace(value, numerator=_whole(met), denominator=whole)}


def _sum(parts: Iterable[Printed]) -> Decimal:
    return sum((part.number for part in parts if part.number is not None), Decimal(0))


def _whole(number: Decimal | None) -> int | None:
    return None if number is None else int(number)
