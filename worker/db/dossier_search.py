"""Finding dossiers by their codes, and the units that have to do with one."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, exists, or_, select

from models.dossier import DossierCode, DossierRecord
from models.reconciliation import Discrepancy

# So many codes are looked at where only those of some units may be told.
_MOST_CANDIDATES = 2000
# Greater than any letter that a code may hold.
_LAST = "\U0010ffff"


def units_of(session: Session, dossier_id: int) -> frozenset[str]:
    """The units under which any source has the dossier, or a discrepancy of it ever stood.

    Empty where there is no such dossier, or only one whose records all moved to another.
    """
    told = select(DossierRecord.unit).where(DossierRecord.dossier_id == dossier_id)
    found = sql_select(col(Discrepancy.unit), col(Discrepancy.portal_unit)).where(
        col(Discrepancy.dossier_id) == dossier_id
    )
    sides = {unit for row in session.connection().execute(found) for unit in row}
    return frozenset({*session.exec(told), *sides})


def beginning_with(
    session: Session, part: str, units: Collection[str] | None, limit: int
) -> list[tuple[int, str]]:
    """Dossiers a code of which begins with ``part``, and that code, in order of codes.

    ``units``: only those that have to do with one of them; of the first codes there are.
    """
    begins = [col(DossierCode.code).startswith(part, autoescape=True)]
    if session.get_bind().dialect.name == "sqlite":
        # It compares by the letters' numbers, and takes no index for LIKE.
        begins += [col(DossierCode.code) >= part, col(DossierCode.code) < part + _LAST]
    code, dossier = col(DossierCode.code), col(DossierCode.dossier_id)
    candidates = sql_select(code, dossier).where(*begins).order_by(code)
    if units is not None:
        first = candidates.limit(_MOST_CANDIDATES).subquery()
        candidates = (
            sql_select(first.c.code, first.c.dossier_id)
            .where(_has_to_do_with(first.c.dossier_id, sorted(units)))
            .order_by(first.c.code)
        )
    rows = session.connection().execute(candidates.limit(limit))
    return [(dossier, code) for code, dossier in rows]


def _has_to_do_with(dossier: ColumnElement[int], units: Sequence[str]) -> ColumnElement[bool]:
    record = exists().where(
        col(DossierRecord.dossier_id) == dossier, col(DossierRecord.unit).in_(units)
    )
    sides = or_(col(Discrepancy.unit).in_(units), col(Discrepancy.portal_unit).in_(units))
    differing = exists().where(col(Discrepancy.dossier_id) == dossier, sides)
    return or_(record, differing)
