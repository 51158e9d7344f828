"""The journey: what is asked for becomes runs in the queue, each done by whoever takes it up.

``sync --wait`` and the demo do all of them in the caller's process, run by run exactly as a worker
would; events in the store say what follows, so a journey that was killed goes on where it stopped.
"""

from worker.journey.parties import claim, note_run, pairs_of, register_sources, sides_of
from worker.journey.performing import perform
from worker.journey.queueing import queue_dossiers, queue_sync
from worker.journey.reconciling import reconcile_at
from worker.journey.rereading import read_known_again
from worker.journey.routing import route
from worker.journey.travel import travel
from worker.journey.wish import Travelled, Watch, Wish

__all__ = [
    "Travelled",
    "Watch",
    "Wish",
    "claim",
    "note_run",
    "pairs_of",
    "perform",
    "queue_dossiers",
    "queue_sync",
    "read_known_again",
    "reconcile_at",
    "register_sources",
    "route",
    "sides_of",
    "travel",
]
