"""Dossiers late on the portal alone, because it knows them wrongly (domain, data causes)."""

from dataclasses import replace
from datetime import datetime, timedelta

from models.types import Cause
from worker.simulator.desk import DAY, HOUR, SECOND, Desk
from worker.simulator.records import HomeRow, Late, PortalObject, Sides, Truth
from worker.simulator.scenarios_honest import Needs, Scenario

SHIFT = 7 * HOUR


def _ended_in_time(desk: Desk) -> tuple[HomeRow, PortalObject]:
    """Ended before a due time that has passed since."""
    received, end = desk.course(2)
    due = desk.between(end, desk.frame.latest)
    return desk.pair(desk.rng.choice(("done", "releasing")), received, due, end)


def _stale(portal: PortalObject) -> PortalObject:
    """The object as it was before the end was sent."""
    events = tuple(event for event in portal.events if event[1] < 9)  # noqa: PLR2004
    return replace(portal, status=4, ended=None, returned=None, events=events)


def _status_behind(desk: Desk) -> Sides:
    home, portal = _ended_in_time(desk)
    return Sides((home,), (_stale(portal),))


def _end_event_missing(desk: Desk) -> Sides:
    home, portal = _ended_in_time(desk)
    return Sides((home,), (replace(portal, events=_stale(portal).events),))


def _under_its_second_code(desk: Desk) -> Sides:
    home, portal = _ended_in_time(desk)
    second = desk.portal_code(home.submitted)
    home = replace(home, reference=second)
    return Sides((home,), (replace(_stale(portal), code=second),))


def _under_both_codes(desk: Desk) -> Sides:
    home, portal = _ended_in_time(desk)
    second = desk.portal_code(home.submitted)
    home = replace(home, reference=second)
    return Sides((home,), (portal, replace(_stale(portal), code=second)))


def ended_at(portal: PortalObject, end: datetime) -> PortalObject:
    """The object with its end at ``end``."""
    events = (*_stale(portal).events, (end, 9))
    return replace(portal, status=9, ended=end, returned=None, events=events)


def _end_sent_too_late(desk: Desk) -> Sides:
    received, end, due, told = desk.course(4)
    home, portal = desk.pair("releasing", received, due, end)
    return Sides((home,), (ended_at(portal, told),))


def _end_sent_again(desk: Desk) -> Sides:
    """A second push brought the same synthetic end once more (wire.md 4.3)."""
    sides = _end_sent_too_late(desk)
    (portal,) = sides.portals
    return Sides(sides.homes, (replace(portal, events=(*portal.events, portal.events[-1])),))


def _end_set_to_due(desk: Desk) -> Sides:
    """The end was put back to the due time at home after it had been sent (wire.md 6.4)."""
    received, due, told = desk.course(3)
    home, portal = desk.pair("releasing", received, due, due)
    return Sides((home,), (ended_at(portal, told),))


def _extension_not_sent(desk: Desk) -> Sides:
    received, old_due, end = desk.course(3)
    due = desk.between(end + HOUR, end + 5 * DAY)
    home, portal = desk.pair("done", received, due, end)
    return Sides((home,), (replace(portal, due=old_due),))


def _extension_not_sent_open(desk: Desk) -> Sides:
    received, old_due = desk.course(2)
    home, portal = desk.pair("processing", received, desk.later())
    return Sides((home,), (replace(portal, due=old_due),))


def _pause_not_sent(desk: Desk) -> Sides:
    received, due = desk.course(2)
    home = desk.home("waiting", received, due)
    portal = desk.portal(replace(home, status="processing"))
    events = tuple(event for event in portal.events if event[0] < due)
    return Sides((home,), (replace(portal, events=events),))


def _receipt_moved_into_month(desk: Desk) -> Sides:
    month = desk.frame.month_start
    received, due, end = desk.steps(month - 25 * DAY, month - HOUR, 3)
    home, portal = desk.pair("releasing", received, due, end)
    moved = desk.between(month + HOUR, desk.frame.latest)
    return Sides((home,), (replace(portal, received=moved, events=((moved, 2), (end, 9))),))


def _receipt_told_too_early(desk: Desk) -> Sides:
    """Without a due date the legal limit runs from receipt, which the portal has too early."""
    procedure = desk.frame.limited[0]
    days = procedure.statutory_days or 0
    end = desk.between(desk.frame.month_start + 2 * HOUR, desk.frame.latest)
    received = desk.between(end - 8 * HOUR, end - HOUR)
    home, portal = desk.pair("releasing", received, None, end, procedure=procedure.code)
    early = received - (2 * days + 14) * DAY - 5 * SECOND
    return Sides((home,), (replace(portal, received=early, events=((early, 2), (end, 9))),))


