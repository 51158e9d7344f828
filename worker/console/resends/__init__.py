"""Requests to have dossiers sent to the portal again, from the wish to what came of it."""

from worker.console.resends.api import api
from worker.console.resends.routes import router

__all__ = ["api", "router"]
