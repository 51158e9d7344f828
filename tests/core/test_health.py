"""Sync health: figures that add up, and waits that can't be hidden."""

from collections import Counter
from collections.abc import Iterable
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from models.rates import Trait
from models.types import Status
from tests.core.dossiers import AS_OF, JULY, at, case, on_portal, view
from worker.core.calendar import Calendar
from worker.core.health import (
    Health,
    Signs,
    UnitHealth,
    Yardstick,
    signs_of,
)
from worker.core.hours import OFFICE_HOURS
from worker.core.judged import DossierCase
from worker.core.lag import Lag, Readings, Sight, Watch
from worker.core.percentiles import delayed_percentile, percentile
from worker.core.verdict import span_of

BY = Yardstick(
    span=span_of(JULY, AS_OF),
    as_of=AS_OF,
    readings=Readings(),
    calendar=Calendar(),
    hours=OFFICE_HOURS,
)
RECEIVED = (Status.RECEIVED, at(1))
UNSEEN = Watch()

seconds = st.integers(0, 500)
lengths = st.lists(seconds, max_size=30)
percents = st.integers(1, 100)
lags = st.builds(Lag, seconds, st.booleans())
some_signs = st.builds(
    Signs,
    unit=st.sampled_from(["H51.01", "H51.02", "H51.03"]),
    on_portal=st.none() | st.booleans(),
    presumed=st.just(False),  # noqa: FBT003 - a value
    lags=st.lists(lags, max_size=2).map(tuple),
    events_missing=st.none() | st.booleans(),
    received_late=st.none() | st.booleans(),
)


def health_of(signs: Iterable[Signs], heirs: dict[str, str] | None = None) -> Health:
    health = Health(heirs or {})
    for each in signs:
        health.add(each)
    return health


def told(dossier: DossierCase, watch: Watch = UNSEEN) -> Signs:
    signs = signs_of(dossier, watch, BY)
    assert signs is not None
    return signs


@given(lengths, percents)
def test_a_percentile_is_the_value_at_its_rank_in_the_sorted_list(
    values: list[int], percent: int
) -> None:
    ranked = sorted(values)
    expected = ranked[ceil(percent * len(ranked) / 100) - 1] if ranked else None
    assert percentile(Counter(values), percent) == expected


@given(lengths, lengths, percents)
def test_waits_that_are_over_the_percentile_stand_in_the_list_and_younger_ones_do_not(
    arrived: list[int], waiting: list[int], percent: int
) -> None:
    candidate = percentile(Counter(arrived), percent)
    older = [age for age in waiting if candidate is None or age > candidate]
    found = delayed_percentile(Counter(arrived), Counter(waiting), percent)
    assert found == percentile(Counter([*arrived, *older]), percent)
    assert candidate is None or (found is not None and found >= candidate)


@given(lengths, lengths)
def test_a_higher_percentile_is_never_shorter(arrived: list[int], waiting: list[int]) -> None:
    line = UnitHealth(arrived=Counter(arrived), waiting=Counter(waiting))
    found = [line.lag(percent) for percent in (50, 75, 95, 100)]
    assert found == sorted(found, key=lambda each: each or 0)


def test_a_few_quick_ones_do_not_hide_the_many_that_never_come() -> None:
    line = UnitHealth(arrived=Counter([60]), waiting=Counter([86_400] * 9))
    assert (line.lag(50), line.lag(95)) == (86_400, 86_400)
    young = UnitHealth(arrived=Counter([60] * 10), waiting=Counter([5] * 50))
    assert (young.lag(50), young.lag(95)) == (60, 60)


def test_nothing_to_measure_has_no_lag() -> None:
    assert UnitHealth().lag(95) is None


