"""The timelines of a dossier: places, marks and words, whatever the sides tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from worker.console.dossiers.axis import axis_of
from worker.console.dossiers.drawing import timeline_of
from worker.console.dossiers.timeline import Sign, Stretch

AS_OF = datetime(2024, 7, 24, 9, tzinfo=UTC)
INSTANTS = st.integers(-5_000, 1_000_000).map(lambda minutes: AS_OF - timedelta(minutes=minutes))


def record(side: str, **told: Any) -> dict[str, Any]:
    names = ("submitted_at", "received_at", "due_at", "ended_at")
    return {
        "side": side,
        "external_id": side,
        "codes": ["H99.01-240701-0001"],
        "status": 4,
        "events": None,
        **dict.fromkeys(names),
        **told,
    }


def explained(*records: dict[str, Any], faults: tuple[str, ...] = ()) -> dict[str, Any]:
    fields = [{"field": name, "at_fault": True} for name in faults]
    return {"records": records, "as_of": AS_OF, "fields": fields, "verdicts": []}


@given(st.lists(INSTANTS, min_size=1, max_size=8), INSTANTS, st.booleans())
def test_every_instant_stands_on_the_axis_in_order_of_time(
    instants: list[datetime],
    as_of: datetime,
    is_open: bool,  # noqa: FBT001 - drawn by the strategy
) -> None:
    axis = axis_of(instants, as_of, is_open=is_open)
    places = [axis.at(each) for each in sorted(instants)]
    assert places == sorted(places)
    assert all(0 <= each <= 100 for each in places)
    assert len(axis.ticks) <= 6
    assert all(axis.first <= each <= axis.last for each in axis.ticks)


def test_a_round_of_supplements_is_a_pause_until_it_is_answered() -> None:
    events = [
        {"at": "2024-07-02T08:00:00+07:00", "status": 5},
        {"at": "2024-07-05T08:00:00+07:00", "status": 4},
    ]
    told = record("portal", received_at="2024-07-01T08:00:00+07:00", events=events)
    line = timeline_of(explained(told))
    assert line is not None
    (lane,) = line.lanes
    assert [bar.stretch for bar in lane.bars] == [Stretch.WORK, Stretch.PAUSE]
    pause = lane.bars[1]
    asked, answered = (mark.x for mark in lane.marks if mark.sign is Sign.EVENT)
    assert (pause.x, round(pause.x + pause.width, 1)) == (asked, round(answered, 1))


def test_marks_that_differ_are_ringed_and_joined() -> None:
    home = record("province", due_at="2024-07-10T08:00:00+07:00")
    portal = record("portal", due_at="2024-07-15T08:00:00+07:00")
    line = timeline_of(explained(home, portal, faults=("due_at",)))
    assert line is not None
    (link,) = line.links
    assert (link.x1, link.x2) == tuple(lane.marks[0].x for lane in line.lanes)
    assert all(mark.is_fault for lane in line.lanes for mark in lane.marks)
    assert [row.is_fault for row in line.rows] == [True, True]


def test_what_both_sides_tell_alike_is_one_row_of_the_table() -> None:
    at = "2024-07-01T08:00:00+07:00"
    sides = [record(side, received_at=at) for side in ("province", "portal")]
    line = timeline_of(explained(*sides))
    assert line is not None
    assert [row.lanes for row in line.rows] == [frozenset({0, 1})]


def test_of_a_dossier_that_ended_long_ago_the_axis_ends_with_it() -> None:
    told = record(
        "province",
        received_at="2023-01-02T08:00:00+07:00",
        ended_at="2023-01-09T08:00:00+07:00",
    )
    line = timeline_of(explained(told))
    assert line is not None
    assert line.cutoff is None
    assert line.axis.last - line.axis.first == timedelta(days=7)


def test_where_nobody_tells_an_instant_nothing_is_drawn() -> None:
    assert timeline_of(explained(record("province"))) is None
