"""A province's units, and which of them a source means.

By code first, then by name, only inside the province and only where one unit fits: a name nobody
knows goes to an operator, never to the nearest guess. Units come and go, so a name is read as of
the day the dossier is from.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from models.types import UnitLevel
from worker.core.codes import agency_code
from worker.core.free_text import names_in
from worker.core.names import has_level, name_key, without_level
from worker.core.privacy import excerpt
from worker.errors import DataError

BETWEEN = " · "  # an unknown code and an unknown name

LONGEST_NAME = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An agency that handles dossiers, as a province's ``units.csv`` lists it.

    ``valid_from`` and ``valid_to`` are local days, both included, None where open. ``successor``
    is the code of the unit that took over; with a prefix (``H13:...``) it is another province's.
    """

    code: str
    name: str
    short_name: str
    level: UnitLevel
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    aliases: tuple[str, ...] = ()

    def begun_by(self, day: date) -> bool:
        """Whether the unit existed on a local day, or had existed before it."""
        return self.valid_from is None or self.valid_from <= day

    def ended_by(self, day: date) -> bool:
        """Whether the unit no longer existed on a local day."""
        return self.valid_to is not None and self.valid_to < day

    def lasts_on(self, day: date) -> bool:
        """Whether the unit existed on a local day."""
        return self.begun_by(day) and not self.ended_by(day)


