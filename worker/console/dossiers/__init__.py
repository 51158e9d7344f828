"""Dossiers: finding one, those behind a late count, and why a single one counts differently."""

from worker.console.dossiers.api import late_api
from worker.console.dossiers.api import router as api
from worker.console.dossiers.routes import router

__all__ = ["api", "late_api", "router"]
