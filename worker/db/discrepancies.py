"""The life of discrepancies: they open, live, change, close and reopen."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, func, select, update

from models.reconciliation import Discrepancy, DiscrepancyChange
from models.types import Cause, CauseKind, DiscrepancyState, DiscrepancyStep, EventKind
from worker.core.outcome import Finding
from worker.db import events
from worker.db.sources import identity


@dataclass(frozen=True, slots=True)
class Pair:
    """The pair of sources that disagree, and the reconciliation that says so."""

    province_id: int
    portal_id: int
    reconciliation_id: int
    at: datetime


def open_dossiers(session: Session, home_ids: Collection[int], portal_id: int) -> frozenset[int]:
    """Dossiers with an open data discrepancy between sources at home and the portal."""
    query = select(Discrepancy.dossier_id).where(
        col(Discrepancy.province_source_id).in_(home_ids),
        Discrepancy.portal_source_id == portal_id,
        Discrepancy.kind == CauseKind.DATA,
        Discrepancy.state == DiscrepancyState.OPEN,
    )
    return frozenset(session.exec(query))


def open_in(session: Session, pair: Pair) -> list[int]:
    """Dossiers with an open discrepancy of any kind between the two sources."""
    query = select(Discrepancy.dossier_id).where(
        Discrepancy.province_source_id == pair.province_id,
        Discrepancy.portal_source_id == pair.portal_id,
        Discrepancy.state == DiscrepancyState.OPEN,
    )
    return sorted(set(session.exec(query)))


def live_on(
    session: Session, pair: Pair, findings: Sequence[Finding], undecided: set[int]
) -> dict[DiscrepancyStep, int]:
    """Let discrepancies open, change, close and reopen by what a complete reconciliation found.

    Dossiers in ``undecided`` were only presumed this time: nothing is said about what the portal
    has of them. Returns how many took each step.
    """
    known = _known(session, pair)
    found = {
        (finding.dossier_id, finding.effect.kind): finding
        for finding in findings
        if finding.effect.kind is CauseKind.RULE or finding.dossier_id not in undecided
    }
    taken = [(_met(pair, known.get(key), finding)) for key, finding in found.items()]
    taken += [
        _closed(pair, row)
        for key, row in known.items()
        if key not in found and key[0] not in undecided and row.state is DiscrepancyState.OPEN
    ]
    session.add_all(row for row, _ in taken)
    session.flush()
    steps = [(row, step) for row, step in taken if step is not None]
    _note(session, pair, steps)
    return dict(Counter(step for _, step in steps))


def move(session: Session, dossier: int, into: int) -> None:
    """Let discrepancies of a dossier that turned out to be another live on as that one's.

    Where the other has its own of that kind between the same sources, that one lives on alone: the
    next complete reconciliation finds nothing under ``dossier`` any more, and closes the rest.
    """
    own = aliased(Discrepancy)
    taken = exists().where(
        col(own.dossier_id) == into,
        col(own.province_source_id) == col(Discrepancy.province_source_id),
        col(own.portal_source_id) == col(Discrepancy.portal_source_id),
        col(own.kind) == col(Discrepancy.kind),
    )
    session.exec(
        update(Discrepancy)
        .where(col(Discrepancy.dossier_id) == dossier, ~taken)
        .values(dossier_id=into)
        .execution_options(synchronize_session="fetch")
    )


def _known(session: Session, pair: Pair) -> dict[tuple[int, CauseKind], Discrepancy]:
    query = select(Discrepancy).where(
        Discrepancy.province_source_id == pair.province_id,
        Discrepancy.portal_source_id == pair.portal_id,
    )
    return {(row.dossier_id, row.kind): row for row in session.exec(query)}


def _met(
    pair: Pair, row: Discrepancy | None, finding: Finding
) -> tuple[Discrepancy, DiscrepancyStep | None]:
    if row is None:
        return _opened(pair, finding), DiscrepancyStep.OPENED
    step = None
    if row.state is DiscrepancyState.CLOSED:
        step = DiscrepancyStep.REOPENED
        row.state, row.closed_at = DiscrepancyState.OPEN, None
    elif (row.cause, row.unit, row.portal_unit) != _attributes(finding):
        step = DiscrepancyStep.CHANGED
    _describe(row, pair, finding)
    return row, step


def _opened(pair: Pair, finding: Finding) -> Discrepancy:
    effect = finding.effect
    row = Discrepancy(
        dossier_id=finding.dossier_id,
        province_source_id=pair.province_id,
        portal_source_id=pair.portal_id,
        kind=effect.kind,
        code=finding.code,
        cause=effect.cause,
        unit=effect.unit,
        portal_unit=effect.portal_unit,
        contribution=effect.contribution,
        state=DiscrepancyState.OPEN,
        opened_at=pair.at,
        last_seen_at=pair.at,
        reconciliation_id=pair.reconciliation_id,
    )
    _describe(row, pair, finding)
    return row


def _describe(row: Discrepancy, pair: Pair, finding: Finding) -> None:
    effect = finding.effect
    row.cause, row.unit, row.portal_unit = _attributes(finding)
    row.code = finding.code
    row.contribution = effect.contribution
    row.contributions = dict(effect.contributions)
    row.fields = {name: dict(sides) for name, sides in effect.fields.items()}
    row.flags = [flag.value for flag in finding.flags]
    row.last_seen_at = pair.at
    row.reconciliation_id = pair.reconciliation_id


def _attributes(finding: Finding) -> tuple[Cause, str, str]:
    return finding.effect.cause, finding.effect.unit, finding.effect.portal_unit


def _closed(pair: Pair, row: Discrepancy) -> tuple[Discrepancy, DiscrepancyStep]:
    row.state, row.closed_at = DiscrepancyState.CLOSED, pair.at
    return row, DiscrepancyStep.CLOSED


_EVENTS = {
    DiscrepancyStep.OPENED: EventKind.DISCREPANCY_OPENED,
    DiscrepancyStep.REOPENED: EventKind.DISCREPANCY_OPENED,
    DiscrepancyStep.CLOSED: EventKind.DISCREPANCY_CLOSED,
}


def _note(
    session: Session, pair: Pair, steps: Sequence[tuple[Discrepancy, DiscrepancyStep]]
) -> None:
    """Write down each step, and tell the rest of the journey of openings and closings."""
    for row, step in steps:
        session.add(
            DiscrepancyChange(
                discrepancy_id=identity(row.id),
                at=pair.at,
                step=step,
                cause=row.cause,
                unit=row.unit,
                portal_unit=row.portal_unit,
            )
        )
        if step in _EVENTS:
            events.append(session, _EVENTS[step], {"discrepancy": row.id}, pair.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which discrepancies to list; None does not limit."""

    unit: str | None = None
    cause: str | None = None
    state: DiscrepancyState | None = None
    limit: int | None = None


