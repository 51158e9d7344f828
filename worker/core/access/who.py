"""Who asks: an account with its role, and the units it sees."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from models.roles import Role
from worker.core.units import Unit

_ORDER = tuple(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """An account that is signed in, or a program that acts for one.

    ``units`` are the codes it sees, None for all. ``csrf`` has to come back with what a browser
    sends; a program has none.
    """

    id: int
    name: str
    role: Role
    units: frozenset[str] | None = None
    csrf: str | None = None

    def may(self, role: Role) -> bool:
        """Whether the account may do what ``role`` may."""
        return _ORDER.index(self.role) >= _ORDER.index(role)

    def sees(self, unit: str) -> bool:
        """Whether the account sees this unit."""
        return self.units is None or unit in self.units

    @property
    def sees_all(self) -> bool:
        """Whether it sees every unit, and what belongs to none."""
        return self.units is None


def reaches(units: Collection[str], known: Iterable[Unit]) -> frozenset[str]:
    """The codes of ``units`` and of every unit below them."""
    listed = tuple(known)
    found = set(units)
    while below := {each.code for each in listed if each.parent in found} - found:
        found |= below
    return frozenset(found)