@given(st.lists(some_signs, max_size=20), st.randoms(), st.integers(0, 20))
def test_neither_order_nor_portions_change_anything(
    signs: list[Signs], random: object, cut: int
) -> None:
    whole = health_of(signs)
    shuffled = list(signs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert health_of(shuffled) == whole
    merged = health_of(shuffled[cut:])
    merged.merge(health_of(shuffled[:cut]))
    assert merged == whole


@given(st.lists(some_signs, max_size=20))
def test_the_province_is_all_dossiers_together_never_an_average_of_units(
    signs: list[Signs],
) -> None:
    apart = health_of(signs)
    for number, unit in enumerate(apart.units):
        apart.add_open(unit, number)
    together = UnitHealth()
    for line in apart.units.values():
        together.add(line)
    assert apart.total() == together
    everything = [lag for each in signs for lag in each.lags]
    arrived = Counter(lag.seconds for lag in everything if lag.arrived)
    waiting = Counter(lag.seconds for lag in everything if not lag.arrived)
    assert apart.total().lag(95) == delayed_percentile(arrived, waiting, 95)
    assert apart.total().received == sum(each.on_portal is not None for each in signs)


@given(st.lists(some_signs, max_size=20))
def test_a_unit_that_is_no_more_counts_with_its_heir(signs: list[Signs]) -> None:
    health = health_of(signs, {"H51.02": "H51.01"})
    health.add_open("H51.02", 7)
    assert "H51.02" not in health.units
    plain = health_of(signs)
    assert health.total().received == plain.total().received
    assert health.units["H51.01"].ages == Counter([7])


def test_received_is_what_the_bridge_calls_received_and_a_presumed_one_is_known_to_the_portal() -> (
    None
):
    home = view()
    assert told(case(home, on_portal(RECEIVED))).on_portal is True
    assert told(case(home, ())).on_portal is False
    assert told(case(view(received_at=at(30, month=6)), ())).on_portal is None
    guessed = told(case(home, (), presumed=True))
    assert (guessed.on_portal, guessed.presumed) == (True, True)
    outdated = told(case(home, on_portal(RECEIVED), presumed=True))
    assert (outdated.on_portal, outdated.presumed) == (True, False)
    line = health_of([guessed, outdated]).units["H51.01"]
    assert (line.received, line.on_portal, line.presumed) == (2, 2, 1)


def test_a_dossier_nobody_has_says_nothing() -> None:
    assert signs_of(case((), ()), UNSEEN, BY) is None


def test_what_only_the_portal_has_stands_under_its_unit_there() -> None:
    signs = told(case((), on_portal(RECEIVED, unit="H51.02")))
    assert (signs.unit, signs.on_portal, signs.events_missing) == ("H51.02", None, False)


def test_an_event_is_missing_where_the_receipt_or_an_ended_header_has_none() -> None:
    ended = {"status": Status.FINISHED, "finished_at": at(5)}
    home = view(**ended)
    end = (Status.FINISHED, at(5))
    assert told(case(home, on_portal(RECEIVED, end, **ended))).events_missing is False
    assert told(case(home, on_portal(RECEIVED, **ended))).events_missing is True
    assert told(case(home, on_portal(end, **ended))).events_missing is True
    assert told(case(home, on_portal(RECEIVED))).events_missing is False
    assert told(case(home, view(**ended))).events_missing is None
    assert told(case(home, on_portal(status=Status.NEW))).events_missing is None
    assert told(case(home, ())).events_missing is None


def test_events_are_asked_of_what_has_a_part_in_the_period() -> None:
    june = {"received_at": at(3, month=6)}
    receipt = (Status.RECEIVED, at(3, month=6))
    over = on_portal((Status.FINISHED, at(20, month=6)), status=Status.FINISHED, **june)
    assert told(case(view(**june), over)).events_missing is None
    carried = on_portal(receipt, status=Status.FINISHED, finished_at=at(20, month=6), **june)
    assert told(case(view(**june), carried)).events_missing is True
    unknown = on_portal(RECEIVED, received_at=None)
    assert told(case(view(), unknown)).events_missing is None


def test_reception_is_that_of_dossiers_filed_online_in_the_period() -> None:
    # 2024-07-01 is a Monday: filed at 9 it may be received until Tuesday at 9.
    in_time = view(submitted_at=at(1), received_at=at(2))
    too_late = view(submitted_at=at(1), received_at=at(2, minute=1))
    waiting = view(submitted_at=at(1), received_at=None, status=Status.NEW)
    counter = view(submitted_at=at(1), received_at=at(1))
    before = view(submitted_at=at(28, month=6), received_at=at(3))
    found = [
        told(case(each, ())).received_late for each in (in_time, too_late, waiting, counter, before)
    ]
    assert found == [False, True, True, None, None]
    line = health_of(told(case(each, ())) for each in (in_time, too_late, waiting)).total()
    assert (line.filed_online, line.received_late) == (3, 2)


def test_the_lags_of_a_dossier_are_among_its_signs() -> None:
    seen = Sight(on_portal(RECEIVED), at(1, 10))
    watch = Watch(sights=(seen,), first_asked=at(1, 8), last_asked=at(20))
    signs = told(case(view(), seen.view), watch)
    assert signs.lags == (Lag(3600, arrived=True),)


def test_what_was_told_to_be_filed_at_the_counter_has_no_deadline_of_reception() -> None:
    late = {"submitted_at": at(1), "received_at": at(9)}
    at_counter = view(traits_told=Trait.FILED_ONLINE, **late)
    online = view(traits=Trait.FILED_ONLINE, traits_told=Trait.FILED_ONLINE, **late)
    assert told(case(at_counter, ())).received_late is None
    assert told(case(online, ())).received_late is True
    assert told(case(view(**late), ())).received_late is True
