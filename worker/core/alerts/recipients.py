"""Who is told of a unit: its officer first, then those above, where nobody acts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

# As long as a mail server takes one (RFC 5321, section 4.5.3.1.3).
LONGEST_ADDRESS = 254
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
_ODD = re.compile(r"[<>,;\"\\]|@.*@")

Levels = tuple[tuple[str, ...], ...]


def address_in(text: str) -> str | None:
    """The mail address that somebody typed; None where it is none that can be written to."""
    address = text.strip()
    is_one = _ADDRESS.fullmatch(address) is not None and _ODD.search(address) is None
    return address if is_one and len(address) <= LONGEST_ADDRESS else None


def role_in(text: str) -> str | None:
    """A role by its name or by a word people use for it; None where it is none of ours."""
    key = name_key(text)
    return next((role for role, words in ROLES.items() if key in map(name_key, words)), None)


def place_of(role: str) -> int:
    """Where a role stands in the escalation; one nobody knows is told first."""
    return _ORDER.get(name_key(role), 0)


def told_at(levels: Levels, level: int) -> tuple[str, ...]:
    """The addresses told at a level, 0 being the first: its own, and those of the levels before."""
    return tuple(address for group in levels[: level + 1] for address in group)


@dataclass(frozen=True, slots=True)
class Addressee:
    """An address that is told; ``named`` says for which unit, None: by the settings alone."""

    email: str
    named: Recipient | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Everybody who is told of something. ``heirs`` names the unit that stands for an ended one."""

    people: Sequence[Recipient]
    directory: UnitDirectory
    heirs: Mapping[str, str] = field(default_factory=dict)
    default_to: Sequence[str] = ()

    def levels(self, unit: str) -> Levels:
        """The addresses told of a unit, those of the first level first."""
        return tuple(tuple(each.email for each in level) for level in self.in_turn(unit))

    def in_turn(self, unit: str) -> tuple[tuple[Addressee, ...], ...]:
        """Who is told of a unit, those of the first level first.

        The unit's own people, else those of the unit it belongs to, and so on; ``default_to`` where
        nobody is named, and after everybody else where nobody acts. An address comes once.
        """
        own = next(filter(None, map(self._people_of, self._line(unit))), [])
        named = [
            [Addressee(each.email, each) for each in own if place_of(each.role) == place]
            for place in range(len(ROLES))
        ]
        return _once([*named, map(Addressee, self.default_to)])

    def today(self, unit: str, level: int) -> tuple[str, ...]:
        """Who is told of a unit at a level; of one that ended, those of the unit in its place."""
        return told_at(self.levels(self.heirs.get(unit, unit)), level)

    def named_for(self, unit: str) -> list[Recipient]:
        """Everybody named for a unit, or for one it stands for, whether they are told or not."""
        return [each for each in self.people if self.is_for(each, unit)]

    def is_for(self, named: Recipient, unit: str) -> bool:
        """Whether somebody is named for a unit, or for one it stands for."""
        return unit in (named.unit, self.heirs.get(named.unit))

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


def _once(levels: Iterable[Iterable[Addressee]]) -> tuple[tuple[Addressee, ...], ...]:
    seen: set[str] = set()
    found = [tuple(_fresh(level, seen)) for level in levels]
    return tuple(filter(None, found))


def _fresh(level: Iterable[Addressee], seen: set[str]) -> Iterator[Addressee]:
    """Those not seen before, which ``seen`` then holds too."""
    for each in level:
        key = each.email.casefold()
        if key not in seen:
            seen.add(key)
            yield each
