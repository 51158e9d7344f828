"""A survey: many dossiers read from the store, compared by the core, summed up to an outcome."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from models.source import PublishedCount
from models.types import Period, RunState
from worker.core.bridge import Bridge
from worker.core.compare import compare
from worker.core.effects import Effect
from worker.core.flags import flags_of
from worker.core.judged import Rulebook
from worker.core.lineage import rolled_up, rolled_up_counts, units_of
from worker.core.outcome import Finding, Outcome, Reported
from worker.db import published, runs
from worker.db.cases import KnownDossier, Scope, Sides
from worker.ports import Progress

_SIGN_OF_LIFE = 500


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


def survey(
    dossiers: Iterable[KnownDossier], book: Rulebook, progress: Progress, heirs: Mapping[str, str]
) -> Survey:
    """Compare each dossier and sum up; findings in the order of unit, code and kind.

    What ended units had is counted where their ``heirs`` stand.
    """
    found = Survey(heirs)
    for done, known in enumerate(dossiers, start=1):
        comparison = compare(rolled_up(known.case, heirs), book)
        if comparison.counted or comparison.effects:
            found.merged |= units_of(known.case) & heirs.keys()
        found.bridge.add(comparison)
        found.findings += findings_of(known, comparison.effects)
        if known.case.presumed:
            found.undecided.add(known.dossier_id)
        if done % _SIGN_OF_LIFE == 0:
            progress(done, None)
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
    """Whether the last reading of either source proved that nothing was missed."""
    last = [runs.last_run(session, each) for each in (sides.province_id, sides.portal_id)]
    return all(run is not None and run.state is RunState.COMPLETE for run in last)
