"""The dossiers behind a bridge of the past, compared again as both sides were known then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from worker.core.alerts.letter import LetterDossier, Sight
from worker.core.alerts.signals import WHOLE
from worker.core.alerts.urgency import by_urgency
from worker.core.judged import Judged, Rulebook, Seen, judged
from worker.core.outcome import Finding
from worker.db.cases import Sides, known_dossiers
from worker.db.letter_parts import MOST_DOSSIERS, Listed, days_late
from worker.db.survey import survey
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """At which sides and by which rules one looks again; ``names`` are the units' by code."""

    sides: Sides
    book: Rulebook
    heirs: Mapping[str, str]
    names: Mapping[str, str]
    progress: Progress


def compared_again(session: Session, by: Looking, unit: str) -> Listed:
    """The dossiers on which the sides disagreed, most urgent first; of one unit or the province."""
    found = survey(known_dossiers(session, by.sides), by.book, by.progress, by.heirs).findings
    wanted = [each for each in found if unit == WHOLE or unit in each.effect.contributions]
    seen = dict(_judged(session, by, {each.dossier_id for each in wanted}))
    told = by_urgency(_dossier(each, seen[each.dossier_id], by, unit) for each in wanted)
    return Listed(told[:MOST_DOSSIERS], max(len(told) - MOST_DOSSIERS, 0))


def _judged(session: Session, by: Looking, ids: set[int]) -> Iterator[tuple[int, Judged]]:
    for known in known_dossiers(session, by.sides, sorted(ids)):
        seen = judged(known.case, by.book)
        portal = () if known.case.presumed else seen.portal
        yield known.dossier_id, Judged(seen.own, seen.home, portal)


def _dossier(finding: Finding, seen: Judged, by: Looking, unit: str) -> LetterDossier:
    effect = finding.effect
    home, there = _sight(seen.own), _sight(seen.portal)
    moved = effect.portal_unit != effect.unit
    own = effect.contribution if unit == WHOLE else effect.contributions[unit]
    return LetterDossier(
        code=finding.code,
        cause=effect.cause,
        contribution=own,
        unit=by.names.get(effect.unit, effect.unit),
        portal_unit=by.names.get(effect.portal_unit, effect.portal_unit) if moved else None,
        province=home,
        portal=there,
        days_late=days_late(by.sides.as_of, home, there),
        flags=finding.flags,
    )


def _sight(seen: tuple[Seen, ...]) -> Sight | None:
    """How one side has it; of two records the first."""
    first = next(iter(seen), None)
    if first is None:
        return None
    return Sight(
        status=first.view.status,
        received_at=first.view.received_at,
        due_at=first.view.due_at,
        ended_at=first.verdict.ends_at,
        late=first.late > 0,
    )
