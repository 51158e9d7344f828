"""Effects: what leads from one rung of the bridge to the next, dossier by dossier."""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from models.types import Cause, CauseKind
from worker.core.causes import DataCause, Field, data_cause, last_change, rule_cause
from worker.core.evidence import Evidence, evidence_of, rule_evidence
from worker.core.judged import Rulebook, Seen, late_by


class Effect(Struct, frozen=True, kw_only=True, gc=False):
    """One dossier's part in the bridge: a cause, and what it adds to the late count of units."""

    cause: Cause
    kind: CauseKind
    contributions: Mapping[str, int]
    unit: str
    portal_unit: str
    fields: Evidence

    @property
    def contribution(self) -> int:
        """The effect on the province as a whole."""
        return sum(self.contributions.values())


def rule_effect(own: Sequence[Seen], home: Sequence[Seen], book: Rulebook) -> Effect | None:
    """The portal's rule against the province's own, on the province's records."""
    differing = [(a, b) for a, b in zip(own, home, strict=True) if a.late != b.late]
    if not differing:
        return None
    contributions: Counter[str] = Counter()
    for mine, theirs in differing:
        contributions[mine.view.unit] += theirs.late - mine.late
    mine, theirs = differing[0]
    cause = rule_cause(
        book.own, book.portal, lambda rule: late_by(rule, theirs.facts, book) == mine.late
    )
    return Effect(
        cause=cause,
        kind=CauseKind.RULE,
        contributions=_without_zeros(contributions),
        unit=mine.view.unit,
        portal_unit=mine.view.unit,
        fields=rule_evidence((book.own, mine.verdict), (book.portal, theirs.verdict)),
    )


def data_effect(
    home: Sequence[Seen], portal: Sequence[Seen], book: Rulebook, *, elsewhere: bool = False
) -> Effect | None:
    """The portal's record against the province's, by the portal's rule.

    ``elsewhere`` says that line-ministry software handles what the province's system doesn't have.
    """
    contributions = _difference(home, portal)
    if not contributions:
        return None
    found = DataCause(Cause.IN_MINISTRY_SOFTWARE) if elsewhere else _cause(home, portal, book)
    first, other = next(iter(home), None), _at_fault(found, home, portal)
    units = [each.view.unit for each in (first, other) if each is not None]
    return Effect(
        cause=found.cause,
        kind=CauseKind.DATA,
        contributions=contributions,
        unit=units[0],
        portal_unit=units[-1],
        fields=evidence_of(found, first.view if first else None, other.view if other else None),
    )


def _difference(home: Sequence[Seen], portal: Sequence[Seen]) -> dict[str, int]:
    """What the portal's late count has over the province's, unit by unit; empty where equal."""
    difference: Counter[str] = Counter()
    for each in portal:
        difference[each.view.unit] += each.late
    for each in home:
        difference[each.view.unit] -= each.late
    return _without_zeros(difference)


def _without_zeros(counts: Mapping[str, int]) -> dict[str, int]:
    return {unit: count for unit, count in counts.items() if count}


def _answering(home: Sequence[Seen], portal: Sequence[Seen]) -> Seen | None:
    """The portal's record that answers to the province's first one."""
    codes = {each.view.codes[0] for each in home}
    own = (each for each in portal if each.view.codes[0] in codes)
    return next(own, next(iter(portal), None))


def _at_fault(found: DataCause, home: Sequence[Seen], portal: Sequence[Seen]) -> Seen | None:
    """The portal's record that the cause speaks of."""
    answering = _answering(home, portal)
    if found.cause is not Cause.TWO_CODES:
        return answering
    codes = {each.view.codes[0] for each in home}
    return next((each for each in portal if each.view.codes[0] not in codes), answering)


def _cause(home: Sequence[Seen], portal: Sequence[Seen], book: Rulebook) -> DataCause:
    mine, theirs = next(iter(home), None), _answering(home, portal)
    if theirs is None:
        return _unless_in_flight(DataCause(Cause.NOT_ON_PORTAL, (Field.RECEIPT,)), mine, mine, book)
    if mine is None:
        return DataCause(Cause.ONLY_ON_PORTAL)
    several = _several(mine, theirs, home, portal)
    if several is not None:
        return DataCause(several)
    if mine.late == theirs.late:
        return DataCause(Cause.UNIT_DIFFERS)
    found = data_cause(
        mine.facts, theirs.facts, lambda facts: late_by(book.portal, facts, book) == mine.late
    )
    return _unless_in_flight(found, mine, theirs, book)


def _several(
    mine: Seen, theirs: Seen, home: Sequence[Seen], portal: Sequence[Seen]
) -> Cause | None:
    """Whether the difference comes from a second code, or from a record too many."""
    if theirs.view.codes[0] != mine.view.codes[0]:
        return Cause.TWO_CODES
    if len(home) + len(portal) == 2 or _difference([mine], [theirs]):  # noqa: PLR2004 - a pair
        return None
    second_code = any(each.view.codes[0] != mine.view.codes[0] for each in portal)
    return Cause.TWO_CODES if second_code else Cause.DUPLICATE


def _unless_in_flight(
    found: DataCause, mine: Seen | None, theirs: Seen | None, book: Rulebook
) -> DataCause:
    """A change younger than the grace time may still be on its way (domain, IN_FLIGHT)."""
    if mine is None or theirs is None or found.cause is Cause.CLOCK_SHIFT:
        return found
    changed = last_change(mine.facts, theirs.facts, found.fields)
    if changed is None:
        return found
    if book.horizon is not None:
        book.horizon.note_age(changed, changed + book.grace)
    in_flight = book.as_of - book.grace < changed <= book.as_of
    return DataCause(Cause.IN_FLIGHT, found.fields) if in_flight else found
