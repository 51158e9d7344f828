"""Which discrepancies are asked for, in a page's address or in a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from models.types import Cause, CauseKind, DiscrepancyState, Flag
from worker.bootstrap import Services
from worker.console.asking import require_unit
from worker.core.access import Who
from worker.db.discrepancy_list import Wanted
from worker.journey import sides_of
from worker.journey.parties import homes_of

Member = TypeVar("Member", bound=StrEnum)
Pair = tuple[str, str]

ALL: Final = "all"
# By so many days a list can be narrowed to what has been open for long.
AGES: Final = (1, 3, 7, 14, 30)
FILTERS: Final = ("q", "unit", "cause", "state", "kind", "taken", "flag", "age", "pair")

_NONE: Final = (0, 0)
_LONGEST_AGE: Final = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for; None does not limit.

    ``part`` is a part of a dossier's code, ``age`` for how many days it has been open at least,
    ``pair`` the names of the two sources (None: the province and the portal; ``ALL``: any two).
    """

    part: str | None = None
    unit: str | None = None
    cause: Cause | None = None
    kind: CauseKind | None = None
    state: DiscrepancyState | None = DiscrepancyState.OPEN
    acknowledged: bool | None = None
    flag: Flag | None = None
    age: int | None = None
    pair: str | None = None


def asked_in(filters: Mapping[str, str]) -> Asked:
    """What a page's address asks for; what it says wrongly is read as not said."""
    state = filters.get("state", DiscrepancyState.OPEN)
    age = filters.get("age", "")
    return Asked(
        part=filters.get("q"),
        unit=filters.get("unit"),
        cause=_member(Cause, filters.get("cause")),
        kind=_member(CauseKind, filters.get("kind")),
        state=None if state == ALL else _member(DiscrepancyState, state) or DiscrepancyState.OPEN,
        acknowledged={"yes": True, "no": False}.get(filters.get("taken", "")),
        flag=_member(Flag, filters.get("flag")),
        age=min(int(age), _LONGEST_AGE) if age.isascii() and age.isdigit() else None,
        pair=filters.get("pair"),
    )


def pairs_known(services: Services) -> list[Pair]:
    """The names of every two sources that are compared; the province and the portal first."""
    province, portal = sides_of(services)
    ministries = homes_of(services)[1:]
    return [
        (province, portal),
        *((name, other) for name in ministries for other in (portal, province)),
    ]


def wanted_of(
    services: Services, sources: Mapping[int, str], who: Who, asked: Asked, now: datetime
) -> Wanted:
    """The same for the store: never more than ``who`` sees.

    Raises:
        NotFoundError: the unit is none that ``who`` sees.
    """
    unit = require_unit(who, services, asked.unit).code if asked.unit else None
    return Wanted(
        pair=_pair(services, sources, asked.pair),
        seen=who.units,
        unit=unit,
        cause=asked.cause,
        kind=asked.kind,
        state=asked.state,
        acknowledged=asked.acknowledged,
        flag=asked.flag,
        before=None if asked.age is None else now - timedelta(days=asked.age),
        code=_code(asked.part) if asked.part else None,
    )


def _code(part: str) -> str:
    """A part of a code as codes are kept; what can't be seen is in none."""
    return "".join(letter for letter in part.upper() if letter.isprintable() and letter != " ")


def _pair(
    services: Services, sources: Mapping[int, str], said: str | None
) -> tuple[int, int] | None:
    """The ids of the two sources; of sources that were never read nothing is found."""
    if said == ALL:
        return None
    pairs = {"-".join(pair): pair for pair in pairs_known(services)}
    home, other = pairs.get(said or "", next(iter(pairs.values())))
    ids = {name: key for key, name in sources.items()}
    return (ids[home], ids[other]) if home in ids and other in ids else _NONE


def _member(of: type[Member], said: str | None) -> Member | None:
    return of(said) if said in set(of) else None
