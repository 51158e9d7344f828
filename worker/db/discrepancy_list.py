"""Discrepancies as people look for them: filtered, in an order, part by part."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, cast
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.dossier import DossierCode
from models.reconciliation import Discrepancy
from models.types import Cause, CauseKind, DiscrepancyState, Flag

# What a list can be sorted by; the numbers of rows tell those apart that are alike.
SORTS: Final[Mapping[str, Any]] = {
    "opened_at": Discrepancy.opened_at,
    "dossier": Discrepancy.code,
    "unit": Discrepancy.unit,
    "cause": Discrepancy.cause,
    "contribution": Discrepancy.contribution,
    "last_seen_at": Discrepancy.last_seen_at,
}

_PORTION: Final = 1000
_EVERY: Final = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which discrepancies are looked for; None does not limit.

    ``pair`` are the ids of the nearer source and the one it is held against. ``seen`` are the units
    that somebody may see, ``unit`` is the one asked for; a discrepancy is of either side's unit.
    ``code`` is a part of the dossier's code, or all of another one that it bears; ``before`` is
    when the discrepancy was opened at the latest.
    """

    pair: tuple[int, int] | None = None
    seen: Collection[str] | None = None
    unit: str | None = None
    cause: Cause | None = None
    kind: CauseKind | None = None
    state: DiscrepancyState | None = None
    acknowledged: bool | None = None
    flag: Flag | None = None
    before: datetime | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """How many discrepancies there are, and what they add to the late count together.

    Of the unit that is asked for, else of all.
    """

    count: int
    contribution: int


def list_rows(
    session: Session, wanted: Wanted, limit: int | None = None
) -> tuple[int, list[Discrepancy]]:
    """How many there are, and the first of them: open before closed, newest first."""
    ordered = (
        select(Discrepancy)
        .where(*_conditions(wanted))
        .order_by(
            col(Discrepancy.state).desc(), col(Discrepancy.opened_at).desc(), col(Discrepancy.id)
        )
    )
    total = select(func.count()).select_from(Discrepancy).where(*_conditions(wanted))
    return session.exec(total).one(), list(session.exec(ordered.limit(limit)))


def by_cause(session: Session, wanted: Wanted) -> dict[Cause, Sum]:
    """What is found of each cause, whichever is asked for; in the order of causes."""
    part = col(Discrepancy.contribution)
    if wanted.unit is not None:
        part = col(Discrepancy.contributions)[wanted.unit].as_integer()
    columns: Sequence[Any] = (col(Discrepancy.cause).label("cause"), part.label("part"))
    asked = sql_select(*columns).where(*_conditions(replace(wanted, cause=None)))
    # Kept apart by LIMIT: else it walks the index of causes, and looks each row up.
    told = asked.limit(_EVERY).subquery().c
    sums = sql_select(told.cause, func.count(), func.coalesce(func.sum(told.part), 0))
    rows = session.connection().execute(sums.group_by(told.cause))
    found = {cause: Sum(count, int(part)) for cause, count, part in rows}
    return {each: found[each] for each in Cause if each in found}


def part_of_list(
    session: Session,
    wanted: Wanted,
    *,
    sort: str,
    descending: bool,
    limit: int,
    offset: int = 0,
) -> Sequence[Discrepancy]:
    """A part of what is found; ``sort`` is one of ``SORTS``."""
    # First only which: the rows are wide, and sorting all of them takes long.
    numbers = _ordered(wanted, sort, col(Discrepancy.id), descending=descending)
    found = list(session.exec(numbers.offset(offset).limit(limit)))
    rows = session.exec(select(Discrepancy).where(col(Discrepancy.id).in_(found)))
    by_number = {row.id: row for row in rows}
    return [by_number[number] for number in found]


def every(
    session: Session, wanted: Wanted, *, sort: str, descending: bool
) -> Iterator[Discrepancy]:
    """All that is found, a portion in memory at a time."""
    query = _ordered(wanted, sort, Discrepancy, descending=descending)
    for row in session.exec(query.execution_options(yield_per=_PORTION)):
        yield row
        session.expunge(row)


def _ordered(wanted: Wanted, sort: str, told: Any, *, descending: bool) -> SelectOfScalar[Any]:
    column, number = col(SORTS[sort]), col(Discrepancy.id)
    order = (column.desc(), number.desc()) if descending else (column, number)
    return select(told).where(*_conditions(wanted)).order_by(*order)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    plain = {
        col(Discrepancy.cause): wanted.cause,
        col(Discrepancy.kind): wanted.kind,
    }
    found: list[ColumnElement[bool]] = [
        column == value for column, value in plain.items() if value is not None
    ]
    # Said also where any will do: the indexes begin with it.
    states = list(DiscrepancyState) if wanted.state is None else [wanted.state]
    found.append(col(Discrepancy.state).in_(states))
    found += _of_units(wanted)
    if wanted.pair is not None:
        home, other = wanted.pair
        found.append(col(Discrepancy.province_source_id) == home)
        found.append(col(Discrepancy.portal_source_id) == other)
    if wanted.acknowledged is not None:
        taken = col(Discrepancy.acknowledged_at)
        found.append(taken.is_not(None) if wanted.acknowledged else taken.is_(None))
    if wanted.flag is not None:
        found.append(cast(col(Discrepancy.flags), String).contains(f'"{wanted.flag.value}"'))
    if wanted.before is not None:
        found.append(col(Discrepancy.opened_at) <= wanted.before)
    if wanted.code is not None:
        found.append(_bears(wanted.code))
    return found


def _of_units(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.unit is not None:
        yield _of_either([wanted.unit])
    if wanted.seen is not None:
        yield _of_either(sorted(wanted.seen))


def _of_either(units: Sequence[str]) -> ColumnElement[bool]:
    """Of these units on either side, told in two questions so that an index answers each."""
    number = col(Discrepancy.id)
    here = sql_select(number).where(col(Discrepancy.unit).in_(units))
    there = sql_select(number).where(col(Discrepancy.portal_unit).in_(units))
    return number.in_(here.union(there))


def _bears(part: str) -> ColumnElement[bool]:
    """Whether the dossier's code has this in it, or it is another code that the dossier bears."""
    other = select(DossierCode.dossier_id).where(DossierCode.code == part)
    return or_(
        col(Discrepancy.code).contains(part, autoescape=True),
        col(Discrepancy.dossier_id).in_(other),
    )
