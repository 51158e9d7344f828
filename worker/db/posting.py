"""Mails on their way into the outbox, and the people operators entered to get them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from models.mail import OutboundMail
from models.mail import Recipient as RecipientRow
from models.reconciliation import Reconciliation
from models.types import MailReason, MailState
from worker.core.alerts.notices import Notice
from worker.core.reference import Recipient
from worker.db import incidents
from worker.db.early_warnings import EarlyWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A finished mail: ``content`` is the whole message, ``incidents`` the ids it speaks of."""

    unit: str
    to: Sequence[str]
    subject: str
    message_id: str
    thread: str
    incidents: Sequence[int]
    reason: MailReason
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What the mails of one evaluation are written from: the notices, and what there is to tell.

    ``row`` is the reconciliation they go by, None where there is none to go by; ``warned`` what
    becomes late next, by unit.
    """

    notices: Sequence[Notice]
    row: Reconciliation | None
    now: datetime
    warned: Mapping[str, Sequence[EarlyWarning]] = field(default_factory=dict)


Write = Callable[[Session, Occasion], Sequence[Draft]]


def post_all(session: Session, occasion: Occasion, write: Write) -> int:
    """Write the mails of an evaluation and keep that they were; how many are new in the outbox."""
    drafts = write(session, occasion)
    for notice in occasion.notices:
        incidents.note_told(session, notice.told, notice.reason.value, occasion.now)
    return sum(post(session, draft, occasion.now) for draft in drafts)


def post(session: Session, draft: Draft, now: datetime) -> bool:
    """Put a mail in the outbox, in the transaction of what it tells of.

    False where it lies there already: the same evaluation may be made twice.
    """
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(OutboundMail).values(
        unit=draft.unit,
        to=list(draft.to),
        subject=draft.subject,
        message_id=draft.message_id,
        thread=draft.thread,
        incidents=list(draft.incidents),
        reason=draft.reason,
        content=draft.content,
        state=MailState.WAITING,
        attempts=0,
        next_try_at=now,
        fence=0,
        created_at=now,
    )
    added = statement.on_conflict_do_nothing().returning(col(OutboundMail.id))
    return bool(session.exec(added).all())


def entered_recipients(session: Session) -> list[Recipient]:
    """Those whom operators entered, beside the province's own list."""
    query = select(RecipientRow).order_by(col(RecipientRow.id))
    return [Recipient(each.unit, each.email, each.role) for each in session.exec(query)]
