"""Dossiers both sides know alike, but which the two counting rules judge differently.

The province counts as OpenCPS's monthly table does, the portal as indicator 2.1 of index 766
(wire.md sections 5 and 9; domain, rule causes).
"""

from dataclasses import replace

from models.types import Cause
from worker.simulator.desk import DAY, HOUR, SECOND, Desk
from worker.simulator.records import Late, Sides, Truth
from worker.simulator.scenarios_honest import Needs, Scenario


def _due_at_the_cut_off(desk: Desk) -> Sides:
    (received,) = desk.course(1)
    home, portal = desk.pair("processing", received, desk.frame.as_of)
    return Sides((home,), (portal,))


def _two_requests(desk: Desk) -> Sides:
    received, asked, answered, again, resumed, end = desk.course(6)
    due = desk.between(end + HOUR, end + 5 * DAY)
    home, portal = desk.pair("releasing", received, due, end)
    events = ((received, 2), (asked, 5), (answered, 4), (again, 5), (resumed, 4), (end, 9))
    return Sides((home,), (replace(portal, events=events),))


def _answered_request(desk: Desk) -> Sides:
    """Released after its due time by less than the citizen took to answer."""
    received, asked, answered, due, end = desk.course(5)
    due = max(due, end - (answered - asked) / 2).replace(microsecond=0)
    home, portal = desk.pair("releasing", received, due, end)
    events = ((received, 2), (asked, 5), (answered, 4), (end, 9))
    return Sides((home,), (replace(portal, events=events),))


def _from_another_system(desk: Desk) -> Sides:
    received, due, end = desk.course(3)
    reference = desk.portal_code(received)
    home, portal = desk.pair("done", received, due, end, system=5, reference=reference)
    return Sides((home,), (portal,))


def _refused_late(desk: Desk) -> Sides:
    received, due, end = desk.course(3)
    home, portal = desk.pair("denied", received, due, end)
    return Sides((home,), (portal,))


def _beyond_the_statutory_limit(desk: Desk) -> Sides:
    """No due date on either side, and finished later than the law allows."""
    procedure = desk.rng.choice(desk.frame.limited[:5])
    days = procedure.statutory_days or 0
    end = desk.between(desk.frame.month_start + HOUR, desk.frame.latest)
    received = desk.between(end - (2 * days + 16) * DAY, end - (2 * days + 14) * DAY)
    home, portal = desk.pair("done", received, None, end, procedure=procedure.code)
    return Sides((home,), (portal,))


def _asked_too_late(desk: Desk) -> Sides:
    received, due, asked = desk.course(3)
    home, portal = desk.pair("waiting", received, due)
    return Sides((home,), (replace(portal, events=((received, 2), (asked, 5))),))


def _withdrawn_late(desk: Desk) -> Sides:
    received, due, end = desk.course(3)
    home, portal = desk.pair("cancelled", received, due, end)
    return Sides((home,), (portal,))


def _handed_over_this_month(desk: Desk) -> Sides:
    """Ended late in the month before; the result was collected in this one."""
    month = desk.frame.month_start
    received, due, end = desk.steps(month - 25 * DAY, month - HOUR, 3)
    collected = desk.between(month + HOUR, desk.frame.latest)
    home = replace(desk.home("done", received, due, end), finished=collected)
    return Sides((home,), (desk.portal(home),))


def _returned_without_release(desk: Desk) -> Sides:
    received, end = desk.course(2)
    due = desk.between(end + SECOND, desk.frame.latest)
    home = replace(desk.home("done", received, due), finished=end)
    return Sides((home,), (desk.portal(home),))


_PUNISHED = Late(0, 1, 1)
_FORGIVEN = Late(1, 0, 0)


def _truth(cause: Cause, late: Late, counted: int = 1, completed: int = 1) -> Truth:
    return Truth(cause=cause, late=late, counted=counted, completed=completed)


ADDS = (
    Scenario("two_requests", _two_requests, _truth(Cause.SUPPLEMENTS, _PUNISHED), 3),
    Scenario("from_another_system", _from_another_system, _truth(Cause.POPULATION, _PUNISHED)),
    Scenario("refused_late", _refused_late, _truth(Cause.POPULATION, _PUNISHED)),
    Scenario(
        "beyond_the_statutory_limit",
        _beyond_the_statutory_limit,
        _truth(Cause.NO_DUE_DATE, _PUNISHED),
        needs=Needs.LIMITS,
    ),
    Scenario("asked_too_late", _asked_too_late, _truth(Cause.WAITING, _PUNISHED, completed=0), 2),
    Scenario("withdrawn_late", _withdrawn_late, _truth(Cause.WITHDRAWN_OR_STOPPED, _PUNISHED), 2),
)
TAKES = (
    Scenario("due_at_the_cut_off", _due_at_the_cut_off, _truth(Cause.GRANULARITY, _FORGIVEN, 1, 0)),
    Scenario("answered_request", _answered_request, _truth(Cause.SUPPLEMENTS, _FORGIVEN), 2),
    Scenario(
        "handed_over_this_month",
        _handed_over_this_month,
        _truth(Cause.PERIOD, _FORGIVEN, counted=0, completed=0),
    ),
    Scenario(
        "returned_without_release", _returned_without_release, _truth(Cause.END_CHOICE, _FORGIVEN)
    ),
)
