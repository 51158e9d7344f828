"""Requests to send dossiers again: asked for, decided, sent, watched. Rows are the queue.

Every step is a compare-and-set on the state of the request, so that two people, or two processes,
can't both take it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, exists, func, or_, select, update

from models.dossier import DossierRecord
from models.resend import ResendItem, ResendRequest
from models.resend_types import OPEN_RESENDS, ResendAnswer, ResendGround, ResendResult, ResendState
from models.source import SyncRun
from worker.core.resend.selection import Candidate
from worker.db.sources import identity
from worker.errors import NotFoundError, ResendError

# What a person has to look at, instead of sending it once more.
IN_VAIN = (ResendResult.UNCHANGED, ResendResult.WORSE)


def add(session: Session, request: ResendRequest, chosen: Sequence[Candidate]) -> int:
    """Enter a request with its dossiers; the id."""
    session.add(request)
    session.flush()
    key = identity(request.id)
    session.add_all(_item(key, each) for each in chosen)
    session.flush()
    return key


def _item(request: int, each: Candidate) -> ResendItem:
    if each.external_id is None or each.status is None:
        message = "only what the province's system holds can be sent again"
        raise AssertionError(message)
    return ResendItem(
        request_id=request,
        dossier_id=each.dossier_id,
        discrepancy_id=each.discrepancy_id,
        code=each.code,
        external_id=each.external_id,
        status=each.status,
        is_known=each.is_known,
        cause=each.cause,
        contribution=each.contribution,
        shows=dict(each.shows),
    )


def get(session: Session, number: int) -> ResendRequest:
    """A request.

    Raises:
        NotFoundError: there is none of this number.
    """
    row = session.get(ResendRequest, number)
    if row is None:
        raise NotFoundError("resend_unknown", request=number)
    return row


def step(
    session: Session, number: int, before: Collection[ResendState], **values: Any
) -> ResendRequest:
    """Change a request that is in one of these states; the row as stored afterwards.

    Raises:
        NotFoundError: there is none of this number.
        ResendError: it is in another state.
    """
    row = get(session, number)
    if not take(session, number, before, **values):
        session.refresh(row)
        raise ResendError("resend_state", request=number, problem=f"resend_{row.state.value}")
    session.refresh(row)
    return row


def take(session: Session, number: int, before: Collection[ResendState], **values: Any) -> bool:
    """The same; False where it is in another state."""
    unchanged = (col(ResendRequest.id) == number, col(ResendRequest.state).in_(before))
    return session.exec(update(ResendRequest).where(*unchanged).values(**values)).rowcount == 1


def put_off(session: Session, number: int, until: datetime) -> None:
    """Let no further dossier of a request go before an instant."""
    take(session, number, [ResendState.SENDING], send_at=until)


def stop(session: Session, number: int, by: str, now: datetime) -> ResendRequest:
    """Let no further dossier of a request go; the request goes on as long as some are watched.

    Raises:
        NotFoundError: there is none of this number.
        ResendError: it is over.
    """
    row = step(session, number, OPEN_RESENDS, stopped_by=by, stopped_at=now, send_at=None)
    release(session, number, unsent_only=True)
    if going(session, number):
        return step(session, number, [row.state], state=ResendState.WATCHING)
    return step(session, number, [row.state], state=ResendState.STOPPED, ended_at=now)


def items_of(session: Session, number: int) -> list[ResendItem]:
    """The dossiers of a request, in the order in which they go."""
    query = select(ResendItem).where(ResendItem.request_id == number)
    return list(session.exec(query.order_by(col(ResendItem.id))))


def release(session: Session, number: int, *, unsent_only: bool = False) -> int:
    """Let other requests ask for the dossiers; how many were let go."""
    here = [col(ResendItem.request_id) == number, col(ResendItem.is_open)]
    if unsent_only:
        here.append(col(ResendItem.sent_at).is_(None))
    told = {"is_open": False, "ground": ResendGround.NOT_ASKED}
    return session.exec(update(ResendItem).where(*here).values(**told)).rowcount


def next_unsent(session: Session, number: int) -> ResendItem | None:
    """The next dossier that is to go."""
    query = select(ResendItem).where(
        ResendItem.request_id == number, col(ResendItem.is_open), col(ResendItem.sent_at).is_(None)
    )
    return session.exec(query.order_by(col(ResendItem.id)).limit(1)).one_or_none()


def is_on_portal(session: Session, request: ResendRequest, item: ResendItem) -> bool:
    """Whether the portal has the dossier of an item, as far as we know by now."""
    query = select(DossierRecord.id).where(
        DossierRecord.source_id == request.portal_source_id,
        DossierRecord.dossier_id == item.dossier_id,
        col(DossierRecord.gone_at).is_(None),
    )
    return session.exec(query.limit(1)).first() is not None


def unanswered(session: Session, number: int) -> list[ResendItem]:
    """Dossiers that may have gone: a process ended between the call and its answer."""
    query = select(ResendItem).where(
        ResendItem.request_id == number,
        col(ResendItem.sent_at).is_not(None),
        col(ResendItem.answer).is_(None),
    )
    return list(session.exec(query))


def keep_answer(
    session: Session, item: int, answer: ResendAnswer, words: str, now: datetime
) -> None:
    """Keep what the province's system answered for a dossier."""
    mine = col(ResendItem.id) == item
    told = {"answer": answer, "words": words, "answered_at": now}
    session.exec(update(ResendItem).where(mine).values(**told))


