"""Index 766: as published, printed and counted, unit by unit and month by month."""

from worker.console.index.api import api
from worker.console.index.routes import router

__all__ = ["api", "router"]
