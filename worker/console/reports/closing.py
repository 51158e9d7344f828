"""Closing a month as a page or a program asks for it."""

from worker.bootstrap import Services
from worker.console.index.shown import month_asked
from worker.console.written import written
from worker.core.access import Who
from worker.errors import PermanentError
from worker.journey import Wish
from worker.journey.signing import queue_close


def close_asked(
    services: Services, who: Who, month: str, role: str, reason: str, *, is_incomplete: bool
) -> tuple[int, ...]:
    """Put the close of a month in the queue, at the figures of now; the id of its run.

    Raises:
        PermanentError: nobody answers for it, nobody says why, the month can't be read or has not
            begun.
        StatementError: the month is closed.
    """
    period = month_asked(services, month)
    office, why = written(role), written(reason)
    if office is None:
        raise PermanentError("role_wanted")
    if why is None:
        raise PermanentError("reason_wanted")
    wish = Wish(
        as_of=services.clock().replace(microsecond=0),
        month=period.first,
        closes=True,
        role=office,
        incomplete=is_incomplete,
        by=who.name,
        reason=why,
    )
    return queue_close(services, wish)
