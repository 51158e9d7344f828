"""What a re-send is asked for: which dossiers it would mend, and why the others are left out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from models.types import Cause, Flag, Status
from worker.core.remedy import Remedy, remedy_of


class Obstacle(StrEnum):
    """Why a dossier is not asked for."""

    RULE = "rule"  # both sides count by rules of their own
    FIX_SENDER = "fix_sender"
    FIX_MAP = "fix_map"
    LINK_CODES = "link_codes"
    CHECK = "check"
    IN_FLIGHT = "in_flight"
    FLAGGED = "flagged"  # its times look as if made to fit: a person looks first
    UNCONFIRMED = "unconfirmed"  # seen once, and not again yet
    NOT_AT_HOME = "not_at_home"
    IN_REQUEST = "in_request"
    TRIED = "tried"  # sent again before, in vain
    TOO_MANY = "too_many"
    NOT_OPEN = "not_open"  # no open discrepancy
    UNKNOWN = "unknown"  # no dossier of this code


_BY_REMEDY: Mapping[Remedy, Obstacle] = {
    Remedy.NONE: Obstacle.RULE,
    Remedy.FIX_SENDER: Obstacle.FIX_SENDER,
    Remedy.FIX_MAP: Obstacle.FIX_MAP,
    Remedy.LINK_CODES: Obstacle.LINK_CODES,
    Remedy.CHECK: Obstacle.CHECK,
    Remedy.WAIT: Obstacle.IN_FLIGHT,
}


def lasting_obstacle(cause: Cause, flags: Collection[str]) -> Obstacle | None:
    """Why sending a dossier again would not mend it, whenever it is done; None where it may.

    Flags come as they are stored with a discrepancy (``Flag`` by value).
    """
    obstacle = _BY_REMEDY.get(remedy_of(cause))
    if obstacle is not None:
        return obstacle
    return Obstacle.FLAGGED if any(flag in flags for flag in Flag) else None


class Candidate(Struct, frozen=True, kw_only=True, gc=False):
    """An open discrepancy of a dossier, with what is known about sending it again.

    ``contribution`` is what it adds to the late count of ``unit``. ``external_id`` and ``status``
    are the dossier's in the province's system, None where that has it no longer. ``tried``: it was
    sent again before and nothing came of it, with no change at home since.

    A province may have very many, and few are chosen. Only of those it is told whether the portal
    shows the dossier (``is_known``), and what either side has, by field (``shows``).
    """

    discrepancy_id: int
    dossier_id: int
    code: str
    unit: str
    cause: Cause
    contribution: int
    opened_at: datetime
    last_seen_at: datetime
    external_id: str | None
    status: Status | None
    is_known: bool = False
    shows: Mapping[str, Any] = {}
    flags: tuple[str, ...] = ()
    in_request: int | None = None
    tried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which discrepancies are meant; None or empty does not limit.

    ``older_than`` is how long they have been open at least. ``codes`` may be any a dossier bears:
    whoever reads the candidates finds those meant by them. ``again``: also what was sent again
    before in vain.
    """

    unit: str | None = None
    cause: Cause | None = None
    older_than: timedelta | None = None
    codes: tuple[str, ...] = ()
    again: bool = False

    def stored(self) -> dict[str, Any]:
        """The same as JSON, without what does not limit; the age in seconds."""
        told: dict[str, Any] = {
            "cause": self.cause and self.cause.value,
            "older_than": self.older_than and int(self.older_than.total_seconds()),
            "codes": list(self.codes),
            "again": self.again,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A dossier that was meant and is not asked for; without unit and cause where unknown."""

    code: str
    obstacle: Obstacle
    unit: str | None = None
    cause: Cause | None = None
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for, and what is left out."""

    chosen: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """The units of what is asked for: each gets a request of its own."""
        return tuple(sorted({each.unit for each in self.chosen}))

    def of(self, unit: str) -> tuple[Candidate, ...]:
        """What is asked for of one unit."""
        return tuple(each for each in self.chosen if each.unit == unit)


@dataclass(frozen=True, slots=True)
class Terms:
    """When a discrepancy is confirmed, and how many dossiers one request may have."""

    confirm_after: timedelta
    per_request: int
    now: datetime


def choose(candidates: Iterable[Candidate], selection: Selection, terms: Terms) -> Choice:
    """What of the open discrepancies is asked for; what makes a unit look bad, and old, first.

    A dossier with a difference of rules as well is asked for because of its data.
    """
    meant = [each for each in candidates if _is_meant(each, selection, terms.now)]
    meant.sort(key=lambda each: (each.contribution <= 0, each.opened_at, each.code))
    chosen: list[Candidate] = []
    left_out: list[LeftOut] = []
    taken: Counter[str] = Counter()
    for each in meant:
        obstacle = _obstacle(each, selection, terms)
        if obstacle is None and taken[each.unit] >= terms.per_request:
            obstacle = Obstacle.TOO_MANY
        if obstacle is None:
            taken[each.unit] += 1
            chosen.append(each)
        else:
            left_out.append(LeftOut(each.code, obstacle, each.unit, each.cause, each.in_request))
    return Choice(tuple(chosen), _without(left_out, {each.code for each in chosen}))


def _without(left_out: Iterable[LeftOut], chosen: Collection[str]) -> tuple[LeftOut, ...]:
    return tuple(each for each in left_out if each.code not in chosen)


def _is_meant(each: Candidate, selection: Selection, now: datetime) -> bool:
    return (
        selection.unit in (None, each.unit)
        and selection.cause in (None, each.cause)
        and (selection.older_than is None or now - each.opened_at >= selection.older_than)
    )


def _obstacle(each: Candidate, selection: Selection, terms: Terms) -> Obstacle | None:
    lasting = lasting_obstacle(each.cause, each.flags)
    if lasting is not None:
        return lasting
    if each.in_request is not None:
        return Obstacle.IN_REQUEST
    if each.external_id is None or each.status is None:
        return Obstacle.NOT_AT_HOME
    if each.last_seen_at - each.opened_at < terms.confirm_after:
        return Obstacle.UNCONFIRMED
    return Obstacle.TRIED if each.tried and not selection.again else None
