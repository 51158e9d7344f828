"""Reports to download, statements to sign and to verify, months to close."""

from worker.console.reports.api import api
from worker.console.reports.routes import router
from worker.console.reports.signing import router as signing

__all__ = ["api", "router", "signing"]
