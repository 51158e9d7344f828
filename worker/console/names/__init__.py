"""Names of units: those nobody has listed, what was decided about names, the lists themselves."""

from worker.console.names.api import router as api
from worker.console.names.routes import router

__all__ = ["api", "router"]
