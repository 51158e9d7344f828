"""Incidents: what units' offices are told of, and what people do about it."""

from worker.console.incidents.api import api
from worker.console.incidents.routes import router

__all__ = ["api", "router"]
