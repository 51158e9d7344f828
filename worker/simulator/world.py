"""A world of dossiers behind both upstreams, with the truth about each of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from models.types import Cause
from worker.core.units import Unit
from worker.simulator.desk import Desk, Frame
from worker.simulator.extras import Stranger, newcomer
from worker.simulator.records import HomeRow, Late, Planted, PortalObject, Truth
from worker.simulator.resends import Resends


class World:
    """The dossiers of one province as both systems hold them, and the truth about each."""

    def __init__(
        self,
        *,
        frame: Frame,
        units: Sequence[Unit],
        desks: Sequence[Desk],
        planted: Iterable[Planted],
        broken: Sequence[HomeRow],
        strangers: Sequence[Stranger],
    ) -> None:
        self.frame = frame
        self.units = tuple(units)
        self.names = {unit.code: unit.name for unit in units}
        self.strangers = tuple(strangers)
        self.version = 0
        self.resends = Resends(self)
        self._desks = desks
        self._planted = {each.code: each for each in planted}
        self._broken = tuple(broken)
        self._portal = _by_code(self._planted.values(), strangers)
        self._rows: tuple[int, list[HomeRow]] = (-1, [])

    @property
    def province_code(self) -> str:
        """The province's own code, ``H51``."""
        return self.frame.province

    @property
    def as_of(self) -> datetime:
        """The cut-off, local time."""
        return self.frame.as_of

    @property
    def planted(self) -> tuple[Planted, ...]:
        """Every dossier with a truth of its own, in the order in which they were made."""
        return tuple(self._planted.values())

    def home_rows(self) -> list[HomeRow]:
        """The province system's rows by date of receipt, those not received first."""
        version, rows = self._rows
        if version != self.version:
            rows = [row for each in self._planted.values() for row in each.homes]
            rows = sorted((*rows, *self._broken), key=_by_receipt)
            self._rows = (self.version, rows)
        return rows

    def on_portal(self, code: str) -> PortalObject | None:
        """What the portal holds under a code; None where it does not know it."""
        return self._portal.get(code)

    def bearing(self, code: str) -> Planted | None:
        """The dossier with this code at home; None where there is none, or not any more."""
        each = self._planted.get(code)
        return each if each is not None and each.homes else None

    def numbered(self, dossier_id: int) -> Planted | None:
        """The dossier with this number in the province's system; None where there is none."""
        for each in self._planted.values():
            if any(row.dossier_id == dossier_id for row in each.homes):
                return each
        return None

    def hold(self, each: Planted, portal: PortalObject) -> None:
        """Let the portal hold this of a dossier, in place of what it had under the same code."""
        held = {one.code: one for one in each.portals} | {portal.code: portal}
        each.portals = tuple(held.values())
        self._portal[portal.code] = portal
        self.version += 1

    def delete_at_home(self, codes: Iterable[str]) -> int:
        """Delete dossiers at home, by their own codes; what the portal has of them stays.

        Returns:
            How many were deleted.
        """
        chosen = [self._planted[code] for code in codes if code in self._planted]
        found = [each for each in chosen if each.homes]
        for each in found:
            each.homes = ()
            each.unit = each.portal_unit
            each.truth = _truth_when_deleted(each)
        self.version += 1
        return len(found)

    def grow(self, number: int) -> None:
        """Let ``number`` new dossiers arrive at home; they are the last of its list."""
        for index in range(number):
            desk = self._desks[index % len(self._desks)]
            home = newcomer(desk, self.as_of)
            each = Planted("newcomer", home.code, home.unit, home.unit, (home,), (), _UNCOUNTED)
            self._planted[each.code] = each
        self.version += 1


_UNCOUNTED = Truth(counted=0)


def _by_receipt(row: HomeRow) -> tuple[bool, datetime, int]:
    return (row.received is not None, row.received or row.submitted, row.dossier_id)


def _by_code(planted: Iterable[Planted], strangers: Iterable[Stranger]) -> dict[str, PortalObject]:
    portals = [portal for each in planted for portal in each.portals]
    portals += [stranger.portal for stranger in strangers]
    return {portal.code: portal for portal in portals}


def _truth_when_deleted(each: Planted) -> Truth:
    late = each.truth.late.portal if all(p.broken is None for p in each.portals) else 0
    cause = Cause.ONLY_ON_PORTAL if late else None
    return replace(each.truth, late=Late(0, 0, late), cause=cause)
