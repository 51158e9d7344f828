"""The overview: where the province stands this morning, and what needs somebody."""

from worker.console.overview.api import api
from worker.console.overview.routes import router

__all__ = ["api", "router"]
