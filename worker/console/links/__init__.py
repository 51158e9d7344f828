"""Dossiers under two codes: what was decided, what waits, and deciding."""

from worker.console.links.api import api
from worker.console.links.routes import router

__all__ = ["api", "router"]
