"""The decisions that announce procedures in the store, and the rates that come of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, exists, func, or_, select

from models.catalogue import Procedure, ProcedureDecision
from models.types import Period
from worker.core.calendar import Calendar
from worker.core.decisions import Decision, merged
from worker.core.indicators import Rate
from worker.core.publication import Publication, publications, rates_of
from worker.core.times import local_day
from worker.db.catalogue import usage
from worker.ports import ToldDecision


def decisions_to_read(
    session: Session, before: datetime, today: datetime, young_since: date
) -> list[str]:
    """The catalogue's numbers of the decisions worth asking for, those never read first.

    Args:
        session: The store.
        before: What was not read since then is read again.
        today: The start of the local day: what may become public any day is read once a day.
        young_since: From what local day on a decision may still become public.
    """
    awaited = exists().where(
        col(ProcedureDecision.procedure) == col(Procedure.code),
        col(ProcedureDecision.public_on).is_(None),
        col(ProcedureDecision.decided_on) >= young_since,
    )
    read = col(Procedure.decision_read_at)
    query = (
        select(Procedure.decision)
        .where(
            col(Procedure.decision).is_not(None),
            or_(read.is_(None), read < before, (read < today) & awaited),
        )
        .group_by(col(Procedure.decision))
        .order_by(func.count(read), col(Procedure.decision))
    )
    return [key for key in session.exec(query) if key]


def put_decisions(
    session: Session, answers: Mapping[str, ToldDecision | None], now: datetime
) -> None:
    """Keep what was answered for decisions (None: not known), for each procedure naming them."""
    query = select(Procedure).where(col(Procedure.decision).in_(answers))
    for row in session.exec(query).all():
        row.decision_read_at = now
        session.add(row)
        told = answers[row.decision or ""]
        if told is not None:
            _put(session, row.code, row.decision or "", told, now)
    session.flush()


def known_decisions(session: Session) -> list[Decision]:
    """Every decision the catalogue told of, by procedure and number."""
    order = (col(ProcedureDecision.procedure), col(ProcedureDecision.number))
    return [
        Decision(
            procedure=row.procedure,
            number=row.number,
            decided_on=row.decided_on,
            effective_on=row.effective_on,
            public_on=row.public_on,
            by_ministry=row.by_ministry,
        )
        for row in session.exec(select(ProcedureDecision).order_by(*order))
    ]


def found_publications(
    session: Session,
    codes: Collection[str],
    period: Period,
    calendar: Calendar,
    as_of: datetime,
    own: Sequence[Decision] = (),
) -> list[Publication]:
    """How procedures stand in a period, as known at ``as_of``.

    Args:
        session: The store.
        codes: The procedures the province handles.
        period: The counting period.
        calendar: Working days.
        as_of: The cut-off: what happened on a later local day has not happened. What a procedure
            lacks is always of now, for the catalogue keeps no history.
        own: The decisions of the province's folder, which stand before the catalogue's; the
            procedures they announce are among those it handles.
    """
    parts = dict(session.exec(select(Procedure.code, Procedure.parts)).all())
    decisions = merged(known_decisions(session), own)
    handled = {*codes, *(each.procedure for each in own)}
    return publications(handled, decisions, parts, calendar, period, local_day(as_of))


def rates(
    session: Session,
    period: Period,
    calendar: Calendar,
    as_of: datetime,
    *,
    procedures: Collection[str] = (),
    used: Collection[str] | None = None,
    own: Sequence[Decision] = (),
) -> Mapping[str, Rate]:
    """The components 1.1, 1.2 and 1.3 of the province, by their codes.

    ``procedures`` are those of the province's own table, beside those its dossiers bear (``used``;
    None: they are looked up, which reads every dossier); all else is as for ``found_publications``.
    """
    borne = {each.code for each in usage(session)} if used is None else used
    codes = {*procedures, *borne}
    return rates_of(found_publications(session, codes, period, calendar, as_of, own))


def _put(session: Session, procedure: str, key: str, told: ToldDecision, now: datetime) -> None:
    nameless = session.get(ProcedureDecision, (procedure, key))
    if nameless is not None and told.number != key:
        session.delete(nameless)
    session.merge(
        ProcedureDecision(
            procedure=procedure,
            number=told.number,
            decided_on=told.decided_on,
            effective_on=told.effective_on,
            public_on=told.public_on,
            by_ministry=told.by_ministry,
            read_at=now,
        )
    )
