"""What is read and computed: now, before and next; starting it, stopping it, letting it go on."""

from worker.console.runs.acting import router as acting
from worker.console.runs.api import api
from worker.console.runs.routes import router
from worker.console.runs.starting import router as starting

__all__ = ["acting", "api", "router", "starting"]
