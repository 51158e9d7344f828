"""Planted traits come through a whole journey: each side's indicators are what was planted."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from models.indicator import IndicatorValue
from models.rates import Indicator, Trait
from models.types import Side
from tests.places import Place, connected, journey, serving
from worker.core.indicators import WHOLE
from worker.settings.model import Settings
from worker.simulator.trait_truth import TraitTruth, trait_truth
from worker.simulator.world import World

Count = Callable[[TraitTruth], int]
Counts = dict[str, tuple[int, int]]


def _planted(world: World, side: Side, part: Count, whole: Count) -> Counts:
    return {
        unit: (part(each), whole(each))
        for (unit, of), each in trait_truth(world).items()
        if of is side and whole(each)
    }


def _counted(settings: Settings, side: Side, indicator: Indicator) -> Counts:
    """What was counted of each unit, nothing being untold."""
    values = select(IndicatorValue).where(
        IndicatorValue.side == side,
        IndicatorValue.indicator == indicator,
        IndicatorValue.unit != WHOLE,
    )
    with connected(settings) as engine, Session(engine) as session:
        found = session.exec(values).all()
    assert all(each.untold == 0 for each in found)
    return {each.unit: (each.numerator, each.denominator) for each in found if each.denominator}


# Numerators and denominators of each indicator on the portal's side.
ON_PORTAL: dict[Indicator, tuple[Count, Count]] = {
    Indicator.ONLINE_FILING: (
        lambda truth: truth.having(Trait.FILED_ONLINE),
        lambda truth: truth.having(),
    ),
    Indicator.ONLINE_PAYMENT: (
        lambda truth: truth.having(Trait.PAID_ONLINE, Trait.HAS_FEE),
        lambda truth: truth.having(Trait.HAS_FEE),
    ),
    Indicator.E_RESULT: (
        lambda truth: truth.having(Trait.E_RESULT, resolved=True),
        lambda truth: truth.having(resolved=True),
    ),
    Indicator.DIGITISED: (
        lambda truth: truth.having(Trait.DIGITISED, Trait.E_RESULT, resolved=True),
        lambda truth: truth.having(resolved=True),
    ),
    Indicator.REUSED: (
        lambda truth: truth.having(Trait.REUSED),
        lambda truth: truth.having(),
    ),
    Indicator.PERSONAL_STORE: (
        lambda truth: truth.having(Trait.FROM_STORE),
        lambda truth: truth.having(),
    ),
    Indicator.IDENTIFIED: (
        lambda truth: truth.having(Trait.IDENTIFIED),
        lambda truth: truth.having(),
    ),
}


@pytest.mark.parametrize("seed", [3, 4])
def test_all_looked_up_each_sides_indicators_are_the_planted_ones(
    light_place: Place, seed: int
) -> None:
    world = light_place.world(dossiers=400, seed=seed)
    with serving(world) as at:
        settings = light_place.configure(at)
        assert journey(settings).is_complete
    for indicator, (part, whole) in ON_PORTAL.items():
        expected = _planted(world, Side.PORTAL, part, whole)
        assert (indicator, _counted(settings, Side.PORTAL, indicator)) == (indicator, expected)
    filed, received = ON_PORTAL[Indicator.ONLINE_FILING]
    at_home = _planted(world, Side.PROVINCE, filed, received)
    assert _counted(settings, Side.PROVINCE, Indicator.ONLINE_FILING) == at_home
    assert at_home != _planted(world, Side.PORTAL, filed, received)
