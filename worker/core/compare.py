"""Comparing one dossier: what each side counts, and the effects that lead from one to the other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.types import Category, Cause, CauseKind, CountView, RecordView
from worker.core.causes import DataCause, Field, data_cause, last_change, rule_cause
from worker.core.course import EndEvent
from worker.core.evidence import Evidence, evidence_of, rule_evidence
from worker.core.facts import Facts, facts_of
from worker.core.rules.judge import Statutes, judge
from worker.core.rules.rule import Rule
from worker.core.verdict import Span, Verdict, category, late_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """By what the two sides are compared: rules, limits, the window and the grace time."""

    own: Rule
    portal: Rule
    end_event: EndEvent
    statutes: Statutes
    span: Span
    as_of: datetime
    grace: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCase:
    """All that is known of one dossier at the as-of instant.

    Usually one record a side; two where a side holds it twice. ``presumed`` says that the portal
    was not asked about it, or not since it changed at home, or that one side can't be read: then
    the portal is taken to know what the province knows.
    """

    province: tuple[RecordView, ...]
    portal: tuple[RecordView, ...]
    presumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
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


@dataclass(frozen=True, slots=True)
class Counted:
    """One record counted in one view of the statistics."""

    view: CountView
    unit: str
    category: Category
    count: int


@dataclass(frozen=True, slots=True)
class Received:
    """A dossier the unit received in the period; whether the portal knows it (indicator 1.4)."""

    unit: str
    on_portal: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome for one dossier; ``presumed`` names a unit for each record not looked up."""

    counted: tuple[Counted, ...]
    effects: tuple[Effect, ...]
    presumed: tuple[str, ...]
    received: Received | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One record as one rule counts it."""

    view: RecordView
    facts: Facts
    verdict: Verdict
    late: int
    category: Category | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A dossier's records on the rungs of the bridge.

    ``own``: the province's by its own rule, ``home``: the same by the portal's rule, ``portal``: the
    portal's by the portal's rule; where the portal is only presumed, that is ``home`` again.
    """

    own: tuple[Seen, ...]
    home: tuple[Seen, ...]
    portal: tuple[Seen, ...]


def judged(case: DossierCase, book: Rulebook) -> Judged:
    """What each rule says of each record of one dossier."""
    own = tuple(_seen(view, None, book.own, book) for view in case.province)
    home = tuple(_seen(view, _partner(view, case), book.portal, book) for view in case.province)
    return Judged(own, home, home if case.presumed else tuple(_seen_on_portal(case, book)))


def compare(case: DossierCase, book: Rulebook) -> Comparison:
    """Count one dossier on every rung of the bridge and name what lies between the rungs."""
    seen = judged(case, book)
    rule = _rule_effect(seen.own, seen.home, book)
    data = None if case.presumed else _data_effect(seen.home, seen.portal, book)
    return Comparison(
        (
            *_counted(CountView.PROVINCE, seen.own),
            *_counted(CountView.PROVINCE_BY_PORTAL_RULE, seen.home),
            *_counted(CountView.PORTAL, seen.portal),
        ),
        tuple(effect for effect in (rule, data) if effect is not None),
        tuple(each.view.unit for each in seen.home if case.presumed and each.category is not None),
    )


def _partner(view: RecordView, case: DossierCase) -> RecordView | None:
    """The portal's record that answers to the province's: by its own code, else whichever."""
    if case.presumed or not case.portal:
        return None
    return next((each for each in case.portal if each.codes[0] == view.codes[0]), case.portal[0])


def _seen_on_portal(case: DossierCase, book: Rulebook) -> list[Seen]:
    partner = next(iter(case.province), None)
    return [_seen(view, partner, book.portal, book) for view in case.portal]


def _seen(view: RecordView, other: RecordView | None, rule: Rule, book: Rulebook) -> Seen:
    facts = facts_of(view, other, book.end_event)
    verdict = judge(rule, facts, book.statutes)
    return Seen(view, facts, verdict, late_count(verdict, book.span), category(verdict, book.span))


def _counted(view: CountView, seen: Sequence[Seen]) -> list[Counted]:
    return [
        Counted(view, each.view.unit, each.category, each.verdict.weight)
        for each in seen
        if each.category is not None
    ]


def _late_by(rule: Rule, facts: Facts, book: Rulebook) -> int:
    return late_count(judge(rule, facts, book.statutes), book.span)


def _rule_effect(own: Sequence[Seen], home: Sequence[Seen], book: Rulebook) -> Effect | None:
    """The portal's rule against the province's own, on the province's records."""
    differing = [(a, b) for a, b in zip(own, home, strict=True) if a.late != b.late]
    if not differing:
        return None
    contributions: Counter[str] = Counter()
    for mine, theirs in differing:
        contributions[mine.view.unit] += theirs.late - mine.late
    mine, theirs = differing[0]
    cause = rule_cause(
        book.own, book.portal, lambda rule: _late_by(rule, theirs.facts, book) == mine.late
    )
    return Effect(
        cause=cause,
        kind=CauseKind.RULE,
        contributions=_without_zeros(contributions),
        unit=mine.view.unit,
        portal_unit=mine.view.unit,
        fields=rule_evidence((book.own, mine.verdict), (book.portal, theirs.verdict)),
    )


def _data_effect(home: Sequence[Seen], portal: Sequence[Seen], book: Rulebook) -> Effect | None:
    """The portal's record against the province's, by the portal's rule."""
    contributions = _difference(home, portal)
    if not contributions:
        return None
    found = _cause(home, portal, book)
    first, other = next(iter(home), None), _answering(home, portal)
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
        mine.facts, theirs.facts, lambda facts: _late_by(book.portal, facts, book) == mine.late
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
    if changed is None or not book.as_of - book.grace < changed <= book.as_of:
        return found
    return DataCause(Cause.IN_FLIGHT, found.fields)