def not_sent(session: Session, item: int) -> None:
    """Take back that a dossier went: its call was never made."""
    mine = (col(ResendItem.id) == item, col(ResendItem.answer).is_(None))
    session.exec(update(ResendItem).where(*mine).values(sent_at=None, run_id=None))


def count_as_sent(session: Session, number: int, now: datetime) -> None:
    """Keep that all dossiers of a request went, by a list that people work off.

    The newest run there is by now tells, as the run of a call does, what was read afterwards.
    """
    newest = session.exec(select(func.max(SyncRun.id))).one() or 0
    here = (col(ResendItem.request_id) == number, col(ResendItem.is_open))
    session.exec(update(ResendItem).where(*here).values(sent_at=now, run_id=newest))


def sent_since(session: Session, source_id: int, since: datetime) -> list[datetime]:
    """When dossiers of any request of a source went by its own call, from an instant on."""
    query = (
        select(ResendItem.sent_at)
        .join(ResendRequest, col(ResendRequest.id) == col(ResendItem.request_id))
        .where(
            ResendRequest.source_id == source_id,
            col(ResendRequest.by_hand).is_(False),
            col(ResendItem.sent_at) >= since,
        )
    )
    return [at for at in session.exec(query) if at is not None]


def sending(session: Session, now: datetime) -> list[ResendRequest]:
    """Requests of which more may go by now, the oldest first."""
    query = select(ResendRequest).where(
        ResendRequest.state == ResendState.SENDING, col(ResendRequest.send_at) <= now
    )
    return list(session.exec(query.order_by(col(ResendRequest.id))))


def to_look_at(session: Session, now: datetime) -> list[ResendRequest]:
    """Requests whose dossiers the portal is to be asked about by now, the oldest first."""
    query = select(ResendRequest).where(col(ResendRequest.look_at) <= now, _has_gone())
    return list(session.exec(query.order_by(col(ResendRequest.id))))


def watched(session: Session) -> list[ResendRequest]:
    """Requests with dossiers that went and are waited for, the oldest first."""
    query = select(ResendRequest).where(_has_gone())
    return list(session.exec(query.order_by(col(ResendRequest.id))))


