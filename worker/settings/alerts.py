"""``[alerts]``: what is an incident, who is told of it, and how often."""

from datetime import time
from typing import Annotated

from pydantic import Field

from worker.core.alerts.policy import Policy, Thresholds
from worker.settings.section import Section
from worker.settings.values import Duration, Mail, Mails, PositiveDuration, Text

_USUAL = Thresholds()
_TIMES = Policy()

Dossiers = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class UnitAlertSettings(Section):
    """A unit's own thresholds; what is not named is the province's."""

    min_difference: Dossiers | None = None
    min_late_share: Share | None = None
    min_unexplained: Dossiers | None = None
    min_sync_rate: Share | None = None
    max_sync_lag: PositiveDuration | None = None


class AlertSettings(Section):
    """Thresholds (``Thresholds``), times (``Policy``), where mail comes from and goes to.

    ``units`` are thresholds of single units, by code. The daily mail is written at ``digest_at``.
    """

    from_: Mail | None = Field(default=None, alias="from")
    default_to: Mails = ()
    confirm_after: Duration = _TIMES.confirm_after
    min_difference: Dossiers = _USUAL.min_difference
    min_late_share: Share = _USUAL.min_late_share
    min_unexplained: Dossiers = _USUAL.min_unexplained
    min_sync_rate: Share = _USUAL.min_sync_rate
    max_sync_lag: PositiveDuration = _USUAL.max_sync_lag
    max_quarantined: Dossiers = _USUAL.max_quarantined
    quiet_for: Duration = _TIMES.quiet_for
    repeat_every: PositiveDuration = _TIMES.repeat_every
    escalate_after: PositiveDuration = _TIMES.escalate_after
    digest_at: time = time(7, 30)
    units: dict[Text, UnitAlertSettings] = Field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        """The same for the core."""
        usual = self.model_dump(include=set(Thresholds.__dataclass_fields__))
        return Policy(
            usual=Thresholds(**usual),
            units={
                code: Thresholds(**(usual | each.model_dump(exclude_none=True)))
                for code, each in self.units.items()
            },
            confirm_after=self.confirm_after,
            quiet_for=self.quiet_for,
            repeat_every=self.repeat_every,
            escalate_after=self.escalate_after,
        )
