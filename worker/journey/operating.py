"""What operators do to runs: start, cancel, do again, let go on.

Who and why stays in the audit trail.
"""

from contextlib import suppress

from sqlmodel import Session

from models.source import SyncRun
from models.types import Trigger
from worker.bootstrap import Services, is_alive
from worker.db import audit, queue, resends, runs
from worker.db.queue import Order
from worker.errors import ResendError, RunError
from worker.flow import Stage
from worker.journey.queueing import queue_sync
from worker.journey.wish import Wish


def start_sync(services: Services, wish: Wish) -> tuple[int, ...]:
    """Put the first runs of a journey in the queue; their ids.

    An equal run that waits already, or was interrupted a short while ago, serves this wish too.

    Raises:
        NotFoundError: the wished-for source is not configured.
    """
    ids = queue_sync(services, wish)
    told = wish.stored()
    codes = told.pop("codes", None)
    if codes:
        told["dossiers"] = len(codes)
    with Session(services.engine) as session, session.begin():
        audit.note(
            session,
            by=wish.by or "",
            action="run_started",
            subject=f"run {ids[0]}",
            now=services.clock(),
            reason=wish.reason,
            **told,
        )
    return ids


def cancel_run(services: Services, run_id: int, by: str, reason: str | None) -> SyncRun:
    """Stop a run: at once where it waits or its process is gone, else at its next step.

    Raises:
        NotFoundError: there is none of this number.
        RunError: it has ended.
    """
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = runs.get_run(session, run_id)
        held = runs.is_run_held(row, is_alive, services.settings.runs.lease, now)
        if not queue.cancel(session, row, now, held=held):
            raise RunError("run_over", run=run_id)
        _note(session, services, "run_cancelled", row, by, reason)
        if row.stage == Stage.RESEND:
            # Who cancels the run does not want the next one to go on with the request.
            with suppress(ResendError):
                resends.stop(session, row.wish["resend"], by, now)
    return row


def retry_run(services: Services, run_id: int, by: str, reason: str | None) -> SyncRun:
    """Put a run in the queue that does the same once more.

    It begins at the beginning, unless the run was interrupted a short while ago: that one goes on.

    Raises:
        NotFoundError: there is none of this number.
        RunError: it read a file, which only whoever has it can bring again.
    """
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = _not_of_file(session, run_id)
        order = Order(
            stage=row.stage,
            source_id=row.source_id,
            trigger=Trigger.OPERATOR,
            wish=row.wish,
            by=by,
            reason=reason,
        )
        again = runs.get_run(session, queue.put(session, order, now) or run_id)
        _note(session, services, "run_retried", row, by, reason, again=again.id)
    return again


def resume_run(services: Services, run_id: int, by: str, reason: str | None) -> SyncRun:
    """Put an interrupted run back in the queue, to go on at its checkpoint.

    Raises:
        NotFoundError: there is none of this number.
        RunError: it was not interrupted, or read a file.
    """
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = _not_of_file(session, run_id)
        if not queue.resume(session, row, now):
            raise RunError("run_not_interrupted", run=run_id)
        _note(session, services, "run_resumed", row, by, reason)
    return row


def _not_of_file(session: Session, run_id: int) -> SyncRun:
    """A run that any process can do; what read a file is done by whoever has that."""
    row = runs.get_run(session, run_id)
    if row.stage == Stage.LOAD:
        raise RunError("run_of_file", run=run_id)
    return row


def _note(
    session: Session,
    services: Services,
    action: str,
    row: SyncRun,
    by: str,
    reason: str | None,
    **detail: int | None,
) -> None:
    audit.note(
        session,
        by=by,
        action=action,
        subject=f"run {row.id}",
        now=services.clock(),
        reason=reason,
        **detail,
    )
