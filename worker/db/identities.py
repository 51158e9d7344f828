"""Which dossier a record belongs to: one identity, however many codes it bears."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, col, select, update

from models.dossier import Dossier, DossierCode, DossierRecord, LookupAnswer
from models.types import RecordView
from worker.db.sources import identity
from worker.db.views import chunks


def dossiers_of(session: Session, views: Iterable[RecordView], now: datetime) -> dict[str, int]:
    """The dossier of each view by external id; new dossiers and codes are entered.

    Two views that share a code are one dossier. Where a view shows that two known dossiers are one,
    the younger is folded into the older, so the order of arrival changes nothing.
    """
    batch = list(views)
    known = _known(session, {code for view in batch for code in view.codes})
    homeless = [view for view in batch if not any(code in known for code in view.codes)]
    _enter(session, homeless, known, now)
    for view in batch:
        _join(session, view, known)
    return {view.external_id: known[view.codes[0]] for view in batch}


def _known(session: Session, codes: set[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for chunk in chunks(sorted(codes)):
        query = select(DossierCode).where(col(DossierCode.code).in_(chunk))
        known.update({row.code: row.dossier_id for row in session.exec(query)})
    return known


def _enter(
    session: Session, views: Sequence[RecordView], known: dict[str, int], now: datetime
) -> None:
    owners: dict[str, int] = {}
    wanted = 0
    for view in views:
        if not any(code in owners for code in view.codes):
            owners.update(dict.fromkeys(view.codes, wanted))
            wanted += 1
    if not wanted:
        return
    statement = insert(Dossier).returning(col(Dossier.id), sort_by_parameter_order=True)
    ids = session.connection().execute(statement, [{"created_at": now}] * wanted).scalars().all()
    entered = {code: identity(ids[position]) for code, position in owners.items()}
    _add_codes(session, entered)
    known.update(entered)


def _add_codes(session: Session, codes: dict[str, int]) -> None:
    rows = [{"code": code, "dossier_id": dossier} for code, dossier in codes.items()]
    if rows:
        session.connection().execute(insert(DossierCode), rows)


def _join(session: Session, view: RecordView, known: dict[str, int]) -> None:
    owners = sorted({known[code] for code in view.codes if code in known})
    keep = owners[0]
    missing = [code for code in view.codes if code not in known]
    _add_codes(session, dict.fromkeys(missing, keep))
    known.update(dict.fromkeys(missing, keep))
    for other in owners[1:]:
        _fold(session, other, keep)
        known.update({code: keep for code, owner in known.items() if owner == other})


def _fold(session: Session, dossier: int, into: int) -> None:
    for table in (DossierCode, DossierRecord, LookupAnswer):
        session.exec(update(table).where(col(table.dossier_id) == dossier).values(dossier_id=into))
