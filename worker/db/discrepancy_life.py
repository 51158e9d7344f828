"""The life of discrepancies: they open, live, change, close and reopen."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.pair import PairPart
from models.reconciliation import Discrepancy, DiscrepancyChange, PairLook
from models.types import CauseKind, DiscrepancyState, DiscrepancyStep, EventKind
from worker.core.outcome import Finding
from worker.core.tally import Part
from worker.db import events, pair_parts, pair_tallies
from worker.db.discrepancies import Pair
from worker.db.pair_counts import presumed
from worker.db.sources import identity
from worker.db.survey import order_of
from worker.db.views import chunks

Key = tuple[int, CauseKind]
Conditions = tuple[ColumnElement[bool], ...]
_Taken = tuple[Discrepancy, DiscrepancyStep | None]

_DESCRIBED = (
    "cause",
    "unit",
    "portal_unit",
    "code",
    "contribution",
    "contributions",
    "fields",
    "flags",
)
_PORTION = 500
_ATTRIBUTES = 3  # so many of them, the first, make a step of a change
_EVENTS = {
    DiscrepancyStep.OPENED: EventKind.DISCREPANCY_OPENED,
    DiscrepancyStep.REOPENED: EventKind.DISCREPANCY_OPENED,
    DiscrepancyStep.CLOSED: EventKind.DISCREPANCY_CLOSED,
}


def live_on(
    session: Session, pair: Pair, findings: Iterable[Finding], undecided: set[int]
) -> dict[DiscrepancyStep, int]:
    """Let discrepancies open, change, close and reopen by what a complete reconciliation found.

    Dossiers in ``undecided`` were only presumed this time: nothing is said about what the portal
    has of them. Returns how many took each step.
    """
    query = select(Discrepancy).where(*_of(pair))
    known = {(row.dossier_id, row.kind): row for row in session.exec(query)}
    found = _by_key(findings, undecided)
    missing = [
        row for key, row in known.items() if key not in found and row.state is DiscrepancyState.OPEN
    ]
    last = _last_look(session, pair)
    taken = (_met(pair, known.get(key), finding) for key, finding in found.items())
    unseen = _unseen(pair, last, missing, undecided)
    pair_tallies.note_known(session, pair, known=False)
    steps = _write(session, pair, chain(taken, unseen))
    _note_look(session, pair)
    return steps


def follow(session: Session, pair: Pair) -> dict[DiscrepancyStep, int]:
    """The same by the parts that are kept of the pair: only news is looked at."""
    news = sorted(
        (finding for part in _news(session, pair) for finding in part.findings), key=order_of
    )
    found = _by_key(news, presumed(session, pair, sorted({each.dossier_id for each in news})))
    known = _differing(session, pair, found)
    met = (_met(pair, known[key], found[key]) for key in found if key in known)
    steps = _write(session, pair, met)
    _note_who_saw(session, pair)
    steps |= _write(session, pair, (_closed(pair, row) for row in _no_longer_found(session, pair)))
    pair_tallies.note_known(session, pair, known=True)
    _note_look(session, pair)
    return steps


def _news(session: Session, pair: Pair) -> list[Part]:
    return pair_parts.since(session, pair, pair_tallies.known_round(session, pair))


def _by_key(findings: Iterable[Finding], undecided: set[int]) -> dict[Key, Finding]:
    return {
        (finding.dossier_id, finding.effect.kind): finding
        for finding in findings
        if finding.effect.kind is CauseKind.RULE or finding.dossier_id not in undecided
    }


def _differing(
    session: Session, pair: Pair, found: Mapping[Key, Finding]
) -> dict[Key, Discrepancy | None]:
    """The discrepancies that don't say what was found; None where there is none yet."""
    as_found: set[Key] = set()
    others: dict[Key, int] = {}
    for key, number, state, told in _told(session, pair, sorted({key[0] for key in found})):
        if key in found:
            same = state is DiscrepancyState.OPEN and told == _description(found[key])
            if same:
                as_found.add(key)
            else:
                others[key] = number
    rows = _rows(session, list(others.values()))
    wanted = (key for key in found if key not in as_found)
    return {key: rows[others[key]] if key in others else None for key in wanted}


def _told(
    session: Session, pair: Pair, dossiers: Sequence[int]
) -> Iterator[tuple[Key, int, DiscrepancyState, tuple[Any, ...]]]:
    columns = [col(getattr(Discrepancy, name)) for name in _DESCRIBED]
    table = Discrepancy
    head = (col(table.dossier_id), col(table.kind), col(table.id), col(table.state))
    for chunk in chunks(dossiers):
        query = sql_select(*head, *columns).where(
            *_of(pair), col(Discrepancy.dossier_id).in_(chunk)
        )
        for dossier, kind, number, state, *told in session.connection().execute(query):
            yield (dossier, kind), number, state, tuple(told)


def _rows(session: Session, keys: Sequence[int]) -> dict[int, Discrepancy]:
    found: dict[int, Discrepancy] = {}
    for chunk in chunks(keys):
        query = select(Discrepancy).where(col(Discrepancy.id).in_(chunk))
        found.update((identity(row.id), row) for row in session.exec(query))
    return found


def _of(pair: Pair) -> Conditions:
    return (
        col(Discrepancy.province_source_id) == pair.province_id,
        col(Discrepancy.portal_source_id) == pair.portal_id,
    )


def _is_open() -> ColumnElement[bool]:
    return col(Discrepancy.state) == DiscrepancyState.OPEN


