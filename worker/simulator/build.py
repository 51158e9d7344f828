"""Making a world from a seed.

The same arguments always give the same world. Its truth is known because each dossier is made so
that its lateness on either side can be no other; no counting rule is evaluated here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from worker.core.calendar import Calendar
from worker.core.reference import Procedure, Province
from worker.core.times import VIETNAM, month_of, period_start
from worker.core.units import Unit, UnitDirectory
from worker.errors import DataError
from worker.simulator.dealing import deal
from worker.simulator.desk import Desk, Frame
from worker.simulator.extras import break_on_portal, broken_rows, strangers
from worker.simulator.plan import UnitPlan, plan_units
from worker.simulator.records import Planted
from worker.simulator.scenarios_honest import Needs, Scenario
from worker.simulator.traits import USUAL_SHARES, TraitPlan, TraitShares
from worker.simulator.world import World

DEFAULT_AS_OF = datetime(2024, 7, 24, 16, tzinfo=VIETNAM)

# Everything but what is planted as in flight is older than the grace time of half an hour.
_SETTLED = timedelta(minutes=40)
_SHORTEST_PERIOD = timedelta(days=3)
_STRANGER_LATE_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldOptions:
    """How a world is made.

    Attributes:
        seed: What the random choices come from.
        dossiers: How many dossiers the portal counts, or None for the volumes of the folder.
        as_of: The cut-off, at least three days into its month.
        broken: How many rows at home can't be read; half as many more on the portal.
        portal_only: How many late dossiers only the portal knows.
        traits: How many dossiers have each trait of index 766.
        discrepancies: The share of those dossiers about which the two sides differ, by rule or by
            what they know; None for as many as the late shares allow, which is about one in six
            and far more than in life.
    """

    seed: int = 1
    dossiers: int | None = None
    as_of: datetime = DEFAULT_AS_OF
    broken: int = 0
    portal_only: int = 0
    discrepancies: float | None = None
    traits: TraitShares = USUAL_SHARES


def build_world(
    province: Province, province_code: str, calendar: Calendar, options: WorldOptions
) -> World:
    """Make a world.

    Args:
        province: The province's folder: units, procedures, printed figures, volumes.
        province_code: The code of the province, ``H51``.
        calendar: Working days, by which statutory limits are planted.
        options: Seed, size and cut-off.

    Returns:
        The world; its units' late counts on the portal follow the printed on-time shares.

    Raises:
        ValueError: the cut-off is less than three days into its month, or the province has no
            unit to give dossiers to.
    """
    rng = Random(options.seed)  # noqa: S311 - not for secrets
    plans = plan_units(province, options.as_of, options.dossiers)
    if not plans:
        raise ValueError(province_code)
    frame = _frame(province, province_code, calendar, options)
    desks = _desks(province, plans, frame, rng)
    hands = deal(plans, _missing(frame, desks), rng, options.discrepancies)
    planted = [_plant(s, desk) for desk, hand in zip(desks, hands, strict=True) for s in hand]
    break_on_portal(planted, options.broken // 2)
    return World(
        frame=frame,
        units=province.units,
        desks=desks,
        planted=planted,
        broken=broken_rows(desks, options.broken),
        strangers=strangers(_hosts(plans, desks), options.portal_only),
    )


def _frame(province: Province, code: str, calendar: Calendar, options: WorldOptions) -> Frame:
    local = options.as_of.astimezone(VIETNAM).replace(microsecond=0)
    start = period_start(month_of(local)).astimezone(VIETNAM)
    if local - start < _SHORTEST_PERIOD:
        raise ValueError(options.as_of)
    return Frame(
        province=code,
        as_of=local,
        month_start=start,
        latest=local - _SETTLED,
        calendar=calendar,
        procedures=province.procedures,
        limited=tuple(sorted(filter(_limit, province.procedures), key=_limit)),
        ids=count(70_001),
        traits=TraitPlan(options.seed, options.traits),
    )


def _limit(procedure: Procedure) -> int:
    return procedure.statutory_days or 0


def _desks(province: Province, plans: Sequence[UnitPlan], frame: Frame, rng: Random) -> list[Desk]:
    directory = UnitDirectory(province.units)
    desks = [Desk(frame, rng, plan.unit.code, _names(plan.unit, directory)) for plan in plans]
    for desk, neighbour in zip(desks, desks[1:] + desks[:1], strict=True):
        desk.neighbour = neighbour
    return desks


def _names(unit: Unit, directory: UnitDirectory) -> tuple[str, ...]:
    """The ways of writing a unit's name that leave no doubt; its own name twice as often."""
    written = (unit.name, unit.name, unit.name.upper(), unit.short_name, *unit.aliases)
    return tuple(name for name in written if _means(directory, name, unit)) or (unit.name,)


def _means(directory: UnitDirectory, name: str, unit: Unit) -> bool:
    try:
        return directory.resolve(None, name) == unit.code
    except DataError:
        return False


def _missing(frame: Frame, desks: Sequence[Desk]) -> frozenset[Needs]:
    limits = {procedure.statutory_days for procedure in frame.limited}
    missing = set()
    if len(limits) < 2:  # noqa: PLR2004 - a short one and a long one
        missing.add(Needs.LIMITS)
    if len(desks) < 2:  # noqa: PLR2004
        missing.add(Needs.NEIGHBOUR)
    return frozenset(missing)


def _plant(scenario: Scenario, desk: Desk) -> Planted:
    sides = scenario.plant(desk)
    home = sides.homes[0]
    portal_unit = sides.portals[0].unit if sides.portals else home.unit
    return Planted(
        scenario.name,
        home.code,
        home.unit,
        portal_unit,
        sides.homes,
        sides.portals,
        scenario.truth,
    )


def _hosts(plans: Sequence[UnitPlan], desks: Sequence[Desk]) -> list[Desk]:
    """Up to two units in the middle of the ranking, where strangers don't change its top."""
    pairs = zip(plans, desks, strict=True)
    middle = [desk for plan, desk in pairs if 0 < plan.late_share < _STRANGER_LATE_SHARE]
    return (middle or list(desks))[:2]
