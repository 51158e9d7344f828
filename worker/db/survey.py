"""A survey: many dossiers read from the store, compared by the core, summed up to an outcome."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session

from models.types import Period, RunState
from worker.core.bridge import Bridge
from worker.core.compare import compare
from worker.core.effects import Effect
from worker.core.flags import flags_of
from worker.core.judged import Rulebook
from worker.core.outcome import Finding, Outcome
from worker.db import published, runs
from worker.db.cases import KnownDossier, Sides
from worker.ports import Progress

_SIGN_OF_LIFE = 500


@dataclass(slots=True)
class Survey:
    """What was found; ``undecided`` are the dossiers that were only presumed."""

    bridge: Bridge = field(default_factory=Bridge)
    findings: list[Finding] = field(default_factory=list)
    undecided: set[int] = field(default_factory=set)


def survey(dossiers: Iterable[KnownDossier], book: Rulebook, progress: Progress) -> Survey:
    """Compare each dossier and sum up; findings in the order of unit, code and kind."""
    found = Survey()
    for done, known in enumerate(dossiers, start=1):
        comparison = compare(known.case, book)
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
    """The survey beside what is published of the period, and whether it rests on whole readings."""
    figures = published.published_at(session, sides.portal_id, period, sides.as_of)
    late = {unit: figure.late for unit, figure in figures.items()}
    whole = late.pop(published.WHOLE, None)
    return Outcome(
        as_of=sides.as_of,
        period=period,
        complete=_is_complete(session, sides),
        bridge=found.bridge,
        findings=found.findings,
        published=late,
        published_whole=_sum(late.values()) if whole is None else whole,
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def _is_complete(session: Session, sides: Sides) -> bool:
    """Whether the last reading of either source proved that nothing was missed."""
    last = [runs.last_run(session, each) for each in (sides.province_id, sides.portal_id)]
    return all(run is not None and run.state is RunState.COMPLETE for run in last)
