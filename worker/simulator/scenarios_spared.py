"""Dossiers late at home that the portal has wrongly: in time there, under another unit, or once."""

from dataclasses import replace

from models.types import Cause
from worker.simulator.desk import DAY, HOUR, Desk
from worker.simulator.records import HomeRow, Late, PortalObject, Sides, Truth
from worker.simulator.scenarios_data import SHIFT, ended_at, shifted
from worker.simulator.scenarios_honest import Needs, Scenario


def _end_sent_too_early(desk: Desk) -> Sides:
    received, told, due, end = desk.steps(desk.frame.month_start, desk.frame.latest, 4)
    home, portal = desk.pair("releasing", received, due, end)
    return Sides((home,), (ended_at(portal, told),))


def _later_due_sent(desk: Desk) -> Sides:
    received, due, end = desk.course(3)
    home, portal = desk.pair("done", received, due, end)
    return Sides((home,), (replace(portal, due=desk.between(end + HOUR, end + 5 * DAY)),))


def _clock_ahead(desk: Desk) -> Sides:
    as_of = desk.frame.as_of
    received = desk.between(desk.frame.month_start, as_of - DAY)
    due = desk.between(as_of - 6 * HOUR, as_of - HOUR)
    home, portal = desk.pair("processing", received, due)
    return Sides((home,), (shifted(portal, SHIFT),))


def _finished_late(desk: Desk) -> tuple[HomeRow, PortalObject]:
    received, due, end = desk.course(3)
    return desk.pair("done", received, due, end)


def _never_arrived(desk: Desk) -> Sides:
    received, due = desk.course(2)
    open_late = desk.home("processing", received, due)
    return Sides((desk.rng.choice((open_late, _finished_late(desk)[0])),), ())


def _twice_at_home(desk: Desk) -> Sides:
    home, portal = _finished_late(desk)
    again = replace(home, dossier_id=next(desk.frame.ids), reference=home.reference + "-2")
    return Sides((home, again), (portal,))


def _under_another_unit(desk: Desk) -> Sides:
    """Handled by the neighbour, and counted for this desk's unit on the portal."""
    home, portal = _finished_late(desk.neighbour or desk)
    named = replace(portal, unit=desk.unit, unit_name=desk.rng.choice(desk.names))
    return Sides((home,), (named,))


def _sent_as_finished(desk: Desk) -> Sides:
    """A dossier that waits for payment, sent as finished at its receipt (wire.md 6.3)."""
    received, due = desk.steps(desk.frame.month_start, desk.frame.latest, 2)
    home, portal = desk.pair("paying", received, due)
    return Sides((home,), (replace(portal, status=9, events=((received, 2), (received, 9))),))


def _reopened(desk: Desk) -> Sides:
    received, end, due = desk.steps(desk.frame.month_start, desk.frame.latest, 3)
    home, portal = desk.pair("processing", received, due)
    return Sides((home,), (replace(portal, events=((received, 2), (end, 9))),))


_WRONGLY_IN_TIME = Late(1, 1, 0)


def _takes(cause: Cause, completed: int = 0, counted: int = 1) -> Truth:
    return Truth(cause=cause, late=_WRONGLY_IN_TIME, counted=counted, completed=completed)


TAKES = (
    Scenario("never_arrived", _never_arrived, _takes(Cause.NOT_ON_PORTAL, counted=0), 4),
    Scenario("end_sent_too_early", _end_sent_too_early, _takes(Cause.END_DIFFERS, 1)),
    Scenario("later_due_sent", _later_due_sent, _takes(Cause.DUE_DIFFERS, 1)),
    Scenario("sent_as_finished", _sent_as_finished, _takes(Cause.REWRITTEN, 1), 2),
    Scenario("reopened", _reopened, _takes(Cause.REOPENED, 1)),
    Scenario("clock_ahead", _clock_ahead, _takes(Cause.CLOCK_SHIFT)),
)
# Late on both sides all the same, so they fill the place of a dossier that is truly late.
DISPLACED = (
    Scenario(
        "twice_at_home",
        _twice_at_home,
        Truth(late=Late(2, 2, 1), cause=Cause.DUPLICATE, completed=1),
    ),
    Scenario(
        "under_another_unit",
        _under_another_unit,
        Truth(late=Late(1, 1, 1), cause=Cause.UNIT_DIFFERS, completed=1),
        needs=Needs.NEIGHBOUR,
    ),
)
