"""What is shown of those who get mails, over all units; page and API tell the same."""

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import ConfigDict, Field
from sqlmodel import Session

from models.mail import Recipient
from models.types import UnitLevel
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.console.units.recipients_told import Register
from worker.console.units.told import RecipientTold
from worker.core.access import Who
from worker.core.alerts.recipients import Recipients
from worker.core.names import name_key, without_marks
from worker.core.times import local_day
from worker.core.units import Unit
from worker.journey.addressing import unlisted_recipients
from worker.render.mails import entered_item

# Which units are asked for: those with people of their own, those without, or neither said.
Own = Literal["yes", "no"]


class EnteredTold(Told):
    """Somebody who was entered for a unit, in the form of ``recipients add --json``."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, serialize_by_alias=True)

    unit: str
    email: str
    role: str
    origin: Literal["store"] = Field(alias="from")
    added_by: str
    added_at: Moment


class UnitRecipients(Told):
    """A unit and who gets the mails about it, in their turn.

    ``own`` is false where nobody is named for the unit itself, so that others stand in, or nobody.
    """

    code: str
    name: str
    level: UnitLevel
    ended: bool
    own: bool
    recipients: Sequence[RecipientTold]


class RecipientsTold(Told):
    """A part of the units; ``without`` are all those that nobody is named for.

    ``unlisted`` are all who were entered for units that the province lists no longer: they get no
    mails, and are to be taken out.
    """

    total: int
    without: int
    items: Sequence[UnitRecipients]
    unlisted: Sequence[EnteredTold]


def recipients_told(
    services: Services, who: Who, part: slice, words: str = "", own: Own | None = None
) -> RecipientsTold:
    """Who gets the mails about the units, in the order of the province's folder.

    Units that ended are told of where nothing came in their place and somebody is named for them.

    Args:
        services: Where it is read.
        who: Who asks; has to see every unit.
        part: Which of the units.
        words: A part of a unit's code or name, with or without its marks; empty: any.
        own: Only those that somebody of their own is named for, or only those without.
    """
    with Session(services.engine) as session:
        register = Register.read(services, session, who)
    units = _units(services, register.people)
    has_own = _named(register.people)
    found = [
        unit
        for unit in units
        if _answers(unit, words) and own in (None, "yes" if has_own(unit) else "no")
    ]
    today = local_day(services.clock())
    return RecipientsTold(
        total=len(found),
        without=sum(not has_own(unit) for unit in units),
        items=[
            UnitRecipients(
                code=unit.code,
                name=unit.name,
                level=unit.level,
                ended=unit.ended_by(today),
                own=has_own(unit),
                recipients=register.of(unit.code),
            )
            for unit in found[part]
        ],
        unlisted=[entered_told(each) for each in unlisted_recipients(services)],
    )


def entered_told(row: Recipient) -> EnteredTold:
    """Somebody who was entered, as programs are told."""
    return EnteredTold.model_validate(entered_item(row))


def _units(services: Services, people: Recipients) -> list[Unit]:
    today, has_own = local_day(services.clock()), _named(people)
    return [
        unit
        for unit in services.directory.units
        if unit.code not in people.heirs and (not unit.ended_by(today) or has_own(unit))
    ]


def _named(people: Recipients) -> Callable[[Unit], bool]:
    """Whether anybody is named for a unit, or for one that it stands for."""
    codes = {people.heirs.get(each.unit, each.unit) for each in people.people}
    return lambda unit: unit.code in codes


def _answers(unit: Unit, words: str) -> bool:
    told = (unit.code, unit.name, unit.short_name)
    return any(_plain(words) in _plain(each) for each in told)


def _plain(name: str) -> str:
    return without_marks(name_key(name))
