"""Whether work gets done, and telling so to whoever watches from outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from worker.bootstrap import Services, sign_of_life
from worker.db import metrics

# Runs that wait this long with no worker at work are waiting for one.
_TAKEN_UP_WITHIN = timedelta(minutes=5)
_LATELY = timedelta(days=1)


def nobody_works(services: Services) -> bool:
    """Whether something has waited for long and no worker gives a sign of life.

    With nothing to do a worker is silent, and at night there may be nothing to do for hours.
    """
    now = services.clock()
    with Session(services.engine) as session:
        since = metrics.waiting(session).since
        if since is None or now - since < _TAKEN_UP_WITHIN:
            return False
        sign = metrics.last_sign_of_life(session, now - _LATELY)
    return sign is None or now - sign >= _TAKEN_UP_WITHIN


@dataclass(slots=True)
class LifeTeller:
    """Tells, as often as the settings say, that what is due is started and what waits is done.

    Where nobody works it is silent: silence is what the one who watches acts on.
    """

    told_at: datetime | None = None

    def tell(self, services: Services) -> bool:
        """Tell it if it is time to and true; whether it was told.

        Raises:
            TransientError: nobody heard it; it is told again in the next round.
        """
        wanted, now = services.settings.sign_of_life, services.clock()
        if wanted.url is None:
            return False
        if self.told_at is not None and self.told_at <= now < self.told_at + wanted.every:
            return False
        if nobody_works(services):
            return False
        sign_of_life(wanted.url)
        self.told_at = now
        return True
