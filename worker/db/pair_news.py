"""Which dossiers of a pair may have changed since they were judged last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, union
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.decision import CodeLink
from models.dossier import DossierCode, DossierRecord, LookupAnswer
from models.pair import PairState, PairVerdict
from models.source import Quarantine, SyncRun
from worker.db.cases import Sides
from worker.db.runs import LEASE, UNFINISHED


@dataclass(frozen=True, slots=True)
class Reach:
    """Which runs a look at the store may not have seen whole: ``unfinished``, and later ones.

    What any other run wrote was there to be seen, since a run ends after its last page.
    """

    newest_run: int
    unfinished: Sequence[int]


def reach_of(session: Session) -> Reach:
    """How far a look at the store reaches that begins after this was asked."""
    newest = session.exec(select(func.max(SyncRun.id))).one()
    unfinished = select(SyncRun.id).where(col(SyncRun.state).in_(UNFINISHED)).order_by("id")
    return Reach(newest or 0, [key for key in session.exec(unfinished) if key is not None])


def changed_since(session: Session, sides: Sides, last: PairState) -> set[int]:
    """The dossiers of which something may have changed since the last time.

    What was written while the last time went on may carry an earlier instant than its own, so it
    is looked back a little further, at what the runs wrote that had not ended then and at what
    people decided: judging twice does no harm.
    """
    since = last.brought_at - LEASE
    of_sides = col(DossierRecord.source_id).in_(sides.source_ids)
    dossier, record = select(DossierRecord.dossier_id), DossierRecord
    of_portal = LookupAnswer.source_id == sides.portal_id
    queries: list[SelectOfScalar[int]] = [
        dossier.where(of_sides, *_unseen(last, col(record.observed_at), col(record.changed_run))),
        dossier.where(of_sides, *_unseen(last, col(record.gone_at), col(record.changed_run))),
        select(LookupAnswer.dossier_id).where(
            of_portal, *_unseen(last, col(LookupAnswer.asked_at), col(LookupAnswer.run_id))
        ),
        select(PairVerdict.dossier_id).where(col(PairVerdict.is_stale)),
        *_of_links(since),
        *of_quarantine(sides, since),
    ]
    return set(session.connection().execute(union(*queries)).scalars())


def _unseen(
    last: PairState, at: Mapped[Any], run: Mapped[int]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What was written since the last time, or meanwhile by a run that it may not have seen."""
    meanwhile = or_(run > last.newest_run, run.in_(last.unfinished))
    return at >= last.brought_at - LEASE, or_(at > last.brought_at, meanwhile)


def _of_links(since: datetime) -> Iterator[SelectOfScalar[int]]:
    touched = (col(CodeLink.at) >= since) | (col(CodeLink.undone_at) >= since)
    for code in (CodeLink.code, CodeLink.other):
        yield select(DossierCode.dossier_id).where(
            col(DossierCode.code).in_(select(code).where(touched))
        )


def of_quarantine(sides: Sides, since: datetime) -> Iterator[SelectOfScalar[int]]:
    """The dossiers whose rows came into quarantine, or out of it, at or after an instant."""
    touched = (
        col(Quarantine.source_id).in_(sides.source_ids),
        (col(Quarantine.at) >= since) | (col(Quarantine.solved_at) >= since),
    )
    yield select(DossierCode.dossier_id).where(
        col(DossierCode.code).in_(select(Quarantine.code).where(*touched))
    )
    yield select(DossierRecord.dossier_id).where(
        col(DossierRecord.source_id).in_(sides.source_ids),
        col(DossierRecord.external_id).in_(select(Quarantine.external_id).where(*touched)),
    )
