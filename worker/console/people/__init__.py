"""Who may use the console: accounts, their roles and units, one-time links."""

from worker.console.people.api import router as api
from worker.console.people.routes import router

__all__ = ["api", "router"]
