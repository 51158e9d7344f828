"""The audit trail: who changed what, when and why."""

from worker.console.audit_trail.api import router as api
from worker.console.audit_trail.routes import router

__all__ = ["api", "router"]
