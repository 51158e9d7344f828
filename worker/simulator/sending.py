"""What the portal holds of a dossier after the province's system has sent it again.

The portal's header is what came last, its progress all that ever came: no sender can take an event
back (wire.md sections 4.4 and 17, S6).
"""

from dataclasses import replace
from datetime import datetime
from zlib import crc32

from worker.simulator.desk import PORTAL_STATUS, progress_of
from worker.simulator.manners import Manner
from worker.simulator.records import HomeRow, PortalObject

_WAITING, _PAYING, _STOPPED, _FINISHED = 5, 6, 8, 9
_REWRITTEN = frozenset({_WAITING, _PAYING, _STOPPED})
_RECEIVED = PORTAL_STATUS["new"]
_FIRST_RANDOM, _RANDOMS = 10_000, 89_999

Event = tuple[datetime, int]


def code_sent(home: HomeRow, manner: Manner) -> str:
    """The code under which a dossier goes to the portal; a second one is of TD's kind (6.3)."""
    if manner is not Manner.SECOND_CODE:
        return home.code
    number = _FIRST_RANDOM + crc32(home.code.encode()) % _RANDOMS
    return f"{home.unit}-{home.received or home.submitted:%y%m%d}-{number}"


def header_sent(
    home: HomeRow, held: PortalObject | None, manner: Manner, unit_name: str, now: datetime
) -> PortalObject:
    """The portal's object with the header as sent, its progress as it was.

    Unit and procedure are those the portal has already: the same lists name them again.
    """
    held = held or _blank(home, code_sent(home, manner), unit_name)
    status = PORTAL_STATUS[home.status]
    ended = now if manner is Manner.ENDS_NOW and home.ended else home.released
    return replace(
        held,
        status=_FINISHED if manner is Manner.REWRITES and status in _REWRITTEN else status,
        received=home.received,
        due=home.due,
        ended=ended,
        returned=home.finished if home.status == "done" else None,
        broken=None,
        drawn=home.drawn,
    )


def course_sent(
    home: HomeRow, held: PortalObject, manner: Manner, latest: datetime, now: datetime
) -> PortalObject:
    """The portal's object with the events as sent after those it has."""
    if manner is Manner.REWRITES:
        return replace(held, events=(*held.events, *_synthetic(home)))
    events = [*progress_of(home, latest), *_request(home, held)]
    if manner is Manner.ENDS_NOW and home.ended:
        events = [(now if status >= _FINISHED else at, status) for at, status in events]
    return replace(held, events=(*held.events, *(e for e in events if e not in held.events)))


def _blank(home: HomeRow, code: str, unit_name: str) -> PortalObject:
    return PortalObject(
        code=code,
        unit=home.unit,
        unit_name=unit_name,
        procedure=home.procedure,
        status=_RECEIVED,
        received=None,
        due=None,
    )


def _request(home: HomeRow, held: PortalObject) -> list[Event]:
    """The request for supplements of a dossier that waits: after all that came, before it is due.

    A request that the portal has already is not sent a second time.
    """
    if home.status != "waiting" or home.received is None or home.due is None:
        return []
    if any(status == _WAITING for _, status in held.events):
        return []
    last = max([home.received, *(at for at, _ in held.events)])
    return [(max(last, (last + (home.due - last) / 2).replace(microsecond=0)), _WAITING)]


def _synthetic(home: HomeRow) -> list[Event]:
    """What TD adds at every push, an end at the receipt where none is known (6.3)."""
    received = home.received or home.submitted
    is_over = PORTAL_STATUS[home.status] in _REWRITTEN or home.ended is not None
    end = [(home.ended or received, _FINISHED)] if is_over else []
    return [(received, _RECEIVED), *end]
