"""Measuring: the lag of what is known to have changed at home and on the portal, and when."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from models.rates import Indicator, Trait
from models.reconciliation import SyncHealth
from models.types import Side
from tests.places import AS_OF, JULY, Place, journey, opened, reported, serving
from tests.worlds import changed
from worker.core.indicators import GROUNDS, NO_DOSSIERS, Key, Rate
from worker.core.units import UnitDirectory
from worker.db import indicators
from worker.db.health import WHOLE, health_of
from worker.journey import Wish
from worker.journey.parties import pairs_of
from worker.settings.model import Settings
from worker.simulator.desk import PORTAL_STATUS
from worker.simulator.records import Planted
from worker.simulator.trait_truth import trait_truth
from worker.simulator.world import World
from worker.stages.measure import Measure, measure

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Visit:
    """One journey at one instant, and the figures measured after it, by unit."""

    settings: Settings
    at: datetime
    key: int

    def measure(self, directory: UnitDirectory | None = None) -> dict[str, SyncHealth]:
        with opened(self.settings, self.at) as found:
            sides = next(iter(pairs_of(found, self.at).values()))
            task = Measure(
                engine=found.engine,
                reconciliation=self.key,
                sides=sides,
                period=JULY,
                directory=directory or found.directory,
                calendar=found.statutes.calendar,
                hours=found.statutes.hours,
                progress=lambda _done, _total: None,
                clock=found.clock,
            )
            measure(task)
            with Session(found.engine) as session:
                return {row.unit: row for row in health_of(session, self.key)}

    def rates(self) -> dict[Key, Rate]:
        """The rates kept when it was last measured."""
        with opened(self.settings, self.at) as found, Session(found.engine) as session:
            return indicators.of(session, self.key)


def visit(place: Place, world: World, at: datetime, wish: Wish | None = None) -> Visit:
    with serving(world) as endpoints:
        settings = place.configure(endpoints)
        report = reported(journey(settings, wish, now=at))
    return Visit(settings, at, report["reconciliation"])


def ended_at_home(at: datetime) -> Callable[[Planted], Planted]:
    def end(each: Planted) -> Planted:
        (row,) = each.homes
        return replace(each, homes=(replace(row, status="done", released=at, finished=at),))

    return end


def sent(each: Planted) -> Planted:
    """What the province sends of an end: header and event together."""
    (row,), (there,) = each.homes, each.portals
    assert row.finished is not None
    status = PORTAL_STATUS["done"]
    told = (*there.events, (row.finished, PORTAL_STATUS["releasing"]), (row.finished, status))
    shown = replace(there, status=status, ended=row.finished, returned=row.finished, events=told)
    return replace(each, portals=(shown,))


def open_and_honest(world: World) -> list[Planted]:
    """Dossiers at work that both sides hold once, alike."""
    return [
        each
        for each in world.planted
        if each.truth.cause is None
        and len(each.homes) == len(each.portals) == 1
        and each.homes[0].status == "processing"
        and each.portals[0].status == PORTAL_STATUS["processing"]
        and each.homes[0].code == each.portals[0].code
        and each.portal_unit == each.homes[0].unit
    ]


def test_what_was_there_before_the_first_sync_says_nothing_about_lag(place: Place) -> None:
    whole = visit(place, place.world(150), AS_OF).measure()[WHOLE]
    assert (whole.lag_samples, whole.lag_waiting, whole.lag_p50, whole.lag_p95) == (
        0,
        0,
        None,
        None,
    )
    assert 0 < whole.on_portal < whole.received
    assert whole.presumed == 0
    assert 0 < whole.events_missing < whole.events_told
    assert (whole.open_discrepancies > 0, whole.age_p50, whole.age_max) == (True, 0, 0)
    assert 0 <= whole.received_late < whole.filed_online


def test_a_change_is_as_late_as_the_first_reading_that_saw_it_on_the_portal(place: Place) -> None:
    world = place.world(150)
    quick, slow = open_and_honest(world)[:2]
    visit(place, world, AS_OF)
    at_home = changed(world, [quick.code], ended_at_home(AS_OF + HOUR))
    at_home = changed(at_home, [slow.code], ended_at_home(AS_OF + 2 * HOUR))
    second = visit(place, changed(at_home, [quick.code], sent), AS_OF + 5 * HOUR).measure()[WHOLE]
    assert (second.lag_samples, second.lag_waiting) == (1, 1)
    assert (second.lag_p50, second.lag_p95) == (4 * 3600, 4 * 3600)
    third = visit(place, changed(at_home, [quick.code], sent), AS_OF + 8 * HOUR).measure()[WHOLE]
    assert (third.lag_samples, third.lag_waiting) == (1, 1)
    assert (third.lag_p50, third.lag_p95) == (4 * 3600, 6 * 3600)
    both = changed(at_home, [quick.code, slow.code], sent)
    rows = visit(place, both, AS_OF + 12 * HOUR).measure()
    fourth = rows[WHOLE]
    assert (fourth.lag_samples, fourth.lag_waiting) == (2, 0)
    assert (fourth.lag_p50, fourth.lag_p95) == (4 * 3600, 10 * 3600)
    assert rows[slow.homes[0].unit].lag_p95 == 10 * 3600
    assert sum(row.lag_samples for unit, row in rows.items() if unit != WHOLE) == 2


def test_discrepancies_grow_old(light_place: Place) -> None:
    world = light_place.world(150)
    visit(light_place, world, AS_OF)
    later = visit(light_place, world, AS_OF + 30 * HOUR).measure()[WHOLE]
    assert later.open_discrepancies > 0
    assert (later.age_p50, later.age_max) == (30 * 3600, 30 * 3600)


@pytest.mark.slow
def test_measuring_twice_leaves_the_same_figures(place: Place) -> None:
    made = visit(place, place.world(150), AS_OF)
    once = {unit: row.model_dump() for unit, row in made.measure().items()}
    assert {unit: row.model_dump() for unit, row in made.measure().items()} == once
    assert len(once) > 3


def test_the_figures_of_a_unit_that_is_no_more_stand_with_its_heir(light_place: Place) -> None:
    made = visit(light_place, light_place.world(150), AS_OF)
    apart = made.measure()
    units = light_place.province().units
    merged = UnitDirectory(
        replace(unit, valid_to=date(2024, 7, 9), successor="H99.01")
        if unit.code == "H99.02"
        else unit
        for unit in units
    )
    joined = made.measure(merged)
    assert "H99.02" not in joined
    together = apart["H99.01"].received + apart["H99.02"].received
    assert joined["H99.01"].received == together
    assert joined[WHOLE].model_dump() == apart[WHOLE].model_dump()


def test_the_rate_is_that_of_the_reconciliation(light_place: Place) -> None:
    with serving(light_place.world(150)) as endpoints:
        settings = light_place.configure(endpoints)
        report = reported(journey(settings, now=AS_OF))
    rows = Visit(settings, AS_OF, report["reconciliation"]).measure()
    for line in report["units"]:
        row = rows.get(line["code"], SyncHealth(reconciliation_id=0, unit=""))
        assert (row.received, row.on_portal) == (line["received"], line["on_portal"])
    totals = report["totals"]
    assert (rows[WHOLE].received, rows[WHOLE].on_portal) == (
        totals["received"],
        totals["on_portal"],
    )


def units_of(rates: dict[Key, Rate]) -> set[str]:
    return {unit for unit, _, _ in rates} - {WHOLE}


def test_the_shares_in_time_and_in_sync_are_those_of_the_reconciliation(
    light_place: Place,
) -> None:
    with serving(light_place.world(150)) as endpoints:
        settings = light_place.configure(endpoints)
        report = reported(journey(settings, now=AS_OF))
    rates = Visit(settings, AS_OF, report["reconciliation"]).rates()
    for line in (*report["units"], report["totals"] | {"code": WHOLE}):
        for side in (Side.PROVINCE, Side.PORTAL):
            counted, late = line[f"counted_{side}"], line[f"late_{side}"]
            in_time = rates.get((line["code"], side, Indicator.ON_TIME), NO_DOSSIERS)
            assert in_time == Rate(counted - late, counted)
        synced = rates.get((line["code"], Side.PORTAL, Indicator.SYNC), NO_DOSSIERS)
        assert synced == Rate(line["on_portal"], line["received"])
    assert rates[WHOLE, Side.PORTAL, Indicator.ON_TIME].denominator > 100


@pytest.mark.slow
def test_the_province_is_the_sum_of_its_units(light_place: Place) -> None:
    made = visit(light_place, light_place.world(150), AS_OF)
    rates = made.rates()
    assert len(units_of(rates)) > 3
    for (unit, side, indicator), whole in rates.items():
        if unit == WHOLE:
            parts = (rates.get((each, side, indicator)) for each in units_of(rates))
            assert whole == sum((each for each in parts if each), NO_DOSSIERS)
    received = made.measure()[WHOLE]
    in_time = rates[WHOLE, Side.PROVINCE, Indicator.RECEPTION]
    assert in_time.denominator == received.filed_online > 0
    assert in_time.denominator - in_time.numerator == received.received_late


@pytest.mark.slow
def test_measuring_twice_leaves_the_same_rates(place: Place) -> None:
    made = visit(place, place.world(150), AS_OF)
    once = made.rates()
    made.measure()
    assert made.rates() == once
    assert once


def test_the_rates_of_a_unit_that_is_no_more_stand_with_its_heir(light_place: Place) -> None:
    made = visit(light_place, light_place.world(150), AS_OF)
    apart = made.rates()
    units = light_place.province().units
    made.measure(
        UnitDirectory(
            replace(unit, valid_to=date(2024, 7, 9), successor="H99.01")
            if unit.code == "H99.02"
            else unit
            for unit in units
        )
    )
    joined = made.rates()
    assert "H99.02" not in {unit for unit, _, indicator in joined if indicator in GROUNDS}
    for side in (Side.PROVINCE, Side.PORTAL):
        heir, ended, whole = (
            (unit, side, Indicator.ONLINE_FILING) for unit in ("H99.01", "H99.02", WHOLE)
        )
        assert joined[heir] == apart[heir] + apart[ended]
        assert joined[whole] == apart[whole]


def test_the_rates_are_those_of_the_world_on_both_sides(place: Place) -> None:
    world = place.world(150)
    rates = visit(place, world, AS_OF).rates()
    filed = Indicator.ONLINE_FILING
    for (unit, side), truth in trait_truth(world).items():
        assert rates[unit, side, filed] == Rate(truth.having(Trait.FILED_ONLINE), truth.having())
        if side is Side.PROVINCE:
            continue
        for indicator, ground in GROUNDS.items():
            population = truth.having(*ground.among, resolved=ground.of_resolved)
            met = truth.having(*ground.among, *ground.asks, resolved=ground.of_resolved)
            rate = rates.get((unit, side, indicator), NO_DOSSIERS)
            assert rate == Rate(met, population), (unit, indicator)


def test_what_a_source_does_not_tell_is_untold_and_has_no_rate(light_place: Place) -> None:
    rates = visit(light_place, light_place.world(150), AS_OF).rates()
    filed, reused = (
        rates[WHOLE, Side.PROVINCE, indicator]
        for indicator in (Indicator.ONLINE_FILING, Indicator.REUSED)
    )
    assert filed.untold == 0
    assert reused == Rate(0, 0, filed.denominator)
    assert reused.percent is None
