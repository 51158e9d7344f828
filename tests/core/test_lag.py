"""Sync lag: which changes count, from when until when."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.types import RecordView, Status
from tests.core.dossiers import AS_OF, JULY, any_views, at, case, instants, on_portal, view
from worker.core.lag import Lag, Readings, Sight, Watch, lags_of
from worker.core.verdict import span_of

SPAN = span_of(JULY, AS_OF)
NONE = Readings()
RECEIPT, END = (Status.RECEIVED, at(1)), (Status.FINISHED, at(5))
HOME = view(status=Status.FINISHED, finished_at=at(5))
OPEN = on_portal(RECEIPT)
ENDED = on_portal(RECEIPT, END, status=Status.FINISHED, finished_at=at(5))
HOUR, DAY = 3600, 86_400


def watch(*sights: Sight, first: datetime | None, last: datetime = AS_OF) -> Watch:
    return Watch(sights=sights, first_asked=first, last_asked=None if first is None else last)


def lags(
    seen: Watch,
    *,
    home: RecordView = HOME,
    readings: Readings = NONE,
    presumed: bool = False,
) -> list[Lag]:
    there = tuple(sight.view for sight in seen.sights[-1:])
    return lags_of(case(home, there, presumed=presumed), seen, readings, SPAN)


def every(hours: int, first: datetime, last: datetime) -> Readings:
    """Complete readings that begin every so many hours and take ten minutes."""
    step = timedelta(hours=hours)
    begun = [first + number * step for number in range(int((last - first) / step) + 1)]
    return Readings(tuple(begun), tuple(each + timedelta(minutes=10) for each in begun))


def test_a_lag_runs_from_the_change_to_the_first_reading_that_showed_it() -> None:
    seen = watch(Sight(OPEN, at(1, 12)), Sight(ENDED, at(6, 9)), first=at(1, 8))
    assert lags(seen) == [Lag(3 * HOUR, arrived=True), Lag(DAY, arrived=True)]


def test_what_was_there_when_the_portal_was_first_asked_says_nothing() -> None:
    seen = watch(Sight(ENDED, at(6)), first=at(6))
    assert lags(seen) == []
    assert lags(seen, readings=every(24, at(6), AS_OF)) == []


def test_a_dossier_never_asked_for_says_nothing() -> None:
    readings = every(24, at(20, month=6), AS_OF)
    assert lags(watch(first=None), readings=readings, presumed=True) == []
    assert lags(watch(first=None), readings=readings) == []


def test_a_dossier_that_came_after_the_first_complete_reading_counts_from_its_receipt() -> None:
    readings = every(24, at(20, 20, month=6), AS_OF)
    seen = watch(Sight(OPEN, at(1, 20)), first=at(1, 20), last=at(2, 20))
    assert lags(seen, home=view(), readings=readings) == [Lag(11 * HOUR, arrived=True)]


def test_a_dossier_our_readings_passed_over_says_nothing_until_it_was_asked_for() -> None:
    readings = every(24, at(20, 20, month=6), AS_OF)
    seen = watch(Sight(OPEN, at(2, 20)), Sight(ENDED, at(5, 20)), first=at(2, 20))
    assert lags(seen, readings=readings) == [Lag(11 * HOUR, arrived=True)]


def test_a_reading_under_way_as_the_change_happens_has_not_passed_it_over() -> None:
    under_way = Readings((at(20, month=6), at(1, 8)), (at(20, 10, month=6), at(1, 10)))
    seen = watch(Sight(OPEN, at(1, 20)), first=at(1, 20))
    assert lags(seen, home=view(), readings=under_way) == [Lag(11 * HOUR, arrived=True)]
    after = Readings((at(20, month=6), at(1, 9)), (at(20, 10, month=6), at(1, 10)))
    assert lags(seen, home=view(), readings=after) == []


def test_what_the_portal_does_not_show_waits_until_it_was_last_asked() -> None:
    seen = watch(Sight(OPEN, at(1, 12)), first=at(1, 8), last=at(8, 10))
    assert lags(seen) == [Lag(3 * HOUR, arrived=True), Lag(3 * DAY + HOUR, arrived=False)]
    unknown = watch(first=at(1, 8), last=at(8, 10))
    assert lags(unknown) == [
        Lag(7 * DAY + HOUR, arrived=False),
        Lag(3 * DAY + HOUR, arrived=False),
    ]


def test_whether_it_waits_is_not_known_where_nobody_asked_since_or_could_read_the_answer() -> None:
    assert lags(watch(Sight(OPEN, at(1, 12)), first=at(1, 8), last=at(4))) == [
        Lag(3 * HOUR, arrived=True)
    ]
    seen = watch(first=at(1, 8), last=at(8, 10))
    assert lags(seen, presumed=True) == []


def test_an_end_shown_before_it_happened_is_no_lag() -> None:
    rewritten = on_portal(RECEIPT, (Status.FINISHED, at(1)), status=Status.FINISHED)
    seen = watch(Sight(rewritten, at(2)), Sight(ENDED, at(6)), first=at(1, 8))
    assert lags(seen) == [Lag(DAY, arrived=True)]


def test_an_end_in_the_header_has_arrived_even_without_its_event() -> None:
    header = on_portal(RECEIPT, status=Status.FINISHED, finished_at=at(5))
    seen = watch(Sight(OPEN, at(1, 12)), Sight(header, at(5, 10)), first=at(1, 8))
    assert lags(seen)[1:] == [Lag(HOUR, arrived=True)]


def test_a_change_of_an_earlier_period_counts_while_it_is_under_way() -> None:
    june = view(received_at=at(27, month=6))
    shown = on_portal((Status.RECEIVED, at(27, month=6)), received_at=at(27, month=6))
    asked = at(26, month=6)
    late = watch(Sight(shown, at(2)), first=asked)
    assert lags(late, home=june) == [Lag(5 * DAY, arrived=True)]
    assert lags(watch(first=asked, last=at(2)), home=june) == [Lag(5 * DAY, arrived=False)]
    settled = watch(Sight(shown, at(28, month=6)), first=asked)
    assert lags(settled, home=june) == []


def test_changes_after_the_cut_off_are_of_the_next_period() -> None:
    seen = watch(first=at(1, 8), last=at(30))
    later = view(received_at=at(24, 17))
    assert lags(seen, home=later) == []


def test_the_first_record_at_home_tells_the_changes() -> None:
    second = view(external_id="2", received_at=at(3))
    seen = watch(Sight(OPEN, at(4)), first=at(1, 8))
    found = lags_of(case((view(), second), (OPEN,)), seen, NONE, SPAN)
    assert found == [Lag(3 * DAY, arrived=True)]


@given(
    any_views,
    st.lists(st.builds(Sight, any_views, instants), max_size=4),
    st.none() | instants,
    instants,
    st.booleans(),
)
def test_a_lag_is_never_negative_and_a_dossier_has_at_most_two(
    home: RecordView,
    sights: list[Sight],
    first: datetime | None,
    last: datetime,
    presumed: bool,  # noqa: FBT001 - drawn
) -> None:
    ordered = sorted(sights, key=lambda each: each.since)
    readings = every(12, at(20, month=6), AS_OF)
    found = lags(
        watch(*ordered, first=first, last=last), home=home, readings=readings, presumed=presumed
    )
    assert all(lag.seconds >= 0 for lag in found)
    assert len(found) <= 2
    assert first is not None or not found


def test_how_often_the_portal_was_read_is_told_of_the_window_alone() -> None:
    readings = Readings(
        (at(30, month=6), at(1), at(2), at(5), at(6), at(25)),
        (at(30, 10, month=6), at(1, 10), at(2, 10), at(5, 10), at(6, 10), at(25, 10)),
    )
    within = readings.within(SPAN)
    assert (within.begun, within.ended[0]) == ((at(1), at(2), at(5), at(6)), at(1, 10))
    assert within.usual_gap == DAY
    assert Readings((at(1),), (at(2),)).usual_gap is None
