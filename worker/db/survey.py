"""A survey: many dossiers read from the store, compared by the core, summed up to an outcome."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from models.source import PublishedCount
from models.types import Period, RunState
from worker.core.bridge import Bridge
from worker.core.compare import Comparison, compare
from worker.core.effects import Effect
from worker.core.flags import flags_of
from worker.core.judged import Rulebook
from worker.core.lineage import counting_units, rolled_up, rolled_up_counts
from worker.core.outcome import Finding, Outcome, Reported
from worker.core.tally import Part, Tally
from worker.db import published, runs
from worker.db.cases import KnownDossier, Scope, Sides
from worker.ports import Progress

SIGN_OF_LIFE = 500


@dataclass(slots=True)
class Survey:
    """What was found; ``undecided`` are the dossiers that were only presumed.

    ``heirs`` says which unit stands for which ended one. Where it is ``kept``, what was found of
    each dossier is in the store, and ``findings`` and ``undecided`` may be left out.
    """

    heirs: Mapping[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    findings: list[Finding] = field(default_factory=list)
    undecided: set[int] = field(default_factory=set)
    kept: bool = False

    @property
    def bridge(self) -> Bridge:
        """The figures of all units."""
        return self.tally.bridge

    @property
    def merged(self) -> set[str]:
        """The ended units that had dossiers that count."""
        return set(self.tally.ended)

    def add(self, known: KnownDossier, part: Part) -> None:
        """Take in a dossier that was compared."""
        self.tally.add(part)
        self.findings += part.findings
        if known.case.presumed:
            self.undecided.add(known.dossier_id)

    def finish(self) -> "Survey":
        """The same with findings in the order of unit, code and kind, and no empty lines."""
        self.findings.sort(key=order_of)
        self.tally.settle()
        return self


def survey(
    dossiers: Iterable[KnownDossier], book: Rulebook, progress: Progress, heirs: Mapping[str, str]
) -> Survey:
    """Compare each dossier and sum up.

    What ended units had is counted where their ``heirs`` stand.
    """
    found = Survey(heirs)
    for done, known in enumerate(dossiers, start=1):
        found.add(known, part_of(known, compared(known, book, heirs), heirs))
        if done % SIGN_OF_LIFE == 0:
            progress(done, None)
    return found.finish()


def compared(known: KnownDossier, book: Rulebook, heirs: Mapping[str, str]) -> Comparison:
    """One dossier compared where its units' heirs stand."""
    return compare(rolled_up(known.case, heirs), book)


def part_of(
    known: KnownDossier,
    comparison: Comparison,
    heirs: Mapping[str, str],
    *,
    in_group: bool = False,
) -> Part:
    """What a dossier adds to a survey: its findings alone where it is counted in a group."""
    findings = tuple(findings_of(known, comparison.effects))
    if in_group:
        return Part(findings=findings)
    counts = comparison.counted or comparison.effects
    ended = counting_units(known.case) & heirs.keys() if counts else ()
    return Part(
        counted=comparison.counted,
        presumed=comparison.presumed,
        received=comparison.received,
        ended=tuple(sorted(ended)),
        findings=findings,
    )


def findings_of(known: KnownDossier, effects: Iterable[Effect]) -> list[Finding]:
    """The effects of one dossier, with its integrity flags."""
    effects = list(effects)
    if not effects:
        return []
    flags = flags_of(known.case.province, known.case.portal, known.revisions)
    return [Finding(known.dossier_id, known.code, each, flags) for each in effects]


def order_of(finding: Finding) -> tuple[str, str, str]:
    """By what findings are sorted."""
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
        prints=found.tally.prints,
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
    figures = published.published_at(session, source_id, period, sides.as_of)
    return {unit: each for unit, each in figures.items() if sides.had_heard(each.observed_at)}


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
    return all(_is_whole(session, each, sides) for each in (sides.province_id, sides.portal_id))


def _is_whole(session: Session, source_id: int, sides: Sides) -> bool:
    begun = runs.last_run(session, source_id, begun_by=sides.as_of)
    run = begun or runs.last_run(session, source_id, begun_by=sides.known_by)
    if run is None or run.state is not RunState.COMPLETE or run.ended_at is None:
        return False
    return begun is None or run.ended_at <= sides.as_of