def _under_a_shorter_procedure(desk: Desk) -> Sides:
    """No due date on either side; the portal measures by a procedure with a shorter limit."""
    short, long = desk.frame.limited[0], desk.frame.limited[-1]
    end = desk.between(desk.frame.month_start + HOUR, desk.frame.latest)
    received = _between_limits(desk, end, short.statutory_days or 0, long.statutory_days or 0)
    home, portal = desk.pair("done", received, None, end, procedure=long.code)
    return Sides((home,), (replace(portal, procedure=short.code),))


def _between_limits(desk: Desk, end: datetime, short: int, long: int) -> datetime:
    """A receipt after which ``end`` is beyond the short limit and within the long one."""
    calendar, received = desk.frame.calendar, end - HOUR
    while calendar.add_working_days(received, short) >= end:
        received -= 2 * HOUR
    if calendar.add_working_days(received, long) < end:
        message = "no receipt lies between the two limits"
        raise AssertionError(message)
    return received


def shifted(portal: PortalObject, by: timedelta) -> PortalObject:
    """The object with every time of it moved."""
    events = tuple((at + by, status) for at, status in portal.events)
    return replace(
        portal, received=_moved(portal.received, by), due=_moved(portal.due, by), events=events
    )


def _moved(instant: datetime | None, by: timedelta) -> datetime | None:
    return instant + by if instant is not None else None


def _clock_behind(desk: Desk) -> Sides:
    """The portal has every time seven hours early: past due there, not yet at home."""
    as_of = desk.frame.as_of
    received = desk.between(desk.frame.month_start + 8 * HOUR, as_of - DAY)
    due = desk.between(as_of + HOUR, as_of + 6 * HOUR)
    home, portal = desk.pair("processing", received, due)
    return Sides((home,), (shifted(portal, -SHIFT),))


def _in_flight(desk: Desk) -> Sides:
    """Ended minutes ago and in time, and due since: the news is still on its way."""
    end = desk.frame.as_of - timedelta(seconds=desk.rng.randrange(5 * 60, 20 * 60))
    due = end + timedelta(seconds=desk.rng.randrange(30, 4 * 60))
    (received,) = desk.course(1)
    home, portal = desk.pair("releasing", received, due, end)
    return Sides((home,), (_stale(portal),))


_WRONGLY_LATE = Late(0, 0, 1)


def _adds(cause: Cause, completed: int = 0, counted: int = 1) -> Truth:
    return Truth(cause=cause, late=_WRONGLY_LATE, counted=counted, completed=completed)


ADDS = (
    Scenario("status_behind", _status_behind, _adds(Cause.STATUS_BEHIND), 8),
    Scenario("end_event_missing", _end_event_missing, _adds(Cause.END_EVENT_MISSING), 6),
    Scenario("under_its_second_code", _under_its_second_code, _adds(Cause.TWO_CODES)),
    Scenario("under_both_codes", _under_both_codes, _adds(Cause.TWO_CODES, 1, 2)),
    Scenario("end_sent_too_late", _end_sent_too_late, _adds(Cause.END_DIFFERS, 1), 2),
    Scenario("end_sent_again", _end_sent_again, _adds(Cause.END_DIFFERS, 1)),
    Scenario("end_set_to_due", _end_set_to_due, _adds(Cause.END_DIFFERS, 1), 2),
    Scenario("extension_not_sent", _extension_not_sent, _adds(Cause.DUE_DIFFERS, 1), 2),
    Scenario("extension_not_sent_open", _extension_not_sent_open, _adds(Cause.DUE_DIFFERS)),
    Scenario("pause_not_sent", _pause_not_sent, _adds(Cause.PAUSE_NOT_SYNCED), 3),
    Scenario(
        "receipt_moved_into_month", _receipt_moved_into_month, _adds(Cause.RECEIPT_DIFFERS, 1)
    ),
    Scenario(
        "receipt_told_too_early",
        _receipt_told_too_early,
        _adds(Cause.RECEIPT_DIFFERS, 1),
        needs=Needs.LIMITS,
    ),
    Scenario("clock_behind", _clock_behind, _adds(Cause.CLOCK_SHIFT)),
    Scenario(
        "under_a_shorter_procedure",
        _under_a_shorter_procedure,
        _adds(Cause.PROCEDURE_DIFFERS, 1),
        needs=Needs.LIMITS,
    ),
    Scenario("in_flight", _in_flight, _adds(Cause.IN_FLIGHT)),
)
