"""Who is told of a unit: its officer first, then those above, where nobody acts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.types import UnitLevel
from worker.core.alerts.signals import WHOLE
from worker.core.names import name_key
from worker.core.reference import Recipient
from worker.core.units import UnitDirectory

# In the order of escalation, with the words people write for them.
ROLES: Mapping[str, Sequence[str]] = {
    "officer": ("officer", "cán bộ", "chuyên viên", "công chức"),
    "head": ("head", "lãnh đạo", "trưởng", "giám đốc"),
    "office": ("office", "văn phòng"),
}
_ORDER = {name_key(word): place for place, words in enumerate(ROLES.values()) for word in words}
_MOST_PARENTS = 10

Levels = tuple[tuple[str, ...], ...]


def place_of(role: str) -> int:
    """Where a role stands in the escalation; one nobody knows is told first."""
    return _ORDER.get(name_key(role), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Everybody who is told of something. ``heirs`` names the unit that stands for an ended one."""

    people: Sequence[Recipient]
    directory: UnitDirectory
    heirs: Mapping[str, str] = field(default_factory=dict)
    default_to: Sequence[str] = ()

    def levels(self, unit: str) -> Levels:
        """The addresses told of a unit, those of the first level first.

        The unit's own people, else those of the unit it belongs to, and so on; ``default_to`` where
        nobody is named, and after everybody else where nobody acts. An address comes once.
        """
        own = next(filter(None, map(self._people_of, self._line(unit))), [])
        named = [
            [each.email for each in own if place_of(each.role) == place]
            for place in range(len(ROLES))
        ]
        return _once([*named, self.default_to])

    def has_somebody(self, unit: str) -> bool:
        """Whether anybody at all is told of a unit."""
        return bool(self.levels(unit))

    def _line(self, unit: str) -> Iterable[str]:
        """A unit and those it belongs to; the province for what concerns all."""
        if unit == WHOLE:
            return [each.code for each in self.directory.units if each.level is UnitLevel.PROVINCE]
        line = [unit]
        while len(line) < _MOST_PARENTS:
            above = self.directory.get(line[-1])
            if above is None or above.parent is None:
                break
            line.append(above.parent)
        return line

    def _people_of(self, unit: str) -> list[Recipient]:
        """Those named for a unit, else those named for the units it stands for."""
        own = [each for each in self.people if each.unit == unit]
        return own or [each for each in self.people if self.heirs.get(each.unit) == unit]


def _once(levels: Iterable[Iterable[str]]) -> Levels:
    seen: set[str] = set()
    found = []
    for level in levels:
        fresh = [each for each in dict.fromkeys(level) if each.casefold() not in seen]
        seen |= {each.casefold() for each in fresh}
        if fresh:
            found.append(tuple(fresh))
    return tuple(found)
