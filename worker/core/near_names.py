"""Units whose names look like an unknown one: a hint for the person who decides, never an answer.

"Huyện Thanh Trì" looks like "Huyện Thạnh Trị" and is a place in another province.
"""

from collections.abc import Iterable

from worker.core.names import name_key, without_level, without_marks
from worker.core.units import Unit

_MOST = 3
_LEAST_WORDS = 2


def near_units(name: str, units: Iterable[Unit]) -> list[Unit]:
    """At most three units that ``name`` might be, the nearest first.

    Those whose name differs in nothing but diacritics or its level word, then those whose name
    stands in it, or in whose name it stands.
    """
    told = name_key(name)
    ranked = [(rank, unit) for unit in units if (rank := _distance(told, unit)) is not None]
    ranked.sort(key=lambda pair: pair[0])
    return [unit for _, unit in ranked[:_MOST]]


def _distance(told: str, unit: Unit) -> int | None:
    """0 for alike but for diacritics, 1 also but for the level, 2 for one in the other."""
    keys = {name_key(each) for each in (unit.name, unit.short_name, *unit.aliases)}
    plain = without_marks(told)
    if any(without_marks(key) == plain for key in keys):
        return 0
    bare = without_marks(without_level(told))
    if any(without_marks(without_level(key)) == bare for key in keys):
        return 1
    return 2 if any(_contains(told, key) or _contains(key, told) for key in keys) else None


def _contains(text: str, part: str) -> bool:
    """Whether ``part``, two words at least, stands in ``text`` as whole words."""
    return part.count(" ") + 1 >= _LEAST_WORDS and f" {part} " in f" {text} "
