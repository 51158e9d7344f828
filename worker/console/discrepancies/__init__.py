"""Discrepancies: the dossiers that two sides count differently, to be sifted and taken on."""

from worker.console.discrepancies.api import router as api
from worker.console.discrepancies.routes import router

__all__ = ["api", "router"]
