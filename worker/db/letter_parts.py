"""What a letter says of a unit, read from the store."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, case, col, func, or_, select

from models.dossier import RecordVerdict
from models.reconciliation import BridgeStep, Discrepancy, Reconciliation, SyncHealth
from models.source import Quarantine, Source
from models.types import (
    Category,
    Cause,
    CauseKind,
    CountView,
    DiscrepancyState,
    Flag,
    RunState,
)
from worker.core.alerts.letter import (
    LetterDossier,
    LetterFigures,
    LetterStep,
    Sight,
    SourceAge,
)
from worker.core.alerts.signals import WHOLE
from worker.core.alerts.urgency import by_urgency
from worker.core.times import local_day
from worker.db import alert_signals, runs, stored
from worker.db.sources import identity
from worker.db.stored import StoredRecord
from worker.db.views import chunks

# More than anybody reads in one mail; the store has them all.
MOST_DOSSIERS = 2000

_Line = Mapping[tuple[CountView, Category], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A reconciliation's figures, read once for all letters of an evaluation."""

    row: Reconciliation
    counts: Mapping[str, _Line]
    published: Mapping[str, int]
    presumed: Mapping[str, int]
    steps: Mapping[str, Counter[Cause]]

    def figures(self, unit: str, previous_difference: int | None) -> LetterFigures:
        """A unit's late counts on every rung; of the whole province the sums."""
        lines = list(self.counts.values()) if unit == WHOLE else [self.counts.get(unit, {})]
        late = {
            view: sum(alert_signals.late_in(each, view) for each in lines) for view in CountView
        }
        whole = sum(self.published.values()) if self.published else None
        told = whole if unit == WHOLE else self.published.get(unit)
        return LetterFigures(
            late_province=late[CountView.PROVINCE],
            late_by_portal_rule=late[CountView.PROVINCE_BY_PORTAL_RULE],
            late_portal=late[CountView.PORTAL],
            published=told,
            unexplained=None if told is None else told - late[CountView.PORTAL],
            presumed=self.presumed.get(unit, 0),
            previous_difference=previous_difference,
        )

    def bridge(self, unit: str) -> tuple[LetterStep, ...]:
        """The steps of a unit's bridge in the order of the causes."""
        sums: Counter[Cause] = Counter()
        for each in self.steps.values() if unit == WHOLE else [self.steps.get(unit, Counter())]:
            sums.update(each)
        return tuple(LetterStep(cause, sums[cause]) for cause in Cause if sums[cause])


