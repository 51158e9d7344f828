"""Both simulated upstreams on real ports, in one process and one event loop."""

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from worker.simulator.exchange import Application
from worker.simulator.faults import NO_FAULTS, FaultPlan
from worker.simulator.igate import IGateApplication
from worker.simulator.igate_login import IGateAccount
from worker.simulator.igate_resend import RESEND_PATH
from worker.simulator.legacy import COUNTS_ID, LEGACY_PATH, PROVINCE_ID
from worker.simulator.listener import serving
from worker.simulator.manners import ResendPlan
from worker.simulator.opencps import OpenCpsApplication
from worker.simulator.portal import AdapterAccount, PortalApplication
from worker.simulator.reporting import REPORTING_PATH, root_department_id
from worker.simulator.td import TdApplication
from worker.simulator.td_login import TdAccount
from worker.simulator.world import World

ProvinceKind = Literal["opencps", "igate", "td"]
PROVINCE_KINDS: tuple[ProvinceKind, ...] = get_args(ProvinceKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Where the upstreams listen and what they ask of callers; port 0 takes a free one.

    ``province_kind`` is what the province system is: the same dossiers behind another face.
    ``faults`` are the province system's, ``portal_faults`` the portal's; ``resends`` is how the
    province sends dossiers to the portal again, None for as the world says. ``ministry`` are the
    dossiers of line-ministry software, an OpenCPS of its own; none where None.
    """

    host: str = "127.0.0.1"
    province_kind: ProvinceKind = "opencps"
    opencps_port: int = 0
    portal_port: int = 0
    username: str = "doisoat"
    password: str = field(default="doisoat-mo-phong", repr=False)
    group_id: str = "35417"
    realm: str = "digo"
    client_id: str = "test-public"
    tenant: str = "root"
    token_seconds: int = 300
    dstcode: str = "VN:GOV:000.00.00.G22:vpcpdvcqg"
    auth_endpoint: str = "/mapi/login"
    integration_endpoint: str = "/mapi/g"
    session_seconds: float = 600.0
    faults: FaultPlan = NO_FAULTS
    portal_faults: FaultPlan = NO_FAULTS
    resends: ResendPlan | None = None
    ministry: World | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedEndpoints:
    """What a configuration needs to reach the running upstreams.

    An iGate and its Keycloak are both at ``province_url``; only an iGate has a ``resend_url``.
    """

    province_kind: ProvinceKind
    province_url: str
    adapter_url: str
    reporting_url: str
    username: str
    password: str = field(repr=False)
    group_id: str
    auth_endpoint: str
    integration_endpoint: str
    dstcode: str
    madonvi: str
    root_department_id: str
    legacy_url: str
    legacy_province_id: str
    legacy_counts_id: str
    realm: str
    client_id: str
    resend_url: str | None = None
    ministry_url: str | None = None


_DEFAULT = SimulatorOptions()


def serve(
    world: World,
    *,
    options: SimulatorOptions = _DEFAULT,
    ready: Callable[[SimulatedEndpoints], None],
) -> None:
    """Serve both upstreams until SIGINT or SIGTERM; to be called from the main thread.

    Args:
        world: What is behind them.
        options: Ports, accounts, faults.
        ready: Called with the addresses once both answer.

    Raises:
        OSError: a port is taken.
    """
    asyncio.run(_serve_until_signal(world, options, ready))


@contextmanager
def running(world: World, *, options: SimulatorOptions = _DEFAULT) -> Iterator[SimulatedEndpoints]:
    """Both upstreams in a thread of their own, for as long as the ``with`` block lasts.

    Raises:
        OSError: a port is taken.
    """
    background = _Background(world, options)
    background.thread.start()
    try:
        yield background.wait()
    finally:
        background.stop()


class _Background:
    """The servers' thread, and the two signals between it and its owner."""

    def __init__(self, world: World, options: SimulatorOptions) -> None:
        self.thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._world = world
        self._options = options
        self._started: Future[SimulatedEndpoints] = Future()
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wait(self) -> SimulatedEndpoints:
        """The addresses, once both servers answer; raises what kept them from it."""
        return self._started.result()

    def stop(self) -> None:
        """Let the servers finish, and wait for them."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._stopped.set)
        self.thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._listen())
        except OSError as error:
            self._started.set_exception(error)

    async def _listen(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with _listening(self._world, self._options) as endpoints:
            self._started.set_result(endpoints)
            await self._stopped.wait()


async def _serve_until_signal(
    world: World, options: SimulatorOptions, ready: Callable[[SimulatedEndpoints], None]
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with _listening(world, options) as endpoints:
        ready(endpoints)
        await stopped.wait()


@asynccontextmanager
async def _listening(world: World, options: SimulatorOptions) -> AsyncIterator[SimulatedEndpoints]:
    account = AdapterAccount(
        username=options.username,
        password=options.password,
        dstcode=options.dstcode,
        madonvi=world.province_code,
        auth_endpoint=options.auth_endpoint,
        integration_endpoint=options.integration_endpoint,
        session_seconds=options.session_seconds,
    )
    if options.resends is not None:
        world.resends.follow(options.resends)
    province = _province_system(world, options)
    portal = PortalApplication(world, account, time.monotonic)
    async with (
        serving(world, province, options.faults, (options.host, options.opencps_port)) as home,
        serving(world, portal, options.portal_faults, (options.host, options.portal_port)) as cong,
        _software(options) as software,
    ):
        yield replace(_endpoints(world, options, home, cong), ministry_url=software)


@asynccontextmanager
async def _software(options: SimulatorOptions) -> AsyncIterator[str | None]:
    """The address of line-ministry software, where there is any."""
    world = options.ministry
    if world is None:
        yield None
        return
    face = OpenCpsApplication(world, options.username, options.password, options.group_id)
    async with serving(world, face, NO_FAULTS, (options.host, 0)) as address:
        yield address


def _endpoints(
    world: World, options: SimulatorOptions, home: str, portal: str
) -> SimulatedEndpoints:
    return SimulatedEndpoints(
        province_kind=options.province_kind,
        province_url=home,
        adapter_url=portal,
        reporting_url=f"{portal}{REPORTING_PATH}",
        username=options.username,
        password=options.password,
        group_id=options.group_id,
        auth_endpoint=options.auth_endpoint,
        integration_endpoint=options.integration_endpoint,
        dstcode=options.dstcode,
        madonvi=world.province_code,
        root_department_id=root_department_id(world.province_code),
        legacy_url=f"{portal}{LEGACY_PATH}",
        legacy_province_id=PROVINCE_ID,
        legacy_counts_id=COUNTS_ID,
        realm=options.realm,
        client_id=options.client_id,
        resend_url=f"{home}{RESEND_PATH}" if options.province_kind == "igate" else None,
    )


def _province_system(world: World, options: SimulatorOptions) -> Application:
    if options.province_kind == "opencps":
        return OpenCpsApplication(world, options.username, options.password, options.group_id)
    if options.province_kind == "td":
        return TdApplication(world, _td_account(options), time.monotonic)
    account = IGateAccount(
        username=options.username,
        password=options.password,
        realm=options.realm,
        client_id=options.client_id,
        token_seconds=options.token_seconds,
    )
    return IGateApplication(world, account, time.monotonic)


def _td_account(options: SimulatorOptions) -> TdAccount:
    return TdAccount(
        username=options.username,
        password=options.password,
        tenant=options.tenant,
        token_seconds=options.token_seconds,
    )
