"""What could not be read: why, its raw text without personal data, and reading it again."""

from worker.console.quarantine.api import api
from worker.console.quarantine.routes import router

__all__ = ["api", "router"]
