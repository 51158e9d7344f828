"""What the pages work with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr
from starlette.requests import Request

from worker.bootstrap import Services
from worker.console.joined import Joined
from worker.settings.model import Settings, WorkbookSettings

# Puts a reading of single dossiers of a source in the queue, in one transaction; the runs' ids.
Queue = Callable[[Services, str, Sequence[str]], tuple[int, ...]]
# Tells workers of runs in the queue; never fails where the broker is away.
Announce = Callable[[Services, Sequence[int]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One console's; ``joined`` are the services, as soon as they can be had."""

    settings: Settings
    clock: Callable[[], datetime]
    joined: Joined
    queue: Queue
    announce: Announce

    def webhook_secret(self, source: str) -> SecretStr | None:
        """What signs the webhooks of a source; None where it may send none, or there is no such."""
        found = self.settings.sources.get(source)
        if found is None or isinstance(found, WorkbookSettings):
            return None
        return found.webhook_secret


def parts_of(request: Request) -> Parts:
    """The parts of the console that a request came to."""
    found: Parts = request.app.state.parts
    return found
