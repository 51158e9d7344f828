"""The dossiers behind a late count: of some units, on one rung of the bridge."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import text
from sqlmodel import Session, and_, col, func, select

from models.dossier import DossierRecord
from models.pair import PairPart, PairVerdict
from models.reconciliation import LateCount, Reconciliation
from models.types import Category, CountView, Period
from worker.core.tally import Part
from worker.core.verdict import Span, span_of
from worker.db import pair_sql

LATE: Final = tuple(each for each in Category if each.is_late)

_RUNGS: Final = dict(zip(CountView, pair_sql.RUNGS, strict=True))
# Sorted as the index of the rung is, so that a part of a long list is found without reading it all.
_LISTED = """
    SELECT dossier_id, {unit}, {rung}_late_from, {rung}_ends_at, {category} AS place
    FROM pairverdict
    WHERE province_source_id = :home AND portal_source_id = :other AND is_plain
        AND {rung}_late_from <= :ends AND {units} AND {category} IN ({places})
    ORDER BY {unit} {order}, {rung}_late_from {order}, dossier_id
    LIMIT :limit OFFSET :offset"""
_parts = msgspec.json.Decoder(Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateDossier:
    """A dossier that counts as late in ``unit``.

    ``late_from`` and ``ended_at`` are None where it was compared by itself, because a side holds it
    twice or line-ministry software has it; ``code`` is its own at home, else on the portal.
    """

    dossier_id: int
    code: str
    unit: str
    category: Category
    late_from: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Which dossiers are listed: those that ``row`` counted in a view and in these categories.

    ``heirs`` are the units by those that ended and are counted with them; ``units`` None is all.
    """

    row: Reconciliation
    view: CountView
    categories: Collection[Category] = LATE
    units: Collection[str] | None = None
    heirs: Mapping[str, str]

    @property
    def span(self) -> Span:
        """The window that was counted."""
        return span_of(period_of(self.row), self.row.as_of)


def period_of(row: Reconciliation) -> Period:
    """The period that a reconciliation counted."""
    return Period(row.period_from, row.period_to)


def counted(session: Session, behind: Behind) -> int:
    """How many there are, as the reconciliation counted them."""
    query = select(func.coalesce(func.sum(LateCount.count), 0)).where(
        LateCount.reconciliation_id == behind.row.id,
        LateCount.view == behind.view,
        col(LateCount.category).in_(list(behind.categories)),
    )
    if behind.units is not None:
        query = query.where(col(LateCount.unit).in_(sorted(behind.units)))
    return int(session.exec(query).one())


def listed(
    session: Session, behind: Behind, *, descending: bool, limit: int, offset: int
) -> list[LateDossier]:
    """A part of them by unit and, the longest late first, by when they became late.

    Those compared by themselves come last: there are few, and nobody says since when.
    """
    rows = _plain(session, behind, descending=descending, limit=limit, offset=offset)
    if len(rows) < limit:
        apart = list(_apart(session, behind))
        plain = offset + len(rows) if rows else counted(session, behind) - len(apart)
        first = max(offset - plain, 0)
        rows += apart[first : first + limit - len(rows)]
    codes = _codes(session, behind.row, [each.dossier_id for each in rows])
    return [replace(each, code=codes.get(each.dossier_id, "")) for each in rows]


def _plain(
    session: Session, behind: Behind, *, descending: bool, limit: int, offset: int
) -> list[LateDossier]:
    rung = _RUNGS[behind.view]
    unit = "other_unit" if behind.view is CountView.PORTAL else "home_unit"
    units = _with_predecessors(behind)
    query = _LISTED.format(
        rung=rung,
        unit=unit,
        units="TRUE" if units is None else _among(unit, len(units)),
        category=pair_sql.category(rung),
        places=", ".join(str(pair_sql.CATEGORIES.index(each)) for each in behind.categories),
        order="DESC" if descending else "ASC",
    )
    named = {f"unit{place}": each for place, each in enumerate(units or ())}
    values: Mapping[str, Any] = {
        **pair_sql.window(behind.span),
        "home": behind.row.province_source_id,
        "other": behind.row.portal_source_id,
        "limit": limit,
        "offset": offset,
        **named,
    }
    found = session.connection().execute(text(query), values)
    return [_late(behind, *row) for row in found]


def _among(column: str, count: int) -> str:
    names = ", ".join(f":unit{place}" for place in range(count))
    return f"{column} IN ({names})" if count else "FALSE"


def _with_predecessors(behind: Behind) -> Sequence[str] | None:
    """The units as records say them: with those that ended and are counted with them."""
    if behind.units is None:
        return None
    ended = (old for old, heir in behind.heirs.items() if heir in behind.units)
    return sorted({*behind.units, *ended})


def _late(
    behind: Behind, dossier: int, unit: str, late_from: int, ended_at: int | None, place: int
) -> LateDossier:
    category = pair_sql.CATEGORIES[place]
    is_over = category is Category.RESOLVED_LATE
    return LateDossier(
        dossier_id=dossier,
        code="",
        unit=behind.heirs.get(unit, unit),
        category=category or Category.OPEN_LATE,
        late_from=datetime.fromtimestamp(late_from, UTC),
        ended_at=datetime.fromtimestamp(ended_at, UTC) if ended_at and is_over else None,
    )


def _apart(session: Session, behind: Behind) -> Iterator[LateDossier]:
    """Those compared by themselves, once for each time they are counted."""
    of_pair = and_(
        col(PairPart.province_source_id) == col(PairVerdict.province_source_id),
        col(PairPart.portal_source_id) == col(PairVerdict.portal_source_id),
        col(PairPart.dossier_id) == col(PairVerdict.dossier_id),
    )
    query = (
        select(PairPart.dossier_id, PairPart.told)
        .join(PairVerdict, of_pair)
        .where(
            PairVerdict.province_source_id == behind.row.province_source_id,
            PairVerdict.portal_source_id == behind.row.portal_source_id,
            text("NOT is_plain"),
        )
        .order_by(col(PairPart.dossier_id))
    )
    for dossier, told in session.exec(query):
        for each in _parts.decode(told).counted:
            is_of_units = behind.units is None or each.unit in behind.units
            if each.view is behind.view and each.category in behind.categories and is_of_units:
                for _ in range(each.count):
                    yield LateDossier(
                        dossier_id=dossier, code="", unit=each.unit, category=each.category
                    )


def _codes(session: Session, row: Reconciliation, dossiers: Collection[int]) -> dict[int, str]:
    """What dossiers are called: at home where they are known there."""
    sides = (row.portal_source_id, row.province_source_id)
    query = select(DossierRecord.dossier_id, DossierRecord.source_id, DossierRecord.codes).where(
        col(DossierRecord.dossier_id).in_(dossiers)
    )
    found = sorted(session.exec(query), key=lambda each: (each[1] in sides, each[1] == sides[1]))
    return {dossier: codes.partition(" ")[0] for dossier, _, codes in found}
