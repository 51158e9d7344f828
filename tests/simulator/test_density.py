"""How many dossiers differ can be set, and the published late shares stay what they are."""

from collections.abc import Callable

import pytest

from worker.simulator.build import WorldOptions
from worker.simulator.truth import published
from worker.simulator.world import World

Make = Callable[[WorldOptions], World]


def differing(world: World) -> float:
    counted = sum(each.truth.counted for each in world.planted)
    return sum(each.truth.cause is not None for each in world.planted) / counted


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05])
def test_as_many_differ_as_are_wished_for(make_world: Make, share: float) -> None:
    world = make_world(WorldOptions(seed=3, dossiers=2000, discrepancies=share))
    assert differing(world) == pytest.approx(share, abs=0.002)


def test_no_more_differ_than_the_late_shares_allow(make_world: Make) -> None:
    usual, most = (
        make_world(WorldOptions(seed=3, dossiers=2000, discrepancies=share))
        for share in (None, 1.0)
    )
    assert most.home_rows() == usual.home_rows()


def test_the_portal_publishes_the_same_late_counts(make_world: Make) -> None:
    late = [
        {figure.unit: figure.late for figure in published(world)}
        for world in (
            make_world(WorldOptions(seed=3, dossiers=2000, discrepancies=share))
            for share in (None, 0.02)
        )
    ]
    assert late[0] == late[1]
