"""A province's units, and which of them a source means.

By code first, then by name, only inside the province and only where one unit fits: a name nobody
knows goes to an operator, never to the nearest guess.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from models.types import UnitLevel
from worker.core.codes import agency_code
from worker.core.names import name_key, without_level
from worker.core.privacy import excerpt
from worker.errors import DataError

_MAX_NAME = 300


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


class UnitDirectory:
    """Finds units by code and by name."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = tuple(units)
        self._provinces = tuple(
            name_key(unit.name) for unit in self.units if unit.level is UnitLevel.PROVINCE
        )
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

    def get(self, code: str) -> Unit | None:
        """The unit with this code, in the old or the new form; None where none is listed."""
        return self._by_code.get(agency_code(code))

    def resolve(self, code: str | None, name: str | None) -> str:
        """The code of the listed unit that a source means.

        An unlisted code falls to its nearest listed ancestor (``H51.12.03`` to ``H51.12``), but
        never to the province as a whole.

        Args:
            code: The agency code as the source tells it.
            name: The agency's name as the source tells it.

        Raises:
            DataError: ``unit_unknown`` where neither leads to exactly one unit.
        """
        unit = self._nearest(agency_code(code or "")) or self._named((name or "")[:_MAX_NAME])
        if unit is None:
            told = " · ".join(text for text in (code, name) if text)
            raise DataError("unit_unknown", excerpt(told, _MAX_NAME))
        return unit.code

    def _nearest(self, code: str) -> Unit | None:
        listed = self._by_code.get(code)
        while listed is None and "." in code:
            code = code.rpartition(".")[0]
            ancestor = self._by_code.get(code)
            if ancestor is not None and ancestor.level is not UnitLevel.PROVINCE:
                listed = ancestor
        return listed

    def _named(self, name: str) -> Unit | None:
        key = name_key(name)
        units = self._by_name.get(key) or self._by_bare_name.get(key) or frozenset()
        return next(iter(units)) if len(units) == 1 else None

    def _keys(self, unit: Unit) -> Iterator[str]:
        """Every key of a unit's name, also with its province's name after it.

        The province's name is taken from the list and never just cut off: "Sở Nội vụ tỉnh Bạc
        Liêu" is not the Sở Nội vụ of another province.
        """
        for name in filter(None, (unit.name, unit.short_name, *unit.aliases)):
            key = name_key(name)
            yield key
            yield from (f"{key} {province}" for province in self._provinces)


def _index(pairs: Iterable[tuple[str, Unit]]) -> dict[str, frozenset[Unit]]:
    found: dict[str, set[Unit]] = defaultdict(set)
    for key, unit in pairs:
        found[key].add(unit)
    return {key: frozenset(units) for key, units in found.items() if key}