def _note_who_saw(session: Session, pair: Pair) -> None:
    """Say of those not found this time which look saw them last, of those found again no more.

    Few are of either kind, however many are open.
    """
    row, found = col(Discrepancy.seen_by), _is_found(pair)
    _say(session, (*_of(pair), _is_open(), row.is_not(None), found), None)
    last = _last_look(session, pair)
    if last is not None:
        _say(session, (*_of(pair), _is_open(), row.is_(None), ~found), last)


def _say(session: Session, which: Conditions, look: PairLook | None) -> None:
    said = {"seen_until": look and look.at, "seen_by": look and look.reconciliation_id}
    change = update(Discrepancy).where(*which).values(said)
    session.exec(change.execution_options(synchronize_session=False))


def _no_longer_found(session: Session, pair: Pair) -> list[Discrepancy]:
    """Open, neither found by the pair's reconciliation nor presumed."""
    unseen = sql_select(col(Discrepancy.id), col(Discrepancy.dossier_id)).where(
        *_of(pair), _is_open(), col(Discrepancy.seen_by).is_not(None)
    )
    dossiers = {identity(key): dossier for key, dossier in session.connection().execute(unseen)}
    undecided = presumed(session, pair, sorted(set(dossiers.values())))
    rows = _rows(session, [key for key in dossiers if dossiers[key] not in undecided])
    return [rows[key] for key in sorted(rows)]


def _unseen(
    pair: Pair, last: PairLook | None, missing: Iterable[Discrepancy], undecided: Collection[int]
) -> Iterator[_Taken]:
    """What was not found this time was seen last by the look before; over, where that is sure."""
    for row in missing:
        if last is not None and row.seen_by is None:
            row.seen_until, row.seen_by = last.at, last.reconciliation_id
        yield (row, None) if row.dossier_id in undecided else _closed(pair, row)


def _last_look(session: Session, pair: Pair) -> PairLook | None:
    return session.get(PairLook, (pair.province_id, pair.portal_id))


def _note_look(session: Session, pair: Pair) -> None:
    """This reconciliation found every discrepancy that doesn't say otherwise."""
    look = PairLook(
        province_source_id=pair.province_id,
        portal_source_id=pair.portal_id,
        reconciliation_id=pair.reconciliation_id,
        at=pair.at,
    )
    session.merge(look)
    session.flush()


def _is_found(pair: Pair) -> ColumnElement[bool]:
    """Asked as two lists and not row by row: there are as many rows as differences."""
    kind, dossier = col(Discrepancy.kind), col(Discrepancy.dossier_id)
    found = select(PairPart.dossier_id).where(
        PairPart.province_source_id == pair.province_id,
        PairPart.portal_source_id == pair.portal_id,
    )
    return or_(
        and_(kind == CauseKind.RULE, dossier.in_(found.where(col(PairPart.has_rule)))),
        and_(kind == CauseKind.DATA, dossier.in_(found.where(col(PairPart.has_data)))),
    )


def _met(pair: Pair, row: Discrepancy | None, finding: Finding) -> _Taken:
    told = _description(finding)
    if row is None:
        return _opened(pair, finding), DiscrepancyStep.OPENED
    step = None
    row.seen_until = row.seen_by = None
    before = tuple(getattr(row, name) for name in _DESCRIBED)
    if row.state is DiscrepancyState.CLOSED:
        step = DiscrepancyStep.REOPENED
        row.state, row.closed_at = DiscrepancyState.OPEN, None
        row.acknowledged_at = row.acknowledged_by = row.note = None
    elif before[:_ATTRIBUTES] != told[:_ATTRIBUTES]:
        step = DiscrepancyStep.CHANGED
    for name, old, new in zip(_DESCRIBED, before, told, strict=True):
        if old != new:
            setattr(row, name, new)
    return row, step


def _opened(pair: Pair, finding: Finding) -> Discrepancy:
    return Discrepancy(
        dossier_id=finding.dossier_id,
        province_source_id=pair.province_id,
        portal_source_id=pair.portal_id,
        kind=finding.effect.kind,
        state=DiscrepancyState.OPEN,
        opened_at=pair.at,
        **dict(zip(_DESCRIBED, _description(finding), strict=True)),
    )


def _description(finding: Finding) -> tuple[Any, ...]:
    """What a discrepancy says of a finding, in the order of ``_DESCRIBED``."""
    effect = finding.effect
    return (
        effect.cause,
        effect.unit,
        effect.portal_unit,
        finding.code,
        effect.contribution,
        dict(effect.contributions),
        {name: dict(sides) for name, sides in effect.fields.items()},
        [flag.value for flag in finding.flags],
    )


def _closed(pair: Pair, row: Discrepancy) -> _Taken:
    row.state, row.closed_at = DiscrepancyState.CLOSED, pair.at
    return row, DiscrepancyStep.CLOSED


def _write(session: Session, pair: Pair, taken: Iterable[_Taken]) -> dict[DiscrepancyStep, int]:
    """Write rows down with each step, and tell the rest of the journey of openings and closings.

    In portions: a first reconciliation opens more than should be held in memory at once.
    """
    steps: Counter[DiscrepancyStep] = Counter()
    rest = iter(taken)
    while portion := list(islice(rest, _PORTION)):
        session.add_all(row for row, _ in portion)
        session.flush()
        for row, step in portion:
            if step is not None:
                _tell(session, pair, row, step)
                steps[step] += 1
        session.flush()
    return dict(steps)


def _tell(session: Session, pair: Pair, row: Discrepancy, step: DiscrepancyStep) -> None:
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
