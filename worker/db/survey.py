"""A survey: many dossiers read from the store, compared by the core, summed up to an outcome."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from models.source import PublishedCount
from models.types import CountView, Period, RunState
from worker.core.bridge import Bridge
from worker.core.compare import compare
from worker.core.effects import Effect
from worker.core.flags import flags_of
from worker.core.judged import Rulebook
from worker.core.lineage import counting_units, rolled_up, rolled_up_counts
from worker.core.outcome import Finding, Outcome, Reported
from worker.db import pair_counts, pair_history, published, runs
from worker.db.cases import KnownDossier, Scope, Sides, known_dossiers
from worker.db.pair_counts import Group
from worker.ports import Progress

_SIGN_OF_LIFE = 500
# Beyond this, taking dossiers out of a sum one by one costs more than counting all anew.
_TOO_MANY_TO_TAKE_OUT = 50_000


@dataclass(slots=True)
class Survey:
    """What was found; ``undecided`` are the dossiers that were only presumed.

    ``heirs`` says which unit stands for which ended one, ``merged`` which of those had dossiers
    that count.
    """

    heirs: Mapping[str, str] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    bridge: Bridge = field(default_factory=Bridge)
    findings: list[Finding] = field(default_factory=list)
    undecided: set[int] = field(default_factory=set)

    def add(self, known: KnownDossier, book: Rulebook, *, counted: bool = False) -> None:
        """Compare one dossier; only its effects are new where it is ``counted`` already."""
        comparison = compare(rolled_up(known.case, self.heirs), book)
        if comparison.counted or comparison.effects:
            self.merged |= counting_units(known.case) & self.heirs.keys()
        if counted:
            self.bridge.add_effects(comparison.effects)
        else:
            self.bridge.add(comparison)
        self.findings += findings_of(known, comparison.effects)
        if known.case.presumed:
            self.undecided.add(known.dossier_id)

    def add_group(self, group: Group) -> None:
        """Take in what the store has counted."""
        units = [self.heirs.get(unit or "", unit) for unit in group.units]
        if any(group.categories):
            self.merged |= set(filter(None, group.units)) & self.heirs.keys()
        for view, unit, where, weight in zip(
            CountView, units, group.categories, group.weights, strict=True
        ):
            if unit is not None and where is not None:
                self.bridge.count(unit, view, where, group.count * weight)
        home, _, other = units
        if group.presumed and other is not None and group.categories[-1] is not None:
            self.bridge.presume(other, group.count)
        if group.received and home is not None:
            known = group.presumed or other is not None
            self.bridge.receive(home, group.count, on_portal=known)


def survey(
    dossiers: Iterable[KnownDossier], book: Rulebook, progress: Progress, heirs: Mapping[str, str]
) -> Survey:
    """Compare each dossier and sum up; findings in the order of unit, code and kind.

    What ended units had is counted where their ``heirs`` stand.
    """
    found = Survey(heirs)
    for done, known in enumerate(dossiers, start=1):
        found.add(known, book)
        if done % _SIGN_OF_LIFE == 0:
            progress(done, None)
    found.findings.sort(key=_order)
    return found


def survey_pair(
    session: Session, sides: Sides, book: Rulebook, progress: Progress, heirs: Mapping[str, str]
) -> Survey:
    """The same, counted inside the store where the pair's verdicts are up to date.

    Only what counts differently travels here to be explained, what is held twice or elsewhere, and
    at a past as-of instant what was known otherwise then.
    """
    then = pair_history.known_otherwise(session, sides)
    if len(then) > _TOO_MANY_TO_TAKE_OUT:
        return survey(known_dossiers(session, sides), book, progress, heirs)
    found = Survey(heirs)
    totals: Counter[pair_counts.Group] = Counter()
    for group in pair_counts.groups(session, sides, book.span, sorted(then)):
        totals[replace(group, count=0)] += group.count
    for group, count in totals.items():
        if count:
            found.add_group(replace(group, count=count))
    by_themselves = pair_counts.entangled(session, sides) | then
    differing = pair_counts.to_compare(session, sides, book.span)
    compared = sorted(by_themselves | differing)
    for done, known in enumerate(known_dossiers(session, sides, compared), start=1):
        found.add(known, book, counted=known.dossier_id not in by_themselves)
        if done % _SIGN_OF_LIFE == 0:
            progress(done, len(compared))
    found.findings.sort(key=_order)
    return found


def findings_of(known: KnownDossier, effects: Iterable[Effect]) -> list[Finding]:
    """The effects of one dossier, with its integrity flags."""
    effects = list(effects)
    if not effects:
        return []
    flags = flags_of(known.case.province, known.case.portal, known.revisions)
    return [Finding(known.dossier_id, known.code, each, flags) for each in effects]


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.effect.unit, finding.code, finding.effect.kind.value


def outcome_of(session: Session, sides: Sides, period: Period, found: Survey) -> Outcome:
    """The survey beside what is published of the period, and whether it rests on whole readings.

    Published counts are of all dossiers: a comparison of some of them has none.
    """
    figures = _figures(session, sides, sides.portal_id, period)
    late = rolled_up_counts({unit: each.late for unit, each in figures.items()}, found.heirs)
    whole = late.pop(published.WHOLE, None)
    home = _figures(session, sides, sides.province_id, period)
    reported = _reported(home, found.heirs)
    whole_home = reported.pop(published.WHOLE, None)
    return Outcome(
        as_of=sides.as_of,
        period=period,
        complete=_is_complete(session, sides),
        bridge=found.bridge,
        findings=found.findings,
        heirs=found.heirs,
        merged=found.merged | {unit for unit in (*figures, *home) if unit in found.heirs},
        published=late,
        published_whole=_sum(late.values()) if whole is None else whole,
        reported=reported,
        reported_whole=_total(reported.values()) if whole_home is None else whole_home,
    )


def _figures(
    session: Session, sides: Sides, source_id: int, period: Period
) -> dict[str, PublishedCount]:
    if sides.scope is not Scope.EVERYTHING:
        return {}
    return published.published_at(session, source_id, period, sides.as_of)


def _reported(
    figures: Mapping[str, PublishedCount], heirs: Mapping[str, str]
) -> dict[str, Reported]:
    late = rolled_up_counts({unit: each.late for unit, each in figures.items()}, heirs)
    resolved = {unit: each.resolved_late for unit, each in figures.items()}
    resolved_late = rolled_up_counts(resolved, heirs)
    return {unit: Reported(count, resolved_late[unit]) for unit, count in late.items()}


def _total(reported: Collection[Reported]) -> Reported:
    return Reported(
        _sum(each.late for each in reported), _sum(each.resolved_late for each in reported)
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def _is_complete(session: Session, sides: Sides) -> bool:
    """Whether the last reading of either source by the as-of instant proved to miss nothing.

    One that ended later was still going on. Before the first reading there is what it brought.
    """
    return all(
        _is_whole(session, each, sides.as_of) for each in (sides.province_id, sides.portal_id)
    )


def _is_whole(session: Session, source_id: int, as_of: datetime) -> bool:
    begun = runs.last_run(session, source_id, begun_by=as_of)
    run = begun or runs.last_run(session, source_id)
    if run is None or run.state is not RunState.COMPLETE or run.ended_at is None:
        return False
    return begun is None or run.ended_at <= as_of
