"""``POST /events/{source}``: a source tells that dossiers have changed, and they are read again.

Who may tell is known by a signature over time stamp and body. An old message sent again is refused
by its time stamp, a fresh one by having been seen; what is never read is never stored or logged.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from secrets import token_hex
from typing import Final

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from worker.bootstrap import Services
from worker.console.parts import Parts, parts_of
from worker.console.told import NotTold, Told, told_in
from worker.core.outbox_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
from worker.db.webhooks import note_seen, seen
from worker.i18n import text

LARGEST_BODY = 64 * 1024
# How far the clocks of both sides may be apart, the time on the way included.
WINDOW = timedelta(minutes=5)
_PATIENCE = 10.0
_MOST_DIGITS = 11
_SEEN, _QUEUED = 200, 202
# Signs for sources that may not send, so that refusing them takes as long.
_NOBODYS: Final = token_hex()


@dataclass(frozen=True, slots=True)
class _Signed:
    """A message whose signature is right, and the instant (UTC) it was sent."""

    signature: str
    sent: datetime


async def hear(request: Request) -> JSONResponse:
    """Put a reading of the dossiers named in the queue: 202, or 200 where that was done before."""
    parts, source = parts_of(request), request.path_params["source"]
    try:
        body = await asyncio.wait_for(request.body(), _PATIENCE)
    except (TimeoutError, ClientDisconnect):
        return _refusal(408, "too_slow")
    secret = parts.webhook_secret(source)
    signed = _signed(request.headers, body, secret.get_secret_value() if secret else _NOBODYS)
    if secret is None:
        return _refusal(404, "unknown")
    if signed is None or abs(parts.clock() - signed.sent) > WINDOW:
        return _refusal(401, "refused")
    try:
        told = told_in(body)
    except NotTold as error:
        return _refusal(400, error.reason)
    services = await run_in_threadpool(parts.joined.get)
    status, runs = await run_in_threadpool(_act, parts, services, source, signed, told)
    return JSONResponse(
        {"runs": runs, "unreadable": told.unreadable},
        status_code=status,
        # A broker that is away keeps nobody waiting: the row in the queue is what counts.
        background=BackgroundTask(parts.announce, services, runs) if status == _QUEUED else None,
    )


def _signed(headers: Mapping[str, str], body: bytes, secret: str) -> _Signed | None:
    stamp = headers.get(TIMESTAMP_HEADER, "")
    readable = stamp.isascii() and stamp.isdigit() and len(stamp) <= _MOST_DIGITS
    seconds = int(stamp) if readable else 0
    expected = signature(secret, seconds, body)
    given = headers.get(SIGNATURE_HEADER, "").strip().lower()
    if not compare_digest(given.encode(), expected.encode()):
        return None
    return _Signed(expected, datetime.fromtimestamp(seconds, UTC))


def _act(
    parts: Parts, services: Services, source: str, signed: _Signed, told: Told
) -> tuple[int, list[int]]:
    """Queue once; the status of the answer, and the runs.

    It is queued first and noted then: whoever is killed in between does it once more when told
    again, and finds the same run in the queue.
    """
    with Session(services.engine) as session:
        before = seen(session, source, signed.signature)
    if before is not None:
        return _SEEN, list(before)
    runs = parts.queue(services, source, told.codes) if told.codes else ()
    with Session(services.engine) as session, session.begin():
        note_seen(
            session,
            source,
            signed.signature,
            runs=runs,
            expires_at=signed.sent + WINDOW,
            now=parts.clock(),
        )
    return _QUEUED, list(runs)


def _refusal(status: int, reason: str) -> JSONResponse:
    return JSONResponse(
        {"error": reason, "message": text(f"console.webhook.{reason}")}, status_code=status
    )
