"""What a list of the portal's dossiers answers, where the portal can't be asked one by one.

A list that was imported is an answer for every code in it; one that holds everything received in a
period is also an answer for what is not in it. So look-ups and lists rest on the same table, and
what neither tells is presumed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.dossier import DossierCode, DossierRecord
from models.types import Period
from worker.core.times import period_end, period_start
from worker.db.lookups import note_answers
from worker.db.views import chunks


def note_listed(
    session: Session, list_id: int, run_id: int, codes: Sequence[str], now: datetime
) -> None:
    """These codes are in the list of source ``list_id``.

    Whatever other codes their dossiers bear was answered with them: known where the list has a
    record under it, else not.
    """
    dossiers: set[int] = set()
    for chunk in chunks(codes):
        query = select(DossierCode.dossier_id).where(col(DossierCode.code).in_(chunk))
        dossiers.update(session.exec(query))
    _note(session, list_id, run_id, sorted(dossiers), now)


def note_absent(
    session: Session,
    list_id: int,
    run_id: int,
    home_ids: Sequence[int],
    covers: Period,
    now: datetime,
) -> None:
    """The list holds everything received in ``covers``: what is at home and not in it is unknown.

    ``home_ids`` are the sources whose dossiers the list is held against.
    """
    listed = select(DossierRecord.dossier_id).where(
        DossierRecord.source_id == list_id, col(DossierRecord.gone_at).is_(None)
    )
    absent = (
        select(DossierRecord.dossier_id)
        .where(
            col(DossierRecord.source_id).in_(home_ids),
            col(DossierRecord.gone_at).is_(None),
            col(DossierRecord.received_at) >= period_start(covers),
            col(DossierRecord.received_at) <= period_end(covers),
            col(DossierRecord.dossier_id).not_in(listed),
        )
        .distinct()
    )
    _note(session, list_id, run_id, sorted(session.exec(absent)), now)


def _note(
    session: Session, list_id: int, run_id: int, dossiers: Sequence[int], now: datetime
) -> None:
    for chunk in chunks(dossiers):
        listed = _listed(session, list_id, chunk)
        borne = select(DossierCode.code, DossierCode.dossier_id).where(
            col(DossierCode.dossier_id).in_(chunk)
        )
        answers = {code: code in listed[dossier] for code, dossier in session.exec(borne)}
        note_answers(session, list_id, run_id, answers, now)


def _listed(
    session: Session, list_id: int, dossiers: Iterable[int]
) -> Mapping[int, frozenset[str]]:
    """The codes under which the list holds dossiers now."""
    query = select(DossierRecord.dossier_id, DossierRecord.codes).where(
        DossierRecord.source_id == list_id,
        col(DossierRecord.gone_at).is_(None),
        col(DossierRecord.dossier_id).in_(dossiers),
    )
    held: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for dossier, codes in session.exec(query):
        held[dossier] |= frozenset(codes.split(" "))
    return held
