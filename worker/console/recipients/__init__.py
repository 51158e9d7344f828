"""Who gets the mails about each unit: all of them at once, entered, taken out again."""

from worker.console.recipients.api import api
from worker.console.recipients.routes import router

__all__ = ["api", "router"]