def _has_gone() -> Any:
    """Whether a request has dossiers that went and are still waited for."""
    gone = (col(ResendItem.is_open), col(ResendItem.sent_at).is_not(None))
    return exists().where(col(ResendItem.request_id) == col(ResendRequest.id), *gone)


def going(session: Session, number: int) -> list[ResendItem]:
    """The dossiers of a request that went and are still waited for."""
    query = select(ResendItem).where(
        ResendItem.request_id == number,
        col(ResendItem.is_open),
        col(ResendItem.sent_at).is_not(None),
    )
    return list(session.exec(query.order_by(col(ResendItem.id))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests to list; None does not limit. ``units``: only those of these units.

    ``offset``: how many of the newest are passed over.
    """

    unit: str | None = None
    units: Collection[str] | None = None
    states: Collection[ResendState] = ()
    limit: int | None = None
    offset: int = 0


def list_rows(session: Session, wanted: Wanted) -> tuple[int, list[ResendRequest]]:
    """How many requests there are, and the newest of them."""
    query = select(ResendRequest)
    if wanted.unit is not None:
        query = query.where(ResendRequest.unit == wanted.unit)
    if wanted.units is not None:
        query = query.where(col(ResendRequest.unit).in_(wanted.units))
    if wanted.states:
        query = query.where(col(ResendRequest.state).in_(wanted.states))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    newest = query.order_by(col(ResendRequest.id).desc()).limit(wanted.limit)
    newest = newest.offset(wanted.offset)
    return total, list(session.exec(newest))


def touching(session: Session, since: datetime, until: datetime) -> list[ResendRequest]:
    """Requests that were asked for or ended from ``since`` on and before ``until``, in order."""
    asked = (col(ResendRequest.asked_at) >= since) & (col(ResendRequest.asked_at) < until)
    ended = (col(ResendRequest.ended_at) >= since) & (col(ResendRequest.ended_at) < until)
    query = select(ResendRequest).where(or_(asked, ended))
    return list(session.exec(query.order_by(col(ResendRequest.id))))


def items_by_request(
    session: Session, numbers: Collection[int]
) -> Mapping[int, Sequence[ResendItem]]:
    """The dossiers of several requests."""
    found: dict[int, list[ResendItem]] = {number: [] for number in numbers}
    query = select(ResendItem).where(col(ResendItem.request_id).in_(numbers))
    for row in session.exec(query.order_by(col(ResendItem.id))):
        found[row.request_id].append(row)
    return found


def of_dossier(session: Session, dossier_id: int) -> list[tuple[ResendRequest, ResendItem]]:
    """Every time a dossier was asked for, the oldest first."""
    query = (
        select(ResendRequest, ResendItem)
        .join(ResendItem, col(ResendItem.request_id) == col(ResendRequest.id))
        .where(ResendItem.dossier_id == dossier_id)
        .order_by(col(ResendItem.id))
    )
    return list(session.exec(query))


def sent_in_vain(session: Session) -> frozenset[int]:
    """Dossiers that were sent again, the last time without mending anything."""
    last = select(func.max(ResendItem.id)).where(col(ResendItem.sent_at).is_not(None))
    query = select(ResendItem.dossier_id).where(
        col(ResendItem.id).in_(last.group_by(col(ResendItem.dossier_id))),
        col(ResendItem.is_open).is_(False),
        col(ResendItem.result).in_(IN_VAIN),
    )
    return frozenset(session.exec(query))


def move(session: Session, dossier: int, into: int) -> None:
    """Let what was asked for of a dossier that turned out to be another be that one's.

    Where the other is in an open request as well, this one is no longer held by its own.
    """
    taken = select(ResendItem.id).where(ResendItem.dossier_id == into, col(ResendItem.is_open))
    here = col(ResendItem.dossier_id) == dossier
    if session.exec(taken).first() is not None:
        session.exec(update(ResendItem).where(here).values(is_open=False))
    session.exec(update(ResendItem).where(here).values(dossier_id=into))
