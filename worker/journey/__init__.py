"""The whole journey in the caller's process: what ``sync --wait`` and the demo run.

Each stage is claimed, run and recorded exactly as it would be by a worker elsewhere; events in the
store say what follows, so a journey that was killed goes on where it stopped.
"""

from worker.journey.parties import claim, note_run, pairs_of, register_sources, sides_of
from worker.journey.reconciling import reconcile_at
from worker.journey.rereading import read_known_again
from worker.journey.travel import travel
from worker.journey.wish import Travelled, Watch, Wish

__all__ = [
    "Travelled",
    "Watch",
    "Wish",
    "claim",
    "note_run",
    "pairs_of",
    "read_known_again",
    "reconcile_at",
    "register_sources",
    "sides_of",
    "travel",
]
