"""The mails: those that wait, those that were sent or refused; one to read, one to send again."""

from worker.console.mails.api import api
from worker.console.mails.routes import router

__all__ = ["api", "router"]
