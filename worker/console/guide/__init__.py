"""Help inside the console: what each figure means, and what to do where something fails."""

from worker.console.guide.routes import router

__all__ = ["router"]
