"""The truth about the traits of a world's dossiers, by unit and side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.rates import Trait
from models.types import Side
from worker.core.times import month_of
from worker.simulator.extras import Stranger
from worker.simulator.records import HomeRow, Planted, PortalObject
from worker.simulator.world import World


@dataclass(frozen=True, slots=True)
class TraitTruth:
    """The dossiers of one unit on one side, counted by their traits and whether they have a result.

    ``counts`` is keyed by the flags of ``Trait`` and by whether the status is finished or returned.
    """

    counts: Counter[tuple[int, bool]] = field(default_factory=Counter)

    def having(self, *traits: Trait, resolved: bool = False) -> int:
        """How many dossiers have all these traits, with ``resolved`` of those with a result."""
        return sum(
            count
            for (held, is_resolved), count in self.counts.items()
            if all(held & trait for trait in traits) and (is_resolved or not resolved)
        )


def trait_truth(world: World) -> dict[tuple[str, Side], TraitTruth]:
    """What each side has of the dossiers it received in the world's month up to the cut-off.

    A dossier that a side holds twice counts once, as it stands there first, under the unit that
    side puts it under. Left out are rows that can't be read, and what only the portal knows: nobody
    asks for that. All traits count here, also those that a source has no field for.
    """
    found: defaultdict[tuple[str, Side], TraitTruth] = defaultdict(TraitTruth)
    for side, record in _records(world):
        if record.broken is None and _is_received(world, record):
            found[record.unit, side].counts[record.traits, record.is_resolved] += 1
    return dict(found)


def held_on_portal(
    planted: Iterable[Planted], strangers: Iterable[Stranger]
) -> defaultdict[str, Counter[Trait]]:
    """How many of the dossiers that the portal's statistics count have each trait, by unit."""
    alike: Counter[tuple[str, int]] = Counter()
    for each in planted:
        if each.portals:
            alike[each.portal_unit, each.portals[0].traits] += each.truth.counted
    for stranger in strangers:
        alike[stranger.portal.unit, stranger.portal.traits] += 1
    holding: defaultdict[str, Counter[Trait]] = defaultdict(Counter)
    for (unit, traits), count in alike.items():
        holding[unit].update({trait: count for trait in Trait if traits & trait})
    return holding


def _records(world: World) -> Iterator[tuple[Side, HomeRow | PortalObject]]:
    for each in world.planted:
        yield from ((Side.PROVINCE, row) for row in each.homes[:1])
        yield from ((Side.PORTAL, held) for held in each.portals[:1])


def _is_received(world: World, record: HomeRow | PortalObject) -> bool:
    month, received = month_of(world.as_of), record.received
    return (
        received is not None
        and received <= world.as_of
        and month.first <= received.date() <= month.last
    )
