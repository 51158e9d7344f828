"""The same world a while later: one side put right, or changed."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from worker.simulator.desk import Desk
from worker.simulator.records import Late, Planted
from worker.simulator.world import World

Change = Callable[[Planted], Planted]


def changed(world: World, codes: Iterable[str], change: Change) -> World:
    """A world in which some dossiers have changed, and nothing else."""
    chosen = frozenset(codes)
    return World(
        frame=world.frame,
        units=world.units,
        desks=(),
        planted=[change(each) if each.code in chosen else each for each in world.planted],
        broken=(),
        strangers=world.strangers,
    )


def put_right(world: World) -> Change:
    """The portal has been sent again what the province holds, once and under its own code."""

    def honest(each: Planted) -> Planted:
        home = each.homes[0]
        name = world.names[home.unit]
        desk = Desk(world.frame, Random(1), home.unit, (name,))  # noqa: S311 - not for secrets
        late = each.truth.late
        return replace(
            each,
            portal_unit=home.unit,
            homes=(home,),
            portals=(desk.portal(home),),
            truth=replace(
                each.truth,
                late=Late(late.province, late.by_portal_rule, late.by_portal_rule),
                cause=None,
            ),
        )

    return honest


def with_cause(world: World, *causes: str) -> list[str]:
    """The codes of dossiers with one of these causes."""
    return [
        each.code
        for each in world.planted
        if each.truth.cause is not None and each.truth.cause.value in causes
    ]
