"""The sources: how well they are read, how they are set, and whether they answer."""

from worker.console.sources.api import router as api
from worker.console.sources.routes import router

__all__ = ["api", "router"]
