"""What is known of a dossier's traits, as flags of ``models.rates.Trait``.

An answer has three values: True, False, and None where a source does not tell.
"""

from collections.abc import Iterable
from functools import cache

from models.rates import Trait

# The flags that hold and those that are told, as plain numbers: arithmetic on an IntFlag takes ten
# times as long.
Told = tuple[int, int]
NOT_TOLD: Told = (0, 0)


@cache
def told(trait: Trait, *, holds: bool | None) -> Told:
    """What is known of one trait."""
    if holds is None:
        return NOT_TOLD
    return (trait.value if holds else 0), trait.value


def together(*parts: Told) -> Told:
    """What is known of several traits; one that holds by any of the parts holds."""
    traits = known = 0
    for holding, said in parts:
        traits |= holding
        known |= said
    return traits, known


def any_of(said: Iterable[bool | None]) -> bool | None:
    """Whether any of several is True; unknown where none is and not all are told."""
    answers = set(said)
    if True in answers:
        return True
    return None if None in answers else False
