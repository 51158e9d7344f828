"""The counting rules by name. What a source doesn't publish is a treatment named here as default.

Left out, because no record tells it:

- OpenCPS's month splits "before time" from "on time" by ``extendDate``; both are in time.
- ``td_766`` compares dossiers filed online by their handing over, and puts those without a due
  date into no bucket. The channel (``KenhThucHien``) is not part of a record, so all are judged by
  the counters for every channel.
- ``td_766`` counts a dossier once for each of its payment rows; no record tells these, so its
  weight stays 1.
- The reports of TD lose dossiers whose procedure or agency is missing from TD's own tables; which
  those are, only these tables tell.
- ``td_indicator`` adds ended dossiers without a due date to "in time or paused" by a slip of
  operators, and leaves what ended on the first day out of "carried over"; late counts stay the
  same.
"""

from dataclasses import replace

from models.types import Status
from worker.core.rules.rule import (
    CarriedUntil,
    Comparing,
    Early,
    EarlyEnds,
    EndSource,
    Granularity,
    Halt,
    NoDueDate,
    Population,
    Rule,
    Supplements,
    Waiting,
    Window,
)

# Neither OpenCPS nor TD looks at supplement rounds: they move the due date on resumption instead.
_NO_ROUNDS = Supplements(credit_answered=False, many_rounds_late=False)
_TD_POPULATION = Population(systems=None, new=False, refused=False)
_TD_PAUSES = frozenset({Status.SUPPLEMENT_REQUESTED, Status.PAYMENT_REQUESTED})

# Decision 766/QD-TTg, indicator 2.1, as the portal computes it (wire.md section 5).
PORTAL = Rule(
    name="portal",
    version=1,
    comparing=Comparing(Granularity.SECOND, late_at_due=False),
    supplements=Supplements(credit_answered=True, many_rounds_late=True),
    population=Population(systems=None, new=False, refused=True),
    no_due_date=NoDueDate.STATUTORY_LIMIT,
    waiting=Waiting(Halt.COMPARED),
    early_ends=EarlyEnds(withdrawn=Halt.COMPARED, stopped=Halt.COMPARED),
    window=Window(CarriedUntil.END),
    end_source=EndSource.PROGRESS,
)

# The monthly table of OpenCPS, updateDossierStatisticData (wire.md section 9). A result handed over
# before the due time makes a dossier early, but a late release is looked at last and makes it late.
OPENCPS_MONTH = Rule(
    name="opencps_month",
    version=2,
    comparing=Comparing(Granularity.SECOND, late_at_due=True),
    supplements=_NO_ROUNDS,
    population=Population(systems=frozenset({0, 1, 2}), new=True, refused=False),
    no_due_date=NoDueDate.ON_TIME,
    waiting=Waiting(Halt.WAITS, frozenset({Status.SUPPLEMENT_REQUESTED, Status.NEW})),
    early_ends=EarlyEnds(withdrawn=Halt.ON_TIME, stopped=Halt.COMPARED),
    window=Window(CarriedUntil.END_OR_RETURN),
    end_source=EndSource.RELEASE,
)

# OpenCPS's query over a range of dates, BetimeUtils (wire.md section 9, "other engine"). Known of
# it: the half-day session, and "before time" without a due date. All else is taken to be as in the
# monthly table, so what is late is the same.
OPENCPS_RANGE = replace(
    OPENCPS_MONTH,
    name="opencps_range",
    comparing=Comparing(Granularity.SECOND, late_at_due=True, early=Early.SESSION),
    no_due_date=NoDueDate.EARLY,
)

# TD's BaoCaoTongHop (wire.md section 10). A withdrawn dossier is "on time, sent back": the builder
# per agency keeps it out of "resolved", which makes no difference to what is late.
TD_GENERAL = Rule(
    name="td_general",
    version=1,
    comparing=Comparing(Granularity.DAY, late_at_due=False, early=Early.DAY),
    supplements=_NO_ROUNDS,
    population=_TD_POPULATION,
    no_due_date=NoDueDate.ON_TIME,
    waiting=Waiting(Halt.WAITS, _TD_PAUSES),
    early_ends=EarlyEnds(withdrawn=Halt.ON_TIME, stopped=Halt.WAITS),
    window=Window(CarriedUntil.END),
    end_source=EndSource.HEADER,
)

# TD's QuyetDinh766/TienDoGiaiQuyet (wire.md section 10).
TD_766 = replace(
    TD_GENERAL,
    name="td_766",
    comparing=Comparing(Granularity.DAY, late_at_due=True),
    waiting=Waiting(Halt.LEFT_OUT, _TD_PAUSES),
    early_ends=EarlyEnds(withdrawn=Halt.LEFT_OUT, stopped=Halt.LEFT_OUT),
    window=Window(CarriedUntil.RETURN),
)

# TD's QuyetDinh766/ChiTieuTienDo (wire.md section 10).
TD_INDICATOR = replace(
    TD_GENERAL,
    name="td_indicator",
    no_due_date=NoDueDate.LEFT_OUT,
    waiting=Waiting(Halt.IN_BOTH, _TD_PAUSES),
    early_ends=EarlyEnds(withdrawn=Halt.COMPARED, stopped=Halt.IN_BOTH),
)

RULES = {
    rule.name: rule
    for rule in (PORTAL, OPENCPS_MONTH, OPENCPS_RANGE, TD_GENERAL, TD_766, TD_INDICATOR)
}


def portal_rule(granularity: Granularity = Granularity.SECOND) -> Rule:
    """The portal's rule; whether it compares moments or days is not published, so it is set."""
    return replace(PORTAL, comparing=Comparing(granularity, late_at_due=False))


def looking_ahead(rule: Rule) -> Rule:
    """``rule`` as it counts in a report run before its period is over, up to the period's end.

    TD's reports don't stop at today, and whether the portal does is not published (wire.md 14,
    case 8b). By default every rule judges open dossiers at the as-of instant.
    """
    return replace(rule, window=replace(rule.window, looks_ahead=True))
