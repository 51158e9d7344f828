"""Explain: why a unit or a dossier counts differently on the two sides. Reads, writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from models.dossier import LookupAnswer
from models.reconciliation import Discrepancy
from models.resend import ResendItem, ResendRequest
from models.types import Period
from worker.core.compare import compare
from worker.core.explanation import Told, dossier_told, most_urgent_first, unit_told
from worker.core.flags import flags_of
from worker.core.judged import Rulebook
from worker.core.lineage import counting_day, predecessors_of, rolled_up
from worker.core.outcome import finding_item, report_of
from worker.core.units import UnitDirectory
from worker.db import discrepancies, resends, trail
from worker.db.cases import KnownDossier, Sides, known_dossiers
from worker.db.sources import identity, source_names
from worker.db.survey import findings_of, outcome_of, survey
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain:
    """What an explanation rests on: which sources, which instant, which period, which rules."""

    engine: Engine
    sides: Sides
    period: Period
    rulebook: Rulebook
    directory: UnitDirectory
    progress: Progress

    @property
    def heirs(self) -> Mapping[str, str]:
        """Which unit stands for which ended one in what is explained."""
        return self.directory.heirs_on(counting_day(self.sides.as_of, self.period))


def explain_unit(task: Explain, unit: str | None) -> Told:
    """The bridge of a unit, or of the whole province, with every dossier behind it.

    An ended unit is explained as part of its heir.
    """
    heirs = task.heirs
    unit = heirs.get(unit, unit) if unit else None
    with Session(task.engine) as session:
        dossiers = _dossiers(session, task, unit)
        found = survey(dossiers, task.rulebook, task.progress, heirs)
        outcome = outcome_of(session, task.sides, task.period, found)
    report = report_of(outcome, task.directory, unit)
    items = most_urgent_first(report.pop("discrepancies"), unit)
    return unit_told(report) | {"dossiers": items}


def _dossiers(session: Session, task: Explain, unit: str | None) -> Iterator[KnownDossier]:
    among: set[int] | None = None
    if unit is not None:
        codes = (unit, *predecessors_of(unit, task.heirs))
        among = {key for code in codes for key in trail.of_unit(session, task.sides, code)}
    return known_dossiers(session, task.sides, among=None if among is None else sorted(among))


def explain_dossier(task: Explain, dossier_id: int) -> Told:
    """Both sides of one dossier, the verdicts, the effects, and what became of them."""
    with Session(task.engine) as session:
        (known,) = known_dossiers(session, task.sides, among=[dossier_id])
        comparison = compare(rolled_up(known.case, task.heirs), task.rulebook)
        told = dossier_told(known.case, task.rulebook, comparison.effects, known.ministry)
        flags = flags_of(known.case.province, known.case.portal, known.revisions)
        codes = trail.codes_of(session, dossier_id)
        return {
            "dossier": known.code or codes[0],
            "codes": codes,
            "as_of": task.sides.as_of,
            "period": {"from": task.period.first, "to": task.period.last},
            **told,
            "effects": [finding_item(each) for each in findings_of(known, comparison.effects)],
            "flags": [flag.value for flag in flags],
            "known": _known(session, task.sides, dossier_id),
            "asked": [_answer(each) for each in trail.answers_of(session, dossier_id)],
            "discrepancies": [
                _life(session, row) for row in discrepancies.of_dossier(session, dossier_id)
            ],
            "resends": [_resend(*each) for each in resends.of_dossier(session, dossier_id)],
        }


def _known(session: Session, sides: Sides, dossier_id: int) -> list[Told]:
    names = dict.fromkeys(sides.elsewhere_ids, "ministry")
    names |= {sides.province_id: "province", sides.portal_id: "portal"}
    return [
        {
            "side": names[each.source_id],
            "external_id": each.external_id,
            "first_at": each.first_at,
            "current_at": each.current_at,
            "gone_at": each.gone_at,
        }
        for each in trail.known_since(session, dossier_id)
        if each.source_id in names
    ]


def _answer(answer: LookupAnswer) -> Told:
    return {
        "code": answer.code,
        "found": answer.found,
        "since": answer.since,
        "asked_at": answer.asked_at,
        "run": answer.run_id,
    }


def _resend(request: ResendRequest, item: ResendItem) -> Told:
    """A time the dossier was to be sent again, and what came of it."""
    return {
        "request": request.id,
        "state": request.state.value,
        "sent_at": item.sent_at,
        "answer": item.answer and item.answer.value,
        "words": item.words,
        "looked_at": item.looked_at,
        "result": item.result and item.result.value,
        "ground": item.ground and item.ground.value,
    }


def _life(session: Session, row: Discrepancy) -> Told:
    names = source_names(session)
    steps = discrepancies.changes_of(session, identity(row.id))
    return {
        "id": row.id,
        "sources": [names[row.province_source_id], names[row.portal_source_id]],
        "cause": row.cause.value,
        "kind": row.kind.value,
        "state": row.state.value,
        "opened_at": row.opened_at,
        "last_seen_at": row.last_seen_at,
        "closed_at": row.closed_at,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by,
        "note": row.note,
        "steps": [
            {
                "at": step.at,
                "step": step.step.value,
                "cause": step.cause.value,
                "unit": step.unit,
                "portal_unit": step.portal_unit,
            }
            for step in steps
        ],
    }
