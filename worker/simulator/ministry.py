"""Line-ministry software beside the province's system: who holds which dossiers."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from models.types import Cause
from worker.simulator.records import Late, Planted
from worker.simulator.world import World


def handed_over(world: World, share: float, seed: int = 1) -> tuple[World, World]:
    """A world in which line-ministry software handles a share of the dossiers.

    Every second of them stands in the software alone, the others in the province's system as well,
    both alike. The portal knows of them what it knew before.

    Args:
        world: All dossiers in the province's system.
        share: How many of those that can be handed over are, 0 to 1.
        seed: What the choice comes from.

    Returns:
        The province's world, and the software's own: its truth is that of the software against
        the portal.
    """
    rng = Random(seed)  # noqa: S311 - not for secrets
    chosen = [each for each in world.planted if _can_move(each) and rng.random() < share]
    alone = {each.code for each in chosen[::2]}
    province = [_held_elsewhere(each) if each.code in alone else each for each in world.planted]
    return _like(world, province), _like(world, chosen)


def _can_move(each: Planted) -> bool:
    """One readable record on each side that is counted: what a second code is, stays unsaid."""
    whole = len(each.homes) == 1 and len(each.portals) <= 1
    broken = any(row.broken for row in each.homes) or any(held.broken for held in each.portals)
    return whole and not broken


def _held_elsewhere(each: Planted) -> Planted:
    late = each.truth.late.portal
    truth = replace(
        each.truth,
        late=Late(0, 0, late),
        cause=Cause.IN_MINISTRY_SOFTWARE if late else None,
    )
    return replace(each, unit=each.portal_unit, homes=(), truth=truth)


def _like(world: World, planted: Iterable[Planted]) -> World:
    return World(
        frame=world.frame,
        units=world.units,
        desks=(),
        planted=planted,
        broken=(),
        strangers=world.strangers,
    )
