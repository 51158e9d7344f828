"""What it would take to reach a share of dossiers on time, as the portal counts it.

Three things move that share, and each is counted by itself: discrepancies that a re-send corrects,
dossiers in time that become late unless they end before, and further dossiers that end on time.
Nothing is estimated; a target that can't be reached by correcting is said to be so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from math import ceil, floor

from models.types import Cause, Period
from worker.core.remedy import Remedy, remedy_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit stands on the portal: ``late`` of ``counted`` dossiers, resolved and open."""

    counted: int
    late: int

    @property
    def on_time_share(self) -> Fraction | None:
        """The share counted as on time or in time; None where no dossier is counted."""
        return Fraction(self.counted - self.late, self.counted) if self.counted else None

    def most_late(self, target: Fraction) -> int:
        """How many may be late for the share on time to be ``target`` or more."""
        return floor(self.counted * (1 - target))

    def excess(self, target: Fraction) -> int:
        """How many late dossiers are too many for ``target``."""
        return max(0, self.late - self.most_late(target))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An open discrepancy of data: what correcting it takes off the unit's late count.

    ``contribution`` is what it adds to that count now: -1 for a dossier that is late in truth and
    that the portal does not show so. ``needs_look``: a person has to look first, because it was
    sent again in vain or its times look as if made to fit.
    """

    code: str
    cause: Cause
    contribution: int
    opened_at: datetime
    needs_look: bool = False

    @property
    def remedy(self) -> Remedy:
        """The step that mends it."""
        remedy = remedy_of(self.cause)
        return Remedy.CHECK if self.needs_look and remedy is Remedy.RESEND else remedy

    def applied(self, standing: Standing) -> Standing:
        """How things stand once both sides agree; what never arrived is counted from then on."""
        arrives = self.cause is Cause.NOT_ON_PORTAL
        return Standing(standing.counted + arrives, standing.late - self.contribution)


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """A dossier in time that counts as late from ``late_from`` on, unless it ends before."""

    late_from: datetime
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """What it would take for one unit, or for the province.

    ``resends`` are the fewest re-sends that reach ``target``, the oldest discrepancies first, or
    all that help where they do not suffice; ``after`` is how things stand then. ``truthful`` is the
    standing once every re-send is done, also the ``revealed`` ones that show a dossier as late.
    ``others`` are helpful corrections that a re-send does not make. ``untouched`` is the standing
    at the period's end if nobody does anything: all of ``deadlines`` late. ``to_finish`` are those
    of them that have to end in time, the soonest first, for the target to hold once ``resends``
    are done. ``further`` is how many more dossiers on time would make up for what is left; None
    where no number does.
    """

    target: Fraction
    now: Standing
    resends: tuple[Correction, ...]
    after: Standing
    truthful: Standing
    revealed: int
    others: Mapping[Remedy, int] = field(default_factory=dict)
    deadlines: tuple[Deadline, ...] = ()
    untouched: Standing
    to_finish: tuple[Deadline, ...] = ()
    further: int | None = 0

    @property
    def is_met(self) -> bool:
        """Whether the target is reached as things stand."""
        return self.now.excess(self.target) == 0

    @property
    def is_reached(self) -> bool:
        """Whether the re-sends named alone reach it."""
        return self.after.excess(self.target) == 0


WHOLE = ""  # the province among units


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvements:
    """By unit, and for the province (``WHOLE``), what it would take; as of one reconciliation."""

    as_of: datetime
    period: Period
    complete: bool
    units: Mapping[str, Improvement]


def improvement(
    now: Standing,
    target: Fraction,
    corrections: Iterable[Correction],
    deadlines: Iterable[Deadline],
) -> Improvement:
    """What it would take to have ``target`` (0 to 1) of the counted dossiers on time.

    Args:
        now: The standing on the portal by our recount.
        target: The share wanted, such as 9/10.
        corrections: The open discrepancies of data that touch the unit's late count.
        deadlines: What becomes late by the period's end.
    """
    listed = sorted(corrections, key=lambda each: (each.opened_at, each.code))
    resendable = [each for each in listed if each.remedy is Remedy.RESEND]
    helpful = [each for each in resendable if each.contribution > 0]
    chosen, after = _fewest(now, target, helpful)
    due = tuple(sorted(deadlines))
    return Improvement(
        target=target,
        now=now,
        resends=chosen,
        after=after,
        truthful=_applied(now, resendable),
        revealed=sum(each.contribution < 0 for each in resendable),
        others=Counter(
            each.remedy
            for each in listed
            if each.contribution > 0 and each.remedy is not Remedy.RESEND
        ),
        deadlines=due,
        untouched=Standing(now.counted, now.late + len(due)),
        to_finish=_to_finish(after, target, due),
        further=_further(after, target),
    )


def _fewest(
    now: Standing, target: Fraction, helpful: Sequence[Correction]
) -> tuple[tuple[Correction, ...], Standing]:
    standing, chosen = now, []
    for each in helpful:
        if standing.excess(target) == 0:
            break
        standing = each.applied(standing)
        chosen.append(each)
    return tuple(chosen), standing


def _applied(now: Standing, corrections: Iterable[Correction]) -> Standing:
    for each in corrections:
        now = each.applied(now)
    return now


def _to_finish(after: Standing, target: Fraction, due: Sequence[Deadline]) -> tuple[Deadline, ...]:
    """All but so many as may still become late; those that may are the last to turn."""
    bearable = max(0, after.most_late(target) - after.late)
    return tuple(due[: max(0, len(due) - bearable)])


def _further(standing: Standing, target: Fraction) -> int | None:
    """The least n with (on time + n) / (counted + n) of ``target`` or more."""
    if standing.excess(target) == 0:
        return 0
    if target == 1:
        return None
    return max(0, ceil(Fraction(standing.late) / (1 - target)) - standing.counted)
