"""The web server itself: one process, one event loop, until it is told to stop."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

from worker.errors import SettingsError
from worker.log import passed_on

_BACKLOG = 256
_MOST_AT_ONCE = 200
_LARGEST_HEAD = 16 * 1024
_KEPT_ALIVE = 15
# What is being answered when the process is told to stop is answered, within so many seconds.
_PATIENCE = 10


def serve_app(
    app: ASGIApp, host: str, port: int, ready: Callable[[str], None], proxies: Sequence[str] = ()
) -> None:
    """Serve until SIGINT or SIGTERM; to be called from the main thread.

    Args:
        app: What is served.
        host: The address to listen at.
        port: Its port; 0 takes a free one.
        ready: Called with the server's URL once it answers.
        proxies: Addresses and networks that are believed about who calls by them.

    Raises:
        SettingsError: the address can't be had.
    """
    with _listener(host, port) as listener, passed_on("asyncio", "uvicorn.error"):
        asyncio.run(_serve_until_signal(uvicorn.Server(config_of(app, proxies)), listener, ready))


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SettingsError("port_taken", host=host, ports=str(port)) from error
    # Handed on to each connection: asyncio sets it only where a socket names its protocol, and
    # without it every answer in two parts waits 40 ms for the reader's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def config_of(app: ASGIApp, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """How an application is served: no more than it needs, and bounded.

    Requests are logged by ``guard``: uvicorn would write down who asked, and for what.
    """
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        loop="asyncio",
        log_config=None,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        server_header=False,
        access_log=False,
        limit_concurrency=_MOST_AT_ONCE,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        timeout_keep_alive=_KEPT_ALIVE,
        timeout_graceful_shutdown=_PATIENCE,
    )


async def _serve_until_signal(
    server: uvicorn.Server, listener: socket.socket, ready: Callable[[str], None]
) -> None:
    """Not ``Server.serve``: it would end the process by the very signal that it has heard."""

    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    # What is there by now stays for good: to look through all of it for garbage while somebody
    # waits for a page took longer than most pages.
    gc.freeze()
    ready(_url(listener))
    await server.main_loop()
    await server.shutdown(sockets=[listener])


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