def list_rows(session: Session, wanted: Wanted) -> tuple[int, list[Discrepancy]]:
    """How many there are, and the first of them: open before closed, newest first."""
    query = select(Discrepancy)
    if wanted.unit is not None:
        here = (col(Discrepancy.unit) == wanted.unit) | (
            col(Discrepancy.portal_unit) == wanted.unit
        )
        query = query.where(here)
    if wanted.cause is not None:
        query = query.where(Discrepancy.cause == wanted.cause)
    if wanted.state is not None:
        query = query.where(Discrepancy.state == wanted.state)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    ordered = query.order_by(
        col(Discrepancy.state).desc(), col(Discrepancy.opened_at).desc(), col(Discrepancy.id)
    )
    return total, list(session.exec(ordered.limit(wanted.limit)))


def of_dossier(session: Session, dossier_id: int) -> list[Discrepancy]:
    """All discrepancies of one dossier, open and closed."""
    query = select(Discrepancy).where(Discrepancy.dossier_id == dossier_id)
    return list(session.exec(query.order_by(col(Discrepancy.id))))


def changes_of(session: Session, discrepancy_id: int) -> list[DiscrepancyChange]:
    """The life of one discrepancy, step by step."""
    query = select(DiscrepancyChange).where(DiscrepancyChange.discrepancy_id == discrepancy_id)
    return list(session.exec(query.order_by(col(DiscrepancyChange.id))))
