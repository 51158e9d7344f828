"""Who gets the mails about units, and where that was said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from sqlmodel import Session

from models.mail import Recipient as Entered
from worker.bootstrap import Services
from worker.console.units.told import RecipientTold
from worker.core.access import Who
from worker.core.alerts.recipients import Addressee, Recipients
from worker.core.reference import Recipient
from worker.db import recipients
from worker.journey.alerting import people_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Everybody who gets mails about any unit, as read once for ``who`` to see."""

    who: Who
    services: Services
    people: Recipients
    entered: Mapping[tuple[str, str], Entered]

    @classmethod
    def read(cls, services: Services, session: Session, who: Who) -> Self:
        """The same from the province's folder, the store and the settings."""
        entered = {(row.unit, row.email): row for row in recipients.listed(session)}
        people = people_of(services, session)
        return cls(who=who, services=services, people=people, entered=entered)

    def of(self, unit: str) -> list[RecipientTold]:
        """Who gets the mails about a unit, in their turn; then who is named and gets none."""
        levels = self.people.in_turn(unit)
        told = [
            self._told(unit, each, level)
            for level, turn in enumerate(levels, start=1)
            for each in turn
        ]
        return [*told, *self._others(unit, {each.email.casefold() for each in told})]

    def _others(self, unit: str, told: set[str]) -> Iterator[RecipientTold]:
        for each in self.people.named_for(unit):
            if each.email.casefold() not in told:
                yield self._told(unit, Addressee(each.email, each), None)

    def _told(self, unit: str, each: Addressee, level: int | None) -> RecipientTold:
        named = each.named
        if named is None:
            return _of_settings(each.email, level)
        is_own = self.people.is_for(named, unit)
        is_seen = is_own or self.who.sees(named.unit)
        row = self._entered(named) if is_seen else None
        found = self.services.directory.get(named.unit) if is_seen else None
        return RecipientTold(
            email=each.email,
            level=level,
            own=is_own,
            role=named.role,
            unit=named.unit if is_seen else None,
            unit_name=found.name if found else None,
            origin="folder" if self._is_listed(named) else "store",
            added_by=row.added_by if row else None,
            added_at=row.added_at if row else None,
        )

    def _is_listed(self, named: Recipient) -> bool:
        return named in self.services.province.recipients

    def _entered(self, named: Recipient) -> Entered | None:
        return None if self._is_listed(named) else self.entered.get((named.unit, named.email))


def _of_settings(email: str, level: int | None) -> RecipientTold:
    return RecipientTold(
        email=email,
        level=level,
        own=False,
        role=None,
        unit=None,
        unit_name=None,
        origin="settings",
        added_by=None,
        added_at=None,
    )
