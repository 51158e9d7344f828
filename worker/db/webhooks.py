"""Webhooks that have been acted on: each counts once, however often it arrives."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete

from models.webhook import SeenWebhook
from worker.db.bulk import Target, enter, seconds

_SEEN = Target(
    "seenwebhook", ("source", "signature", "expires_at", "runs"), ("source", "signature")
)


def seen(session: Session, source: str, signature: str) -> tuple[int, ...] | None:
    """The runs a webhook has put in the queue before; None where it is new."""
    found = session.get(SeenWebhook, (source, signature))
    return None if found is None else tuple(found.runs)


def note_seen(
    session: Session,
    source: str,
    signature: str,
    *,
    runs: Sequence[int],
    expires_at: datetime,
    now: datetime,
) -> None:
    """Remember a webhook until its time stamp is too old, and forget those that have expired."""
    session.exec(delete(SeenWebhook).where(col(SeenWebhook.expires_at) < now))
    listed = "[" + ", ".join(map(str, runs)) + "]"
    enter(session, _SEEN, [(source, signature, seconds(expires_at), listed)])
