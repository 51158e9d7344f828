"""Counting a pair's dossiers inside the database: what the verdicts say of a window."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, text, union
from sqlmodel import Session, col, exists, select

from models.dossier import DossierRecord
from models.pair import PairState, PairVerdict
from worker.core.tally import Group
from worker.core.verdict import Span
from worker.db import pair_sql
from worker.db.bulk import seconds
from worker.db.cases import OfPair, Sides
from worker.db.stored import listed, one_of

# Kept apart by OFFSET, or both databases work a standing out anew wherever it is looked at.
_STANDINGS = f"""
    SELECT dossier_id, home_unit, other_unit, {pair_sql.LATE_COLUMNS},
        {pair_sql.standing()} AS standing, {pair_sql.weights()} AS weights
    FROM pairverdict {{how}}
    WHERE province_source_id = :home AND portal_source_id = :other AND is_plain AND ({{rows}})
        AND ({pair_sql.has_a_part()})
    LIMIT {{all}} OFFSET 0"""  # noqa: S608 - our own names
_GROUPED = f"""
    SELECT home_unit, other_unit, standing, weights, count(*),
        array_agg(dossier_id) FILTER (WHERE {pair_sql.differing()})
    FROM ({_STANDINGS}) AS told GROUP BY home_unit, other_unit, standing, weights"""  # noqa: S608 - our own names
_ONE_BY_ONE = f"""
    SELECT home_unit, other_unit, standing, weights,
        CASE WHEN {pair_sql.differing()} THEN dossier_id END
    FROM ({_STANDINGS}) AS told"""  # noqa: S608 - our own names

_AT_ONCE = 10_000  # rows
_Key = tuple[str | None, str | None, int, str | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """Some of a pair's verdicts: a condition in SQL, and its parameters."""

    condition: str
    values: Mapping[str, Any] = field(default_factory=dict)


EVERY = Rows("TRUE")


def turned(by: datetime) -> Rows:
    """Those that count otherwise since they were counted, and those that never were."""
    return Rows("turns_at <= :turned", {"turned": seconds(by)})


def turned_in_tally(by: datetime) -> Rows:
    """Those of them that were counted."""
    return Rows("turns_at > 0 AND turns_at <= :turned", {"turned": seconds(by)})


def in_tally(session: Session, dossiers: Iterable[int]) -> Rows:
    """Those of some dossiers, however many, that were counted."""
    rows = among(session, dossiers)
    return Rows(f"(turns_at IS NULL OR turns_at > 0) AND {rows.condition}", rows.values)


def among(session: Session, dossiers: Iterable[int]) -> Rows:
    """Those of some dossiers, however many."""
    return Rows(one_of(session, "dossier_id"), {"ids": listed(dossiers)})


@dataclass(frozen=True, slots=True)
class Counts:
    """Plain dossiers in groups, and those of them that two rungs count differently, in order."""

    groups: Sequence[Group]
    differing: Sequence[int]


def count(session: Session, sides: Sides, span: Span, rows: Rows = EVERY) -> Counts:
    """Count plain dossiers in a window, and pick those that have to be explained."""
    pair = {"home": sides.province_id, "other": sides.portal_id}
    values = {**pair, **pair_sql.window(span), **rows.values}
    if not _is_postgresql(session):
        # To look for every row by an index takes half as long again as to look at all.
        how = "NOT INDEXED" if rows == EVERY else ""
        query = _ONE_BY_ONE.format(rows=rows.condition, all=-1, how=how)
        return _counted_here(session, query, values)
    query = _GROUPED.format(rows=rows.condition, all="ALL", how="")
    if rows != EVERY:
        return _grouped(session, query, values)
    with _with_all_processors(session):
        return _grouped(session, query, values)


@contextmanager
def _with_all_processors(session: Session) -> Iterator[None]:
    """For counting everything on PostgreSQL, which expects many more groups than there are.

    It would sort all rows before it groups them, and spare the processors that could look at them.
    """
    connection = session.connection()
    connection.execute(text("SET LOCAL enable_sort = off; SET LOCAL parallel_tuple_cost = 0"))
    yield
    connection.execute(text("RESET enable_sort; RESET parallel_tuple_cost"))


def _grouped(session: Session, query: str, values: Mapping[str, Any]) -> Counts:
    found = session.connection().execute(text(query), values).all()
    groups = [_group(key, number) for *key, number, _ in found]
    return Counts(groups, sorted(chain.from_iterable(each[-1] or () for each in found)))


def _counted_here(session: Session, query: str, values: Mapping[str, Any]) -> Counts:
    """SQLite sorts what it groups; counting row by row takes half the time."""
    driver: Any = session.connection().connection.driver_connection
    numbers: Counter[tuple[Any, ...]] = Counter()
    differing = []
    for (*key, dossier), number in Counter(driver.execute(query, values)).items():
        numbers[tuple(key)] += number
        if dossier is not None:
            differing.append(dossier)
    return Counts([_group(key, number) for key, number in numbers.items()], sorted(differing))


def _group(key: Sequence[Any], number: int) -> Group:
    home, other, standing, weights = key
    received, presumed, categories = pair_sql.places(standing)
    often = tuple(map(int, weights.split(","))) if weights else (1, 1, 1)
    return Group(
        units=(home, home, other),
        presumed=presumed,
        received=received,
        categories=categories,
        weights=often,
        count=number,
    )


def settle(session: Session, sides: Sides, span: Span) -> None:
    """Note of all that turned, or was never counted, when it turns next."""
    dialect = session.connection().dialect.name
    statement = f"""
        UPDATE pairverdict SET turns_at = {pair_sql.next_turn(dialect)}
        WHERE province_source_id = :home AND portal_source_id = :other AND turns_at <= :cutoff"""  # noqa: S608 - our own names
    values = {"home": sides.province_id, "other": sides.portal_id, "cutoff": seconds(span.cutoff)}
    session.connection().execute(text(statement), values)


def turned_dossiers(session: Session, sides: Sides, by: datetime) -> list[int]:
    """All of them, plain or not."""
    query = select(PairVerdict.dossier_id).where(*_of_pair(sides), col(PairVerdict.turns_at) <= by)
    return list(session.exec(query))


def entangled(session: Session, sides: Sides, by: datetime | None = None) -> list[int]:
    """The dossiers that have to be compared by themselves; ``by`` an instant those that turned."""
    query = select(PairVerdict.dossier_id).where(*_of_pair(sides), text("NOT is_plain"))
    if by is not None:
        query = query.where(col(PairVerdict.turns_at) <= by)
    return sorted(session.exec(query))


def concerned(session: Session, sides: Sides, span: Span) -> Sequence[int] | None:
    """The dossiers that have, or may have, a part in a window as it is known now, in order.

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
            *(text(f"({pair_sql.counted(rung)})") for rung in ("home", "other")),
            text(f"{pair_sql.received()} = 1"),
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
    query = union(judged, seen, filed).order_by("dossier_id").execution_options(yield_per=_AT_ONCE)
    return array("q", session.connection().execute(query, pair_sql.window(span)).scalars())


def presumed(session: Session, pair: OfPair, dossiers: Iterable[int]) -> set[int]:
    """Those of some dossiers that are only presumed."""
    rows = among(session, dossiers)
    query = select(PairVerdict.dossier_id).where(
        *_of_pair(pair), col(PairVerdict.is_presumed), text(rows.condition)
    )
    return set(session.connection().execute(query, rows.values).scalars())


def _of_pair(pair: OfPair) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        col(PairVerdict.province_source_id) == pair.province_id,
        col(PairVerdict.portal_source_id) == pair.portal_id,
    )


def _is_postgresql(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"
