"""Units: how they stand, how each one's late count comes about, and what becomes late next."""

from worker.console.units.api import api
from worker.console.units.routes import router

__all__ = ["api", "router"]
