"""The console with its real parts."""

from collections.abc import Callable

from worker.bootstrap import services
from worker.console.app import build_console
from worker.console.server import serve_app
from worker.journey.queueing import queue_dossiers
from worker.settings.model import Settings
from worker.tasks.announce import announce


def serve(settings: Settings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve what is configured until SIGINT or SIGTERM; see ``serve_app``.

    Raises:
        SettingsError: the address can't be had.
    """
    app = build_console(
        settings, lambda: services(settings), queue_dossiers, announce, is_warm=True
    )
    serve_app(app, host, port, ready, settings.console.trusted_proxies)
