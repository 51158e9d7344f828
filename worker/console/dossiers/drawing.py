"""Drawing a dossier's timelines from what explaining it tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from models.types import Status
from worker.console.dossiers.axis import Axis, axis_of
from worker.console.dossiers.timeline import (
    ABOVE,
    BELOW,
    LANE,
    LINE,
    TOP,
    Bar,
    Lane,
    Link,
    Mark,
    Row,
    Sign,
    Stretch,
    Timeline,
)

Record = Mapping[str, Any]

# A label of two words and a day, as a share of a phone's width.
_LABEL: Final = 30.0
_THINNEST: Final = 0.3
_SIGNS: Final[Mapping[str, Sign]] = {
    "submitted_at": Sign.SUBMITTED,
    "received_at": Sign.RECEIVED,
    "due_at": Sign.DUE,
    "ended_at": Sign.ENDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What all lanes are drawn by.

    ``faults`` are the signs because of which the sides count differently, ``is_status_fault`` says
    whether the status is why, ``late`` since when a record of a side counts as late.
    """

    axis: Axis
    as_of: datetime
    faults: frozenset[Sign]
    is_status_fault: bool
    late: Mapping[tuple[str, str], datetime]


def timeline_of(told: Mapping[str, Any]) -> Timeline | None:
    """The timelines of a dossier that was explained; None where nobody tells an instant.

    Args:
        told: What ``worker.stages.explain.explain_dossier`` tells.
    """
    records: Sequence[Record] = told["records"]
    instants = [at for record in records for _, at, _ in _instants(record)]
    if not instants:
        return None
    as_of = told["as_of"]
    is_open = any(record["ended_at"] is None for record in records)
    axis = axis_of(instants, as_of, is_open=is_open)
    faults = {each["field"] for each in told["fields"] if each["at_fault"]}
    drawing = _Drawing(
        axis=axis,
        as_of=as_of,
        faults=frozenset(sign for name, sign in _SIGNS.items() if name in faults),
        is_status_fault="status" in faults,
        late=_late_from(told["verdicts"]),
    )
    lanes = [_lane(drawing, record, TOP + place * LANE) for place, record in enumerate(records)]
    return Timeline(
        axis=axis,
        lanes=lanes,
        links=list(_links(lanes)),
        rows=list(_rows(records, drawing.faults)),
        cutoff=axis.at(as_of) if axis.first <= as_of <= axis.last else None,
        ticks=[(axis.at(each), each) for each in axis.ticks],
    )


def _late_from(verdicts: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], datetime]:
    """Since when each record is late by the rule that both sides are compared by: the last told."""
    return {
        (each["side"], each["external_id"]): datetime.fromisoformat(each["late_from"])
        for each in verdicts
        if each["late_from"] and each["late"]
    }


def _lane(drawing: _Drawing, record: Record, top: int) -> Lane:
    begun = _at(record, "received_at") or _at(record, "submitted_at")
    until = _at(record, "ended_at") or max(drawing.as_of, begun or drawing.as_of)
    bars = list(_bars(record, drawing.axis, begun, until)) if begun else []
    since = drawing.late.get((record["side"], record["external_id"]))
    if since is not None and since < until:
        bars.append(_bar(Stretch.LATE, drawing.axis, since, until))
    return Lane(
        side=record["side"],
        code=record["codes"][0],
        status=Status(record["status"]),
        is_told=record["events"] is not None,
        is_fault=drawing.is_status_fault,
        top=top,
        bars=bars,
        marks=_labelled(list(_marks(drawing, record, top + LINE)), top),
    )


def _bars(record: Record, axis: Axis, begun: datetime, until: datetime) -> Iterator[Bar]:
    """Work from its receipt to its end, and the rounds in which it waited for supplements."""
    yield _bar(Stretch.WORK, axis, begun, until)
    asked: datetime | None = None
    for at, status in _events(record):
        if status is Status.SUPPLEMENT_REQUESTED:
            asked = asked or at
        elif asked is not None:
            yield _bar(Stretch.PAUSE, axis, asked, at)
            asked = None
    if asked is not None:
        yield _bar(Stretch.PAUSE, axis, asked, until)


def _bar(stretch: Stretch, axis: Axis, first: datetime, last: datetime) -> Bar:
    x = axis.at(first)
    return Bar(stretch, x, round(max(axis.at(last) - x, _THINNEST), 2))


def _marks(drawing: _Drawing, record: Record, y: int) -> Iterator[Mark]:
    for sign, at, status in _instants(record):
        is_fault = sign in drawing.faults
        x = drawing.axis.at(at)
        yield Mark(sign=sign, at=at, x=x, y=y, status=status, is_fault=is_fault)


def _labelled(marks: list[Mark], top: int) -> list[Mark]:
    """The same with words at the marks that matter, where they don't cover each other."""
    end = next((each.x for each in marks if each.sign is Sign.ENDED), None)
    return [
        replace(mark, label_y=_label_y(mark, top, end), is_leftward=mark.x > 100 - _LABEL)
        for mark in marks
    ]


def _label_y(mark: Mark, top: int, end: float | None) -> int | None:
    match mark.sign:
        case Sign.DUE:
            return top + BELOW
        case Sign.ENDED:
            return top + ABOVE
        case Sign.RECEIVED if end is None or end - mark.x >= _LABEL:
            return top + ABOVE
        case _:
            return None


def _links(lanes: Sequence[Lane]) -> Iterator[Link]:
    for above, below in pairwise(lanes):
        for mark in above.marks:
            for other in below.marks:
                if mark.is_fault and other.sign is mark.sign and other.at != mark.at:
                    yield Link(mark.x, mark.y, other.x, other.y)


def _rows(records: Sequence[Record], faults: frozenset[Sign]) -> Iterator[Row]:
    """Everything that any side tells, in order of time; what several tell alike is one row."""
    found: dict[tuple[datetime, Sign, Status | None], set[int]] = {}
    for place, record in enumerate(records):
        for sign, at, status in _instants(record):
            found.setdefault((at, sign, status), set()).add(place)
    order = list(Sign)
    for (at, sign, status), lanes in sorted(
        found.items(), key=lambda each: (each[0][0], order.index(each[0][1]), each[0][2] or 0)
    ):
        is_fault = sign in faults and len(lanes) < len(records)
        yield Row(at, sign, status, frozenset(lanes), is_fault)


def _instants(record: Record) -> Iterator[tuple[Sign, datetime, Status | None]]:
    for at, status in _events(record):
        yield Sign.EVENT, at, status
    for name, sign in _SIGNS.items():
        instant = _at(record, name)
        if instant is not None:
            yield sign, instant, None


def _events(record: Record) -> Iterator[tuple[datetime, Status]]:
    told = [(_parsed(each["at"]), Status(each["status"])) for each in record["events"] or ()]
    yield from sorted(told, key=lambda each: each[0])


def _at(record: Record, name: str) -> datetime | None:
    return None if record[name] is None else _parsed(record[name])


def _parsed(said: str) -> datetime:
    return datetime.fromisoformat(said)
