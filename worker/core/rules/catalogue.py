"""The counting rules by name."""

from dataclasses import replace

from worker.core.rules.rule import (
    CarriedUntil,
    Comparing,
    EarlyEnds,
    EndSource,
    Granularity,
    NoDueDate,
    Population,
    Rule,
    Supplements,
    WaitingClock,
)

# Decision 766/QD-TTg, indicator 2.1, as the portal computes it (wire.md section 5).
PORTAL = Rule(
    name="portal",
    version=1,
    comparing=Comparing(Granularity.SECOND, late_at_due=False),
    supplements=Supplements(credit_answered=True, many_rounds_late=True),
    population=Population(systems=None, new=False, refused=True),
    no_due_date=NoDueDate.STATUTORY_LIMIT,
    waiting=WaitingClock.ENDS_AT_REQUEST,
    early_ends=EarlyEnds(withdrawn=True, stopped=True),
    carried_until=CarriedUntil.END,
    end_source=EndSource.PROGRESS,
)

# The monthly table of OpenCPS, updateDossierStatisticData (wire.md section 9).
OPENCPS_MONTH = Rule(
    name="opencps_month",
    version=1,
    comparing=Comparing(Granularity.SECOND, late_at_due=True),
    supplements=Supplements(credit_answered=False, many_rounds_late=False),
    population=Population(systems=frozenset({0, 1, 2}), new=True, refused=False),
    no_due_date=NoDueDate.ON_TIME,
    waiting=WaitingClock.NEVER_LATE,
    early_ends=EarlyEnds(withdrawn=False, stopped=True),
    carried_until=CarriedUntil.END_OR_RETURN,
    end_source=EndSource.RELEASE,
)

RULES = {rule.name: rule for rule in (PORTAL, OPENCPS_MONTH)}


def portal_rule(granularity: Granularity = Granularity.SECOND) -> Rule:
    """The portal's rule; whether it compares moments or days is not published, so it is set."""
    return replace(PORTAL, comparing=Comparing(granularity, late_at_due=False))