def ledger(session: Session, row: Reconciliation, heirs: Mapping[str, str]) -> Ledger:
    """The figures of a reconciliation."""
    key = identity(row.id)
    steps: dict[str, Counter[Cause]] = {}
    for step in session.exec(select(BridgeStep).where(BridgeStep.reconciliation_id == key)):
        steps.setdefault(step.unit, Counter())[step.cause] += step.count
    measured = session.exec(select(SyncHealth).where(SyncHealth.reconciliation_id == key))
    return Ledger(
        row=row,
        counts=alert_signals.late_counts(session, key),
        published=alert_signals.published_late(session, row, heirs),
        presumed={each.unit: each.presumed for each in measured},
        steps=steps,
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """The dossiers of a letter, and how many more there are."""

    dossiers: tuple[LetterDossier, ...]
    left_out: int


def dossiers(session: Session, row: Reconciliation, unit: str, names: Mapping[str, str]) -> Listed:
    """The dossiers behind a unit's bridge as the reconciliation found them, most urgent first."""
    conditions = _found_by(row)
    if unit != WHOLE:
        conditions.append(or_(col(Discrepancy.unit) == unit, col(Discrepancy.portal_unit) == unit))
    total = session.exec(select(func.count()).select_from(Discrepancy).where(*conditions)).one()
    of_data = case((col(Discrepancy.kind) == CauseKind.DATA, 0), else_=1)
    ordered = (of_data, col(Discrepancy.contribution).desc(), col(Discrepancy.code))
    query = select(Discrepancy).where(*conditions).order_by(*ordered).limit(MOST_DOSSIERS)
    rows = session.exec(query).all()
    sights = _sights(session, row, sorted({each.dossier_id for each in rows}))
    found = [_dossier(each, unit, sights, row, names) for each in rows]
    return Listed(by_urgency(found), total - len(rows))


def _found_by(row: Reconciliation) -> list[ColumnElement[bool]]:
    """Open discrepancies that this reconciliation was the last to see."""
    return [
        col(Discrepancy.province_source_id) == row.province_source_id,
        col(Discrepancy.portal_source_id) == row.portal_source_id,
        col(Discrepancy.state) == DiscrepancyState.OPEN,
        col(Discrepancy.reconciliation_id) == row.id,
    ]


def are_kept(session: Session, row: Reconciliation) -> bool:
    """Whether the dossiers kept of a reconciliation still make up its bridge, cause by cause.

    They don't where it was made by hand or of the past, nor once a later one saw them again.
    """
    query = select(Discrepancy.cause, func.sum(Discrepancy.contribution)).where(*_found_by(row))
    kept = dict(session.exec(query.group_by(col(Discrepancy.cause))).all())
    steps = select(BridgeStep.cause, func.sum(BridgeStep.count)).where(
        BridgeStep.reconciliation_id == row.id
    )
    told = dict(session.exec(steps.group_by(col(BridgeStep.cause))).all())
    # What one unit gains and another loses adds up to nothing, with dossiers and without.
    if not told.keys() <= kept.keys():
        return False
    return all(count == told.get(cause, 0) for cause, count in kept.items())


_Sights = Mapping[tuple[int, int], Sight]


def _dossier(
    each: Discrepancy,
    unit: str,
    sights: _Sights,
    row: Reconciliation,
    names: Mapping[str, str],
) -> LetterDossier:
    home = sights.get((each.dossier_id, row.province_source_id))
    there = sights.get((each.dossier_id, row.portal_source_id))
    moved = each.portal_unit != each.unit
    return LetterDossier(
        code=each.code,
        cause=each.cause,
        contribution=each.contribution if unit == WHOLE else each.contributions.get(unit, 0),
        unit=names.get(each.unit, each.unit),
        portal_unit=names.get(each.portal_unit, each.portal_unit) if moved else None,
        province=home,
        portal=there,
        days_late=days_late(row.as_of, home, there),
        since=each.opened_at,
        flags=tuple(Flag(flag) for flag in each.flags),
    )


def days_late(as_of: datetime, *sights: Sight | None) -> int | None:
    """Calendar days from the due date to the end on the side that tells one, else until now."""
    told = next((each for each in sights if each is not None and each.due_at is not None), None)
    if told is None or told.due_at is None:
        return None
    return max((local_day(told.ended_at or as_of) - local_day(told.due_at)).days, 0)


def _sights(session: Session, row: Reconciliation, ids: Sequence[int]) -> _Sights:
    """How each side has each dossier, by its own rule."""
    sides = (row.province_source_id, row.portal_source_id)
    records = stored.records(session, sides, ids)
    rules = {source: session.get_one(Source, source).rule for source in sides}
    verdicts = {
        (each.record_id, each.rule): each
        for chunk in chunks([each.id for each in records])
        for each in session.exec(
            select(RecordVerdict).where(col(RecordVerdict.record_id).in_(chunk))
        )
    }
    return {
        (each.dossier_id, each.source_id): _sight(
            each, verdicts.get((each.id, rules[each.source_id])), row.as_of
        )
        for each in records
        if each.gone_at is None
    }


def _sight(record: StoredRecord, verdict: RecordVerdict | None, as_of: datetime) -> Sight:
    late_from = verdict.late_from if verdict else None
    return Sight(
        status=record.view.status,
        received_at=record.view.received_at,
        due_at=record.view.due_at,
        ended_at=verdict.ends_at if verdict else None,
        late=late_from is not None and late_from <= as_of,
    )


def ages(session: Session, source_ids: Sequence[int]) -> tuple[SourceAge, ...]:
    """Up to when each source is known."""
    found = []
    for source_id in source_ids:
        source = session.get_one(Source, source_id)
        last = runs.last_run(session, source_id, RunState.COMPLETE)
        read_at = last.ended_at if last else None
        found.append(SourceAge(source=source.name, side=source.side, read_at=read_at))
    return tuple(found)


def quarantined(session: Session) -> int:
    """How many records nobody can read yet."""
    query = select(func.count()).where(col(Quarantine.solved_at).is_(None))
    return session.exec(query).one()