class UnitDirectory:
    """Finds units by code and by name.

    ``aliases`` are an operator's decisions: by the key (``alias_key``) of a name as a source tells
    it, or of an unlisted code, the code of the unit that is meant. They count only where the list
    itself knows no answer, and only while it lists the unit.
    """

    def __init__(self, units: Iterable[Unit], aliases: Mapping[str, str] | None = None) -> None:
        self.units = tuple(units)
        self._by_code = {agency_code(unit.code): unit for unit in self.units}
        self._by_name = _index((key, unit) for unit in self.units for key in self._keys(unit))
        # "Mỹ Tú" for "Huyện Mỹ Tú". The province itself takes part, so that "Sóc Trăng", which
        # may be the province or its city, stays unknown.
        self._by_bare_name = _index(
            (without_level(key), unit)
            for unit in self.units
            if unit.level is not UnitLevel.DEPARTMENT
            for key in self._keys(unit)
        )
        self._by_full_name = _index((key, unit) for unit in self.units for key in full_keys(unit))
        self._aliases = aliases or {}

    def get(self, code: str) -> Unit | None:
        """The unit with this code, in the old or the new form; None where none is listed."""
        return self._by_code.get(agency_code(code))

    def resolve(self, code: str | None, name: str | None, day: date | None = None) -> str:
        """The code of the listed unit that a source means.

        A listed code is believed even outside the unit's validity, for systems keep old codes. An
        unlisted one falls to its nearest listed ancestor (``H51.12.03`` to ``H51.12``), but never
        to the province as a whole, nor to a unit that had ended and left no heir, as the districts
        had on 1/7/2025. Of several units with one name the one of ``day`` is meant; without a day,
        or where that leaves several, the latest of them if all have the same heir.

        Args:
            code: The agency code as the source tells it.
            name: The agency's name as the source tells it.
            day: The local day the dossier is from, None where nobody knows.

        Raises:
            DataError: ``unit_unknown`` where neither leads to exactly one unit.
        """
        unit = (
            self._nearest(agency_code(code or ""), day)
            or self.named(name or "", day)
            or self._aliased(code, name)
            or self._office(name or "", day)
        )
        if unit is None:
            raise _unknown(code, name)
        return unit.code

    def itself(self, code: str | None, name: str | None, day: date | None = None) -> str:
        """The code of the listed unit that a source means itself, and not of one it belongs to.

        Dossiers of an unlisted office below a listed unit count for that unit; its rate or its
        score does not.

        Raises:
            DataError: ``unit_unknown`` where there is no such unit.
        """
        unit = self.get(code or "") or self.named(name or "", day) or self._aliased(code, name)
        if unit is None:
            raise _unknown(code, name)
        return unit.code

    def named(self, name: str, day: date | None = None) -> Unit | None:
        """The one unit that the list itself has under this name."""
        key = name_key(name[:LONGEST_NAME])
        units = self._by_name.get(key) or self._by_bare_name.get(key) or frozenset()
        return self._one_of(units, day)

    def heirs_on(self, day: date) -> Mapping[str, str]:
        """By the code of each unit that had ended on a local day: which unit stands in its place.

        Chains of successors are followed as far as they had come by that day. A unit without a
        successor in this list, or whose successor was still to come, stands for itself.
        """
        heirs = {unit.code: self._heir(unit, day).code for unit in self.units}
        return {code: heir for code, heir in heirs.items() if heir != code}

    def _heir(self, unit: Unit, day: date) -> Unit:
        seen, heir = {unit.code}, unit
        while heir.ended_by(day):
            successor = self.get(heir.successor) if heir.successor else None
            if successor is None or not successor.begun_by(day):
                break
            if successor.code in seen:
                return unit
            seen.add(successor.code)
            heir = successor
        return heir

    def _nearest(self, code: str, day: date | None) -> Unit | None:
        listed = self._by_code.get(code)
        while listed is None and "." in code:
            code = code.rpartition(".")[0]
            ancestor = self._by_code.get(code)
            if ancestor is not None and self._has_offices(ancestor, day):
                listed = ancestor
        return listed

    def _has_offices(self, unit: Unit, day: date | None) -> bool:
        """Whether an unlisted office may be one of the unit's: there must be somebody to blame."""
        gone = day is not None and self._heir(unit, day).ended_by(day)
        return unit.level is not UnitLevel.PROVINCE and not gone

    def _one_of(self, units: frozenset[Unit], day: date | None) -> Unit | None:
        """The unit meant on a day by a name that all of these bear."""
        if len(units) <= 1 or any(unit.level is UnitLevel.PROVINCE for unit in units):
            return next(iter(units)) if len(units) == 1 else None
        standing = [unit for unit in units if day is None or unit.lasts_on(day)] or [*units]
        if len(standing) > 1 and len({self._heir(unit, date.max) for unit in standing}) > 1:
            return None
        last = max(unit.valid_to or date.max for unit in standing)
        latest = [unit for unit in standing if (unit.valid_to or date.max) == last]
        return latest[0] if len(latest) == 1 else None

    def _aliased(self, code: str | None, name: str | None) -> Unit | None:
        """What an operator decided of just this name, else of this unlisted code."""
        keys = (alias_key(name or ""), alias_key(agency_code(code or "")))
        found = next((self._aliases[key] for key in keys if key in self._aliases), None)
        return None if found is None else self.get(found)

    def _office(self, name: str, day: date | None) -> Unit | None:
        """The one unit whose office a free text names: "Bộ phận Một cửa UBND phường 1".

        Other units in the text may only be those the unit belongs to.
        """
        names = names_in(name_key(name[:LONGEST_NAME]), self._by_full_name)
        mentioned = [self._by_full_name[key] for key in names]
        meant = frozenset(
            unit
            for units in mentioned
            for unit in units
            if unit.level is not UnitLevel.PROVINCE
            and all(others & self._lineage(unit) for others in mentioned)
        )
        return self._one_of(meant, day)

    def _lineage(self, unit: Unit) -> frozenset[Unit]:
        """A unit and all it belongs to."""
        line = [unit]
        while line[-1].parent is not None:
            parent = self.get(line[-1].parent)
            if parent is None or parent in line:
                break
            line.append(parent)
        return frozenset(line)

    def _keys(self, unit: Unit) -> Iterator[str]:
        """Every key of a unit's name, also with its province's name after it.

        The province's name is taken from the list and never just cut off: "Sở Nội vụ tỉnh Bạc
        Liêu" is not the Sở Nội vụ of another province.
        """
        provinces = [
            name_key(above.name)
            for above in self._lineage(unit)
            if above.level is UnitLevel.PROVINCE
        ]
        for name in filter(None, (unit.name, unit.short_name, *unit.aliases)):
            key = name_key(name)
            yield key
            yield from (f"{key} {province}" for province in provinces)


def _unknown(code: str | None, name: str | None) -> DataError:
    told = BETWEEN.join(text for text in (code, name) if text)
    return DataError("unit_unknown", excerpt(told, LONGEST_NAME))


def alias_key(name: str) -> str:
    """By which an operator's decision on a name is found: that of the name as it was kept."""
    return name_key(excerpt(name, LONGEST_NAME))


def full_keys(unit: Unit) -> Iterator[str]:
    """The keys of a unit's names that can't be part of another word's name.

    Those that say what it is: a place by its level, a department by the word its name begins with.
    """
    first = name_key(unit.name).partition(" ")[0]
    for name in filter(None, (unit.name, unit.short_name, *unit.aliases)):
        key = name_key(name)
        place = unit.level is not UnitLevel.DEPARTMENT
        if has_level(key) if place else key.startswith(f"{first} "):
            yield key


def _index(pairs: Iterable[tuple[str, Unit]]) -> dict[str, frozenset[Unit]]:
    found: dict[str, set[Unit]] = defaultdict(set)
    for key, unit in pairs:
        found[key].add(unit)
    return {key: frozenset(units) for key, units in found.items() if key}
