"""Dossiers both sides agree about: they make no difference, whichever way lateness is counted."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Protocol

from worker.simulator.desk import DAY, HOUR, Desk
from worker.simulator.records import Late, Sides, Truth


class Plant(Protocol):
    """Makes one dossier of a scenario at a desk."""

    def __call__(self, desk: Desk) -> Sides:
        """What both sides then hold."""


class Needs(Enum):
    """What a world must have before a scenario can be made in it."""

    NOTHING = "nothing"
    LIMITS = "procedures with different statutory limits"
    NEIGHBOUR = "a second unit"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of dossier: how it is made, and what is true of it because it is made so.

    ``weight`` says how often it is taken, beside others of its group.
    """

    name: str
    plant: Plant
    truth: Truth
    weight: int = 1
    needs: Needs = Needs.NOTHING


def _finished_on_time(desk: Desk) -> Sides:
    received, end = desk.course(2)
    due = desk.between(end + HOUR, end + 8 * DAY)
    home, portal = desk.pair(_done(desk), received, due, end)
    return Sides((home,), (portal,))


def _done(desk: Desk) -> str:
    return desk.rng.choice(("done", "done", "releasing"))


def _never_sent(desk: Desk) -> Sides:
    return Sides(_finished_on_time(desk).homes, ())


def _open_in_time(desk: Desk) -> Sides:
    (received,) = desk.course(1)
    home, portal = desk.pair(desk.rng.choice(("processing", "new")), received, desk.later())
    return Sides((home,), (portal,))


def _waiting(desk: Desk) -> Sides:
    received, asked = desk.course(2)
    due = desk.between(asked + HOUR, asked + 6 * DAY)
    home, portal = desk.pair("waiting", received, due)
    return Sides((home,), (replace(portal, events=((received, 2), (asked, 5))),))


def _finished_late(desk: Desk) -> Sides:
    received, due, end = desk.course(3)
    home, portal = desk.pair(_done(desk), received, due, end)
    return Sides((home,), (portal,))


def _open_late(desk: Desk) -> Sides:
    received, due = desk.course(2)
    home, portal = desk.pair("processing", received, due)
    return Sides((home,), (portal,))


def _refused_before_receipt(desk: Desk) -> Sides:
    submitted, refused = desk.course(2)
    home, portal = desk.pair("denied", submitted, None, refused)
    home = replace(home, submitted=submitted, received=None)
    portal = replace(portal, received=None, events=((refused, 3),))
    return Sides((home,), (portal,) if desk.rng.random() < 0.5 else ())  # noqa: PLR2004


def _not_yet_received(desk: Desk) -> Sides:
    submitted = desk.between(desk.frame.latest - timedelta(days=2), desk.frame.latest)
    home, portal = desk.pair("receiving", submitted, None)
    home = replace(home, submitted=submitted, received=None)
    portal = replace(portal, received=None, events=((submitted, 1),))
    return Sides((home,), (portal,) if desk.rng.random() < 0.5 else ())  # noqa: PLR2004


_BOTH_LATE = Late(1, 1, 1)

ON_TIME = (
    Scenario("finished_on_time", _finished_on_time, Truth(completed=1), 14),
    Scenario("open_in_time", _open_in_time, Truth(), 5),
    Scenario("waiting", _waiting, Truth(), 1),
)
LATE = (
    Scenario("finished_late", _finished_late, Truth(late=_BOTH_LATE, completed=1), 3),
    Scenario("open_late", _open_late, Truth(late=_BOTH_LATE), 1),
)
# Left out of the portal's statistics, and yet no discrepancy.
UNCOUNTED = (
    Scenario("never_sent", _never_sent, Truth(counted=0), 3),
    Scenario("refused_before_receipt", _refused_before_receipt, Truth(counted=0)),
    Scenario("not_yet_received", _not_yet_received, Truth(counted=0)),
)
