"""What the pages of names and their API show, from the store and the province's folder."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Self

from pydantic import ConfigDict
from sqlmodel import Session

from models.types import UnitLevel
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.core.names import name_key, without_marks
from worker.core.near_names import near_units
from worker.core.units import Unit, alias_key
from worker.db import unit_names
from worker.render.units import assigned_item, assignment_item, unit_item, unknown_item
from worker.stages.read_again import ReadResult


class NearUnit(Told):
    """A unit that a name looks like; never more than a hint."""

    code: str
    name: str


class UnknownName(Told):
    """A name under which records wait, because no listed unit bears it."""

    name: str
    codes: Sequence[str]
    count: int
    sources: Sequence[str]
    first_at: Moment
    last_at: Moment
    near: Sequence[NearUnit]


class NameDecision(Told):
    """Which unit a name means, by whom and why; ``unit_name`` is None where it isn't listed."""

    name: str
    unit: str
    unit_name: str | None
    by: str
    reason: str | None
    at: Moment
    applied_at: Moment | None


class ListedUnit(Told):
    """A unit as the province's folder lists it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: str
    name: str
    short_name: str
    level: UnitLevel
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    aliases: Sequence[str]

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """The same from the folder."""
        return cls.model_validate(unit_item(unit))


class Decided(Told):
    """A decision that was made.

    ``read`` records were read by it; ``to_come`` are published figures, which the next reading
    brings; ``incomplete`` records are brought by the next full reading; the sources in ``busy`` are
    being read just now, so theirs are read with the next reconciliation.
    """

    name: str
    unit: NearUnit
    read: int
    to_come: int
    incomplete: int
    busy: Sequence[str]

    @classmethod
    def of(cls, name: str, unit: Unit, done: ReadResult) -> Self:
        """The same from what came of it."""
        return cls.model_validate(assignment_item(name, unit, asdict(done)))


def unknown_names(services: Services, part: slice) -> tuple[int, list[UnknownName]]:
    """How many names there are in the inbox, and some of them: the one with most records first."""
    with Session(services.engine) as session:
        names = unit_names.unknown_names(session)
    return len(names), [_unknown(services, each) for each in names[part]]


def unknown_name(services: Services, name: str) -> UnknownName | None:
    """The entry of the inbox for a name, however spelled; None where nothing waits for it."""
    key = alias_key(name)
    with Session(services.engine) as session:
        names = unit_names.unknown_names(session)
    return next((_unknown(services, each) for each in names if each.key == key), None)


def _unknown(services: Services, told: unit_names.UnknownName) -> UnknownName:
    near = near_units(told.name, services.directory.units)
    return UnknownName.model_validate(unknown_item(told, near))


def decisions(services: Services) -> list[NameDecision]:
    """What was decided about names, in the order of the names."""
    with Session(services.engine) as session:
        rows = unit_names.decided(session)
    listed = services.directory
    return [
        NameDecision.model_validate(assigned_item(each, listed.get(each.unit))) for each in rows
    ]


def listed_units(services: Services, wanted: str = "", level: str = "") -> list[ListedUnit]:
    """The units of the province's folder, in its order.

    Args:
        services: Where the folder was read.
        wanted: A part of a code or of a name, with or without its marks; empty: all.
        level: Only units of this level; empty: all.
    """
    units: Iterable[Unit] = services.directory.units
    return [
        ListedUnit.of(unit)
        for unit in units
        if level in ("", unit.level.value) and _answers(unit, wanted)
    ]


def _answers(unit: Unit, wanted: str) -> bool:
    told = (unit.code, *map(_plain, (unit.name, unit.short_name, *unit.aliases)))
    return wanted.upper() in told[0] or any(_plain(wanted) in each for each in told[1:])


def _plain(name: str) -> str:
    return without_marks(name_key(name))
