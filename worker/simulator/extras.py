"""What lies outside the bridge: records that can't be read, and dossiers only the portal knows."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from worker.simulator.desk import Desk
from worker.simulator.records import HomeRow, Planted, PortalObject, Sides
from worker.simulator.scenarios_honest import LATE, ON_TIME

HOME_FAULTS = ("without_code", "date_format", "unknown_status", "unknown_unit")
PORTAL_FAULTS = ("date_format", "unknown_status", "unknown_unit")

UNKNOWN_UNIT_NAME = "Ban Quản lý chưa có trong danh mục"


@dataclass(frozen=True, slots=True)
class Stranger:
    """A dossier filed on the portal and never received at home; late there, or not."""

    portal: PortalObject
    late: bool


def broken_rows(desks: list[Desk], number: int) -> list[HomeRow]:
    """Rows at home that can't be read, each in another way, with no counterpart on the portal."""
    rows = []
    for index in range(number):
        desk = desks[index % len(desks)]
        home = ON_TIME[0].plant(desk).homes[0]
        rows.append(replace(home, broken=HOME_FAULTS[index % len(HOME_FAULTS)]))
    return rows


def break_on_portal(planted: list[Planted], number: int) -> None:
    """Make the portal's object of ``number`` agreeing dossiers unreadable.

    Who can't read it takes the portal to know what the province knows, and here it does.
    """
    agreeing = [
        each
        for each in planted
        if each.truth.cause is None and any(portal.received for portal in each.portals)
    ]
    for index in range(min(number, len(agreeing))):
        chosen = agreeing[(index * 37 + 11) % len(agreeing)]
        fault = PORTAL_FAULTS[index % len(PORTAL_FAULTS)]
        chosen.portals = tuple(replace(portal, broken=fault) for portal in chosen.portals)


def strangers(desks: list[Desk], late: int) -> list[Stranger]:
    """``late`` late dossiers that only the portal knows, and one on time for each desk."""
    if late == 0:
        return []
    found = [Stranger(ON_TIME[1].plant(desk).portals[0], late=False) for desk in desks]
    for index in range(late):
        sides: Sides = LATE[index % len(LATE)].plant(desks[index % len(desks)])
        found.append(Stranger(sides.portals[0], late=True))
    return found


def newcomer(desk: Desk, as_of: datetime) -> HomeRow:
    """A dossier received this very second, due later, and not yet on the portal."""
    received = as_of - timedelta(seconds=1)
    return desk.home("processing", received, desk.later())
