"""A bridge as lines that bars are drawn behind: how one total becomes the next, for pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# What a line does to the count that stands above it.
Move = Literal["total", "rise", "fall", "still"]

_WHOLE = 100.0
_THINNEST = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLine:
    """A line of the statement of ``core.explanation``: a total by its ``view``, or a step.

    A step has a ``cause``; the one that nobody can explain has none. ``start`` and ``length`` say
    where its bar stands, in hundredths of the room there is.
    """

    count: int
    move: Move
    start: float
    length: float
    view: str | None = None
    cause: str | None = None


def bridge_lines(statement: Sequence[Mapping[str, Any]]) -> list[BridgeLine]:
    """The lines of a statement that say something, with their bars.

    Where nothing is published, there is no line for it, nor for what is unexplained.
    """
    told = [each for each in statement if each["count"] is not None]
    spans = list(_spans(told))
    low = min((min(span) for span in spans), default=0)
    room = max((max(span) for span in spans), default=0) - min(low, 0) or 1
    return [
        _line(each, span, min(low, 0), _WHOLE / room)
        for each, span in zip(told, spans, strict=True)
    ]


def _is_total(line: Mapping[str, Any]) -> bool:
    return "cause" not in line and line["line"] != "unexplained"


def _spans(statement: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    reached = 0
    for line in statement:
        before = 0 if _is_total(line) else reached
        reached = before + line["count"]
        yield before, reached


def _line(line: Mapping[str, Any], span: tuple[int, int], zero: int, scale: float) -> BridgeLine:
    length = abs(span[1] - span[0]) * scale
    start = (min(span) - zero) * scale
    return BridgeLine(
        count=line["count"],
        move=_move(line),
        start=round(min(start, _WHOLE - _THINNEST), 2),
        length=round(max(length, _THINNEST) if line["count"] else 0, 2),
        view=line["line"] if _is_total(line) else None,
        cause=line.get("cause"),
    )


def _move(line: Mapping[str, Any]) -> Move:
    if _is_total(line):
        return "total"
    if not line["count"]:
        return "still"
    return "rise" if line["count"] > 0 else "fall"
