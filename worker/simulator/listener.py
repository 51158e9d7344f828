"""One simulated system on a real port."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from worker.simulator.door import Door
from worker.simulator.exchange import Application
from worker.simulator.faults import FaultPlan
from worker.simulator.world import World

_BACKLOG = 256
_PATIENCE = 1


@asynccontextmanager
async def serving(
    world: World, application: Application, plan: FaultPlan, address: tuple[str, int]
) -> AsyncIterator[str]:
    """One application on one port; yields its URL."""
    listener = socket.create_server(address, backlog=_BACKLOG)
    # A head and a body are written one after the other: without this, each answer takes 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(_config(Door(world, application, plan)))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    try:
        await server.startup(sockets=[listener])
        ticking = asyncio.create_task(server.main_loop())
        host, port = listener.getsockname()[:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            await ticking
            await server.shutdown(sockets=[listener])
    finally:
        listener.close()


def _config(door: Door) -> uvicorn.Config:
    """A quiet server: faults are meant, nobody needs to read of them."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    return uvicorn.Config(
        door,
        http=_Connection,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_PATIENCE,
    )


class _Connection(H11Protocol):
    """A connection that the application may hang up on."""

    # typing.override is newer than the oldest Python we support
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[explicit-override, override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "hang_up": transport.close}
