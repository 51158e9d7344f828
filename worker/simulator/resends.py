"""The simulated province system sends dossiers to the portal again, and keeps a log of it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from models.types import Cause
from worker.core.remedy import Remedy, remedy_of
from worker.simulator.manners import ALL_HONEST, Manner, ResendPlan, Said
from worker.simulator.records import HomeRow, Late, Planted, PortalObject, Truth
from worker.simulator.sending import code_sent, course_sent, header_sent

if TYPE_CHECKING:
    from worker.simulator.world import World

_TRIES_BEFORE_GIVING_UP = 11

_SAID_AT_ONCE = {
    Manner.QUEUED: Said.QUEUED,
    Manner.GIVES_UP: Said.QUEUED,
    Manner.NOTHING_SENT: Said.NOTHING,
    Manner.ALREADY_THERE: Said.EXISTS,
    Manner.UNMAPPED: Said.REFUSED,
}


class ResendCall(msgspec.Struct, frozen=True):
    """One step of a re-send as it was asked for; ``step`` is header, course or both."""

    code: str
    step: str
    updating: bool | None
    manner: Manner
    said: Said


class QueueRow(msgspec.Struct):
    """A row of the province's queue (wire.md 4.2): how often it was tried, and what came of it."""

    code: str
    tries: int = 0
    state: str = "waiting"


class Resends:
    """The province's own sender. Only what arrives changes what the portal holds.

    The truth about a dossier follows an honest re-send, and one without its course where the portal
    was merely behind. What comes of the other manners is not foretold: its truth stays as it was.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self.plan = ALL_HONEST
        self.calls: list[ResendCall] = []
        self.queue: list[QueueRow] = []

    def follow(self, plan: ResendPlan) -> None:
        """Send in the manners of ``plan`` from now on."""
        self.plan = plan

    def header(self, each: Planted, *, updating: bool) -> Said:
        """The header alone, as new or as an update of what the portal has."""
        return self._noted(
            each, "header", self._send_header(each, updating=updating), updating=updating
        )

    def course(self, each: Planted) -> Said:
        """The progress alone, of what the portal has."""
        return self._noted(each, "course", self._send_course(each))

    def both(self, each: Planted) -> Said:
        """One after the other; what the portal has already is updated."""
        known = self._held(each) is not None
        said = self._send_header(each, updating=known)
        if said is Said.DONE:
            said = self._send_course(each)
        return self._noted(each, "both", said, updating=known)

    def deliver(self) -> int:
        """Let all that waits in the queue arrive; how many dossiers."""
        waiting = [row for row in self.queue if row.state == "waiting"]
        for row in waiting:
            row.tries, row.state = row.tries + 1, "sent"
            each = self._world.bearing(row.code)
            if each is not None and each.homes:
                self._arrive(each, Manner.HONEST)
        return len({row.code for row in waiting})

    def _manner(self, each: Planted) -> Manner:
        """The manner of a dossier now; what was acknowledged in vain goes when asked for again."""
        manner = self.plan.manner(each.code)
        if manner is not Manner.SECOND_TIME:
            return manner
        asked = any(call.code == each.code and call.said is Said.NOTHING for call in self.calls)
        return Manner.HONEST if asked else Manner.NOTHING_SENT

    def _noted(self, each: Planted, step: str, said: Said, *, updating: bool | None = None) -> Said:
        manner = self._manner(each)
        self.calls.append(ResendCall(each.code, step, updating, manner, said))
        return said

    def _send_header(self, each: Planted, *, updating: bool) -> Said:
        manner = self._manner(each)
        if manner in _SAID_AT_ONCE:
            self._queue(each, manner)
            return _SAID_AT_ONCE[manner]
        known = self._held(each) is not None
        if known is not updating and manner is not Manner.SECOND_CODE:
            return Said.EXISTS if known else Said.UNKNOWN
        self._arrive_header(each, manner)
        return Said.DONE

    def _send_course(self, each: Planted) -> Said:
        manner = self._manner(each)
        if manner in _SAID_AT_ONCE:
            return _SAID_AT_ONCE[manner]
        if manner is Manner.HEADER_ONLY:
            return Said.COURSE_FAILED
        if self._held(each) is None:
            return Said.UNKNOWN
        self._arrive_course(each, manner)
        return Said.DONE

    def _queue(self, each: Planted, manner: Manner) -> None:
        if manner is Manner.QUEUED:
            self.queue.append(QueueRow(each.code))
        elif manner is Manner.GIVES_UP:
            self.queue.append(QueueRow(each.code, _TRIES_BEFORE_GIVING_UP, "gave_up"))

    def _held(self, each: Planted) -> object:
        return self._world.on_portal(code_sent(each.homes[0], self._manner(each)))

    def _arrive(self, each: Planted, manner: Manner) -> None:
        self._arrive_header(each, manner)
        self._arrive_course(each, manner)

    def _arrive_header(self, each: Planted, manner: Manner) -> None:
        world, home = self._world, each.homes[0]
        held = world.on_portal(code_sent(home, manner))
        if not _changes(each, manner, held):
            return
        name = world.names.get(home.unit, home.unit)
        world.hold(each, header_sent(home, held, manner, name, world.as_of))
        if manner is Manner.SECOND_CODE:
            second = code_sent(home, manner)
            each.homes = tuple(replace(row, reference=second) for row in each.homes)
        elif each.truth.cause is Cause.STATUS_BEHIND:
            each.truth = replace(each.truth, cause=Cause.END_EVENT_MISSING)

    def _arrive_course(self, each: Planted, manner: Manner) -> None:
        world, home = self._world, each.homes[0]
        held = world.on_portal(code_sent(home, manner))
        if held is None or not _changes(each, manner, held):
            return
        world.hold(each, course_sent(home, held, manner, world.frame.latest, world.as_of))
        if manner is Manner.HONEST:
            each.truth = self._truth_after(each, home)

    def _truth_after(self, each: Planted, home: HomeRow) -> Truth:
        """Both sides agree now, unless the portal has a wrong end that lies after the right one.

        That event stays, and the portal goes by its last end.
        """
        held = self._world.on_portal(home.code)
        end = held.ended_by_events if held is not None else None
        late = each.truth.late
        if each.truth.cause is Cause.END_DIFFERS and end != home.ended:
            return each.truth
        counted = home.received is not None and (
            home.ended is None or home.ended >= self._world.frame.month_start
        )
        return replace(
            each.truth,
            late=Late(late.province, late.by_portal_rule, late.by_portal_rule),
            cause=None,
            counted=int(counted),
            completed=int(counted and end is not None),
        )


def _changes(each: Planted, manner: Manner, held: PortalObject | None) -> bool:
    """Whether a re-send brings the portal anything but what it has.

    Where sending again is not what mends a difference, the same wrong thing is sent once more;
    where the sides agree, the same right one.
    """
    if manner in (Manner.REWRITES, Manner.SECOND_CODE, Manner.ENDS_NOW):
        return True
    if held is None or not held.events:
        return each.truth.cause is not Cause.TWO_CODES
    cause = each.truth.cause
    return cause is not None and (remedy_of(cause) is Remedy.RESEND or cause is Cause.IN_FLIGHT)
