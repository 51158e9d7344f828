"""Re-sends at the simulated province: the clients of each kind, and the province's log."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.kinds import Kind
from tests.pulls import QUICK
from worker.ports import Resend, ResendSource
from worker.simulator.manners import Manner
from worker.simulator.records import Planted
from worker.simulator.server import SimulatedEndpoints
from worker.simulator.world import World
from worker.sources.igate import IGateConfig
from worker.sources.igate_resend import IGateResends
from worker.sources.opencps import OpenCpsConfig
from worker.sources.opencps_resend import OpenCpsResends
from worker.sources.td import TdConfig
from worker.sources.td_resend import TdResends
from worker.sources.trust import trusted


@contextmanager
def resending(
    kind: Kind, at: SimulatedEndpoints, password: str | None = None
) -> Iterator[ResendSource]:
    """The client of a running system of this kind."""
    source = _source(kind, at, password or at.password)
    try:
        yield source
    finally:
        source.close()


def _source(kind: Kind, at: SimulatedEndpoints, password: str) -> ResendSource:
    if kind.name == "td":
        td = TdConfig(name="tinh", url=at.province_url, username=at.username, password=password)
        return TdResends(td, QUICK)
    if kind.name == "opencps":
        opencps = OpenCpsConfig(
            name="tinh",
            url=at.province_url,
            username=at.username,
            password=password,
            group_id=at.group_id,
        )
        return OpenCpsResends(opencps, QUICK)
    assert at.resend_url is not None
    igate = IGateConfig(
        name="tinh",
        sso_url=at.province_url,
        api_url=at.province_url,
        client_id=at.client_id,
        username=at.username,
        password=password,
    )
    return IGateResends(igate, at.resend_url, QUICK)


def order(kind: Kind, world: World, each: Planted) -> Resend:
    """What is to be sent again, as a look-up at the portal would tell it."""
    known = world.on_portal(each.code) is not None
    return Resend(each.code, kind.row_id(each.homes[0]), is_known=known)


def set_manners(url: str, *manners: Manner, of: dict[str, Manner] | None = None) -> dict[str, Any]:
    """Let the province send in these manners from now on; its log so far."""
    plan = {"manners": manners, "of": of or {}}
    answer = httpx.post(f"{url}/simulator/resends", json=plan, verify=trusted())
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def log_at(url: str) -> list[dict[str, Any]]:
    """The steps of re-sends the province was asked for, in their order."""
    calls: list[dict[str, Any]] = _asked(url)["calls"]
    return calls


def queue_at(url: str) -> list[dict[str, Any]]:
    """The rows of the province's queue."""
    rows: list[dict[str, Any]] = _asked(url)["queue"]
    return rows


def _asked(url: str) -> Any:
    return httpx.get(f"{url}/simulator/resends", verify=trusted()).json()


def deliver(url: str) -> int:
    """Let all that waits in the queue arrive; how many dossiers."""
    delivered: int = httpx.post(f"{url}/simulator/deliver", verify=trusted()).json()["delivered"]
    return delivered


def asked_twice(calls: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """The steps that were asked for more than once, by code and step."""
    steps = [(call["code"], call["step"]) for call in calls]
    return sorted({step for step in steps if steps.count(step) > 1})
