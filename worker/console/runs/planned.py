"""What the schedule starts next."""

from collections.abc import Mapping

from worker.bootstrap import Services
from worker.console.calls import Listing, Moment, Told
from worker.core.schedule import ClosedMonth
from worker.journey.scheduled import turns_of, watched_folders
from worker.render.schedule import schedule_item


class TurnTold(Told):
    """A job of the schedule with its turns around now, as ``schedule --json`` shows it.

    ``period`` is told of closing jobs alone; ``state`` is null where the last turn was not taken.
    """

    name: str
    does: str
    period: str | None = None
    source: str | None
    when: str
    last: Moment | None
    run: int | None
    state: str | None
    next: Moment | None

    @property
    def work(self) -> str:
        """What it does, as a key of the catalogue."""
        of_last = self.period == ClosedMonth.LAST.value
        return "schedule.work.close_last" if of_last else f"schedule.work.{self.does}"


class Schedule(Listing[TurnTold]):
    """The jobs, the soonest first; ``folders`` are the watched ones by source."""

    folders: Mapping[str, str]


def schedule_told(services: Services, limit: int | None = None) -> Schedule:
    """The schedule, of its jobs the first ``limit``."""
    turns = turns_of(services)
    items = [TurnTold(**schedule_item(turn)) for turn in turns[:limit]]
    folders = watched_folders(services.settings)
    return Schedule(total=len(turns), items=items, folders=folders)
