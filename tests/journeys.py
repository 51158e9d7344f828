"""A journey that only what is asked for sets going, and how its runs ended."""

from collections import Counter
from collections.abc import Sequence

from models.source import SyncRun
from worker.settings.schedule import USUAL_JOBS

UNSCHEDULED = "".join(f"[schedule.{job}]\nenabled = false\n" for job in USUAL_JOBS)
_STAGES = ("pull", "look_up", "link", "reconcile", "measure")


def travelled(runs: Sequence[SyncRun]) -> list[SyncRun]:
    """The runs that make a journey, without those that only tell people of it."""
    return [run for run in runs if run.stage in _STAGES]


def assert_stages(runs: Sequence[SyncRun], journeys: int = 1) -> None:
    """So many journeys were made, none of their stages twice."""
    assert Counter(run.stage for run in travelled(runs)) == dict.fromkeys(_STAGES, journeys)
