"""Counting a pair's dossiers inside the database: what the verdicts say of a window.

Each condition here is the comparison that ``worker.core.verdict`` makes, in SQL; no rule is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, union
from sqlmodel import Session, col, select

from models.dossier import DossierRecord
from models.pair import PairState, PairVerdict
from models.types import Category
from worker.core.verdict import Span
from worker.db.cases import Sides
from worker.db.views import chunks

_CATEGORIES = tuple(Category)
_RUNGS = ("own", "home", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Plain dossiers that count alike: how many, and on each rung where, as what, and how often.

    ``count`` is negative where dossiers are taken out of a sum again.
    """

    count: int
    units: tuple[str | None, ...]
    presumed: bool
    received: bool
    categories: tuple[Category | None, ...]
    weights: tuple[int, ...]


def groups(
    session: Session, sides: Sides, span: Span, apart: Sequence[int] = ()
) -> Iterator[Group]:
    """All plain dossiers of the pair but those set ``apart``, in groups."""
    yield from _groups(session, sides, span)
    for chunk in chunks(apart):
        yield from _groups(session, sides, span, chunk, sign=-1)


def _groups(
    session: Session,
    sides: Sides,
    span: Span,
    among: Sequence[int] | None = None,
    sign: int = 1,
) -> Iterator[Group]:
    keys: list[Any] = [
        col(PairVerdict.home_unit),
        col(PairVerdict.other_unit),
        col(PairVerdict.is_presumed),
        _received(span),
        *(_category(rung, span) for rung in _RUNGS),
        *(_of(rung, "weight") for rung in _RUNGS),
    ]
    named = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    counts = or_(_received(span) > 0, *(_counted(rung, span) for rung in _RUNGS))
    wanted = [*_of_pair(sides), col(PairVerdict.is_plain), counts]
    if among is not None:
        wanted.append(col(PairVerdict.dossier_id).in_(among))
    inner = select(*named).where(*wanted).subquery()
    query = select(func.count(), *inner.columns).group_by(*inner.columns)
    for count, home, other, presumed, received, *told in session.exec(query):
        yield Group(
            count=sign * count,
            units=(home, home, other),
            presumed=bool(presumed),
            received=bool(received),
            categories=tuple(None if each is None else _CATEGORIES[each] for each in told[:3]),
            weights=tuple(told[3:]),
        )


def to_compare(session: Session, sides: Sides, span: Span) -> set[int]:
    """The plain dossiers that count differently on two rungs, or as late in different units."""
    own, home, other = (_late(rung, span) for rung in _RUNGS)
    apart = col(PairVerdict.home_unit).is_distinct_from(col(PairVerdict.other_unit))
    query = select(PairVerdict.dossier_id).where(
        *_of_pair(sides),
        col(PairVerdict.is_plain),
        or_(
            own != home,
            and_(
                col(PairVerdict.is_presumed) == false(),
                or_(home != other, and_(apart, or_(home > 0, other > 0))),
            ),
        ),
    )
    return set(session.exec(query))


def entangled(session: Session, sides: Sides) -> set[int]:
    """The dossiers that have to be compared by themselves."""
    query = select(PairVerdict.dossier_id).where(
        *_of_pair(sides), col(PairVerdict.is_plain) == false()
    )
    return set(session.exec(query))


def concerned(session: Session, sides: Sides, span: Span) -> list[int] | None:
    """The dossiers that have, or may have, a part in a window as it is known now.

    Those counted, filed or received in it, those the portal lacks or has of old, those whose record
    on the portal was seen to change since it began, and those that are compared by themselves. None
    where the pair was never judged, or later than the as-of instant: then any may have.
    """
    state = session.get(PairState, (sides.province_id, sides.portal_id))
    if state is None or not state.basis or state.brought_at > sides.as_of:
        return None
    stale = exists().where(
        col(DossierRecord.dossier_id) == col(PairVerdict.dossier_id),
        col(DossierRecord.source_id) == sides.portal_id,
    )
    judged = select(PairVerdict.dossier_id).where(
        *_of_pair(sides),
        or_(
            col(PairVerdict.is_plain) == false(),
            _counted("home", span),
            _counted("other", span),
            _received(span) > 0,
            col(PairVerdict.other_unit).is_(None),
            and_(col(PairVerdict.is_presumed), stale),
        ),
    )
    seen = select(DossierRecord.dossier_id).where(
        DossierRecord.source_id == sides.portal_id, col(DossierRecord.observed_at) >= span.start
    )
    filed = select(DossierRecord.dossier_id).where(
        DossierRecord.source_id == sides.province_id,
        col(DossierRecord.submitted_at) >= span.start,
    )
    return sorted(session.connection().execute(union(judged, seen, filed)).scalars())


def presumed(session: Session, sides: Sides, dossiers: Sequence[int]) -> set[int]:
    """Those of some dossiers that are only presumed."""
    found: set[int] = set()
    for chunk in chunks(dossiers):
        query = select(PairVerdict.dossier_id).where(
            *_of_pair(sides),
            col(PairVerdict.is_presumed),
            col(PairVerdict.dossier_id).in_(chunk),
        )
        found.update(session.exec(query))
    return found


def _of_pair(sides: Sides) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        col(PairVerdict.province_source_id) == sides.province_id,
        col(PairVerdict.portal_source_id) == sides.portal_id,
    )


def _of(rung: str, name: str) -> Any:
    return col(getattr(PairVerdict, f"{rung}_{name}"))


def _received(span: Span) -> ColumnElement[Any]:
    received = col(PairVerdict.received_at)
    return case((and_(received >= span.start, received <= span.cutoff), 1), else_=0)


def _counted(rung: str, span: Span) -> ColumnElement[bool]:
    """``is_counted`` of the core's verdict."""
    counted, leaves = _of(rung, "counted_from"), _of(rung, "leaves_at")
    absent, until = _of(rung, "absent_from"), _of(rung, "absent_until")
    present = or_(
        absent.is_(None), absent > span.cutoff, and_(until.is_not(None), until <= span.cutoff)
    )
    in_time = or_(counted >= span.start, leaves.is_(None), leaves >= span.start)
    return and_(counted.is_not(None), counted <= span.cutoff, present, in_time)


def _late_by_then(rung: str, span: Span) -> ColumnElement[bool]:
    ends: datetime = span.end or span.cutoff
    late = _of(rung, "late_from")
    ahead = and_(_of(rung, "looks_ahead"), late <= ends)
    return and_(late.is_not(None), or_(late <= span.cutoff, ahead))


def _late(rung: str, span: Span) -> ColumnElement[Any]:
    """``late_count`` of the core's verdict."""
    late = and_(_counted(rung, span), _late_by_then(rung, span))
    return case((late, _of(rung, "weight")), else_=0)


def _category(rung: str, span: Span) -> ColumnElement[Any]:
    """The place in the enumeration of the core's ``category``; NULL where it isn't counted."""
    ends, waiting = _of(rung, "ends_at"), _of(rung, "waiting")
    late = and_(_late_by_then(rung, span), _of(rung, "weight") > 0)
    resolved = and_(ends.is_not(None), ends <= span.cutoff)
    place = {each: position for position, each in enumerate(_CATEGORIES)}
    return case(
        (~_counted(rung, span), None),
        (and_(waiting, late), place[Category.OPEN_LATE]),
        (waiting, place[Category.WAITING]),
        (and_(resolved, late), place[Category.RESOLVED_LATE]),
        (resolved, place[Category.RESOLVED_ON_TIME]),
        (late, place[Category.OPEN_LATE]),
        else_=place[Category.OPEN_IN_TIME],
    )
