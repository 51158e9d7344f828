"""Which dossiers of a pair were known otherwise at a past as-of instant than they are now."""

from datetime import datetime, timedelta

from sqlalchemy import exists, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.dossier import DossierRecord, LookupAnswer, RecordVersion
from worker.db.cases import Sides
from worker.db.pair_news import of_quarantine

_ONE_SECOND = timedelta(seconds=1)


def known_otherwise(session: Session, sides: Sides) -> set[int]:
    """The dossiers that a later change, answer or unreadable row set apart from what they were.

    A record that has not changed since it was first seen is taken as it is, also before that,
    unless it is not to be known at all.
    """
    queries = [*_records(sides), _answers(sides), *of_quarantine(sides, sides.as_of + _ONE_SECOND)]
    if sides.known_by is not None:
        queries += _heard_of_later(sides, sides.known_by)
    return set(session.connection().execute(union(*queries)).scalars())


def _records(sides: Sides) -> tuple[SelectOfScalar[int], SelectOfScalar[int]]:
    record = select(DossierRecord.dossier_id).where(
        col(DossierRecord.source_id).in_(sides.source_ids)
    )
    earlier = exists().where(col(RecordVersion.record_id) == col(DossierRecord.id))
    return (
        record.where(col(DossierRecord.observed_at) > sides.as_of, earlier),
        record.where(col(DossierRecord.gone_at) > sides.as_of),
    )


def _heard_of_later(sides: Sides, known_by: datetime) -> tuple[SelectOfScalar[int], ...]:
    """Those with anything of a later instant, the first of its kind or not."""
    record = select(DossierRecord.dossier_id).where(
        col(DossierRecord.source_id).in_(sides.source_ids),
        col(DossierRecord.observed_at) > known_by,
    )
    answer = select(LookupAnswer.dossier_id).where(
        LookupAnswer.source_id == sides.portal_id,
        col(LookupAnswer.asked_at) > known_by,
        col(LookupAnswer.since) > known_by,
    )
    return record, answer


def _answers(sides: Sides) -> SelectOfScalar[int]:
    """Those for a code that was answered otherwise before."""
    before = aliased(LookupAnswer)
    return select(LookupAnswer.dossier_id).where(
        LookupAnswer.source_id == sides.portal_id,
        # What began later was asked for later still; there is an index on that.
        col(LookupAnswer.asked_at) > sides.as_of,
        col(LookupAnswer.since) > sides.as_of,
        exists().where(
            col(before.source_id) == col(LookupAnswer.source_id),
            col(before.code) == col(LookupAnswer.code),
            col(before.id) < col(LookupAnswer.id),
        ),
    )
