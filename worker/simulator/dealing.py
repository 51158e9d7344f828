"""Dealing scenarios to units so that each unit's late count on the portal comes out as planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from worker.simulator import scenarios_data, scenarios_honest, scenarios_rule, scenarios_spared
from worker.simulator.plan import UnitPlan
from worker.simulator.scenarios_honest import Needs, Scenario

# Of the dossiers late on the portal: those that are so by late or wrong sync alone, by the
# portal's rule alone, and those late on both sides but held twice or put elsewhere.
_BY_DATA = 0.61
_BY_RULE = 0.12
_DISPLACED = 0.05
# Beside them, as a share of the same number: late at home and not on the portal.
_FORGIVEN = 0.15
_UNCOUNTED = 0.05


@dataclass(frozen=True, slots=True)
class Shares:
    """How many dossiers of each group one unit gets."""

    by_data: int
    by_rule: int
    displaced: int
    late: int
    forgiven: int


def deal(
    plans: Sequence[UnitPlan],
    missing: frozenset[Needs],
    rng: Random,
    discrepancies: float | None = None,
) -> list[list[Scenario]]:
    """The scenarios of each unit, in the order of ``plans``.

    Every scenario that can be made (none of ``missing`` needed) appears at least once where there
    is room; the rest follow their weights. ``discrepancies`` is the share of all dossiers about
    which the sides differ, None as many as the late shares allow; the other late ones are late on
    both sides.
    """
    shares = _shares(plans, _thinned(plans, discrepancies))
    groups = (
        (scenarios_data.ADDS, [share.by_data for share in shares]),
        (scenarios_rule.ADDS, [share.by_rule for share in shares]),
        (scenarios_spared.DISPLACED, [share.displaced for share in shares]),
        (scenarios_honest.LATE, [share.late for share in shares]),
        (scenarios_spared.TAKES + scenarios_rule.TAKES, [share.forgiven for share in shares]),
    )
    dealt: list[list[Scenario]] = [[] for _ in plans]
    for scenarios, counts in groups:
        _deal_group(dealt, [s for s in scenarios if s.needs not in missing], counts, rng)
    for plan, hand in zip(plans, dealt, strict=True):
        hand.extend(_filling(plan, hand, rng))
    return dealt


def _thinned(plans: Sequence[UnitPlan], discrepancies: float | None) -> float:
    """By what the usual shares of differing dossiers are multiplied, at most 1."""
    usual = (_BY_DATA + _BY_RULE + _DISPLACED + _FORGIVEN) * sum(plan.late for plan in plans)
    if discrepancies is None or not usual:
        return 1.0
    return min(1.0, discrepancies * sum(plan.dossiers for plan in plans) / usual)


def _shares(plans: Sequence[UnitPlan], thinned: float) -> list[Shares]:
    """What rounding leaves over in one unit is carried to the next, so that totals hold."""
    carried = [0.0] * 4
    shares = []
    for plan in plans:
        counts: list[int] = []
        for index, share in enumerate((_BY_DATA, _BY_RULE, _DISPLACED)):
            carried[index] += thinned * share * plan.late
            counts.append(min(int(carried[index]), plan.late - sum(counts)))
            carried[index] -= counts[-1]
        carried[3] += thinned * _FORGIVEN * plan.late
        forgiven = min(int(carried[3]), (plan.dossiers - plan.late) // 2)
        carried[3] -= forgiven
        by_data, by_rule, displaced = counts
        late = plan.late - sum(counts)
        shares.append(Shares(by_data, by_rule, displaced, late, forgiven))
    return shares


def _deal_group(
    dealt: list[list[Scenario]], scenarios: Sequence[Scenario], counts: Sequence[int], rng: Random
) -> None:
    cards = _weighted(scenarios, sum(counts) - len(scenarios), rng)
    cards = (rng.sample(scenarios, len(scenarios)) + cards)[: sum(counts)]
    rng.shuffle(cards)
    for hand, number in zip(dealt, counts, strict=True):
        hand += [cards.pop() for _ in range(number)]


def _filling(plan: UnitPlan, hand: Sequence[Scenario], rng: Random) -> list[Scenario]:
    """On-time dossiers up to the planned number, and a few that the portal doesn't count."""
    missing = plan.dossiers - sum(scenario.truth.counted for scenario in hand)
    return _weighted(scenarios_honest.ON_TIME, missing, rng) + _weighted(
        scenarios_honest.UNCOUNTED, round(_UNCOUNTED * plan.dossiers), rng
    )


def _weighted(scenarios: Sequence[Scenario], number: int, rng: Random) -> list[Scenario]:
    weights = [scenario.weight for scenario in scenarios]
    return rng.choices(scenarios, weights, k=max(0, number))
