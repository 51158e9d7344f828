"""Coming in and going out: signing in, a new password by a one-time link, the language."""

from worker.console.entry.routes import router

__all__ = ["router"]
