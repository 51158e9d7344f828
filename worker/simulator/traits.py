"""Which traits the dossiers of a simulated world have: drawn apart from everything else.

What is drawn hangs on the world's seed and on a dossier's own code alone, so that no trait changes
what else a world holds, and no other dossier what is drawn for this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from struct import Struct

from models.rates import Trait

_WHOLE = 2**16
_PAPERS_ALONE = 0.1
_NOTHING = Trait(0)

_draws = Struct(f">{2 * len(Trait)}H")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitShares:
    """How many dossiers have each trait, as shares from 0 to 1.

    The usual ones are those of Sóc Trăng in July 2024, rounded (document 001); those of fees, of
    the personal store and of identified accounts are made up. ``paid_online`` is of the dossiers
    with a fee, ``e_result`` of those with a result, and ``digitised`` of these too: papers and
    result, as indicator 4.2 asks. ``unsynced`` is the share of dossiers with a trait of which the
    portal does not have it.
    """

    filed_online: float = 0.41
    has_fee: float = 0.35
    paid_online: float = 0.12
    e_result: float = 0.51
    digitised: float = 0.44
    reused: float = 0.44
    from_store: float = 0.03
    identified: float = 0.30
    unsynced: float = 0.04


USUAL_SHARES = TraitShares()


@dataclass(frozen=True, slots=True)
class _Chance:
    """Of ``_WHOLE``: how likely a trait is lost on the way, has come alone, or beside another."""

    trait: int
    rests_on: int
    lost: int
    alone: int
    beside: int


class TraitPlan:
    """Draws the traits of dossiers; the same seed and code always draw the same."""

    def __init__(self, seed: int, shares: TraitShares = USUAL_SHARES) -> None:
        self._seed = seed
        self._chances = tuple(_chance(shares, trait) for trait in Trait)

    def at_home(self, code: str) -> int:
        """The traits the province system has of a dossier, as flags of ``Trait``."""
        return self._at_home(self._draws(code))

    def at_portal(self, code: str) -> int:
        """Those of them the portal has; of fees it knows without being told."""
        draws = self._draws(code)
        found = self._at_home(draws)
        for chance, draw in zip(self._chances, draws[len(self._chances) :], strict=True):
            if draw < chance.lost:
                found &= ~chance.trait
        return found

    def _at_home(self, draws: Sequence[int]) -> int:
        found = 0
        for chance, draw in zip(self._chances, draws, strict=False):
            if draw < (chance.beside if found & chance.rests_on else chance.alone):
                found |= chance.trait
        return found

    def _draws(self, code: str) -> tuple[int, ...]:
        """Two numbers below ``_WHOLE`` for each trait, first all of the one kind."""
        digest = blake2b(f"{self._seed}·{code}".encode(), digest_size=_draws.size).digest()
        return _draws.unpack(digest)


def _chance(shares: TraitShares, trait: Trait) -> _Chance:
    lost = 0.0 if trait is Trait.HAS_FEE else shares.unsynced
    if trait is Trait.PAID_ONLINE:
        return _chance_of(trait, lost, 0, Trait.HAS_FEE, shares.paid_online)
    if trait is Trait.DIGITISED:
        beside = shares.digitised / (shares.e_result or 1)
        return _chance_of(trait, lost, _PAPERS_ALONE, Trait.E_RESULT, beside)
    return _chance_of(trait, lost, getattr(shares, str(trait.name).lower()))


def _chance_of(
    trait: Trait, lost: float, alone: float, rests_on: Trait = _NOTHING, beside: float = 0.0
) -> _Chance:
    of_whole = (round(share * _WHOLE) for share in (lost, alone, beside))
    return _Chance(trait.value, rests_on.value, *of_whole)


def shown(drawn: int, *, is_resolved: bool) -> int:
    """The traits that show: before there is a result there is no electronic one."""
    return drawn if is_resolved else drawn & ~Trait.E_RESULT.value
