"""``[resend]``: whether dossiers may be sent again at all, how many, how long they are watched."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from worker.core.resend.limits import Limits
from worker.core.resend.second_look import Waits
from worker.settings.section import Section
from worker.settings.values import Duration, PositiveDuration

Dossiers = Annotated[int, Field(ge=1, le=100_000)]


class ResendSettings(Section):
    """Off unless ``enabled``. ``per_request``, ``per_hour`` and ``per_day`` are dossiers.

    ``trial``: so many dossiers of a request go first; the rest goes once they were looked at and no
    more of them got worse than were mended (0: all go at once, and nothing stops by itself).

    ``look_after``: how long after a dossier went the portal is asked for it once more, beside at
    once; a province's own queue may take some minutes. ``watch_for``: when what still differs is
    given to a person; ``watch_list_for`` the same where the system's operator sends by a list.
    """

    enabled: bool = False
    per_request: Dossiers = 50
    per_hour: Dossiers = 100
    per_day: Dossiers = 500
    trial: Annotated[int, Field(ge=0, le=100_000)] = 10
    look_after: Duration = timedelta(minutes=10)
    watch_for: PositiveDuration = timedelta(hours=2)
    watch_list_for: PositiveDuration = timedelta(days=3)

    @property
    def limits(self) -> Limits:
        """The limits for the core."""
        return Limits(per_request=self.per_request, per_hour=self.per_hour, per_day=self.per_day)

    def waits(self, *, by_hand: bool) -> Waits:
        """How long dossiers are watched that a system sends itself, or its operator by a list."""
        return Waits(self.look_after, self.watch_list_for if by_hand else self.watch_for)
