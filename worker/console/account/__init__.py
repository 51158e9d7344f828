"""One's own account: password, browsers, tokens for programs."""

from worker.console.account.api import router as api
from worker.console.account.routes import router

__all__ = ["api", "router"]
