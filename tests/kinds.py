"""The kinds of systems that list dossiers page by page, each over its simulated upstream.

A new kind is one more entry of ``KINDS``; every test that takes one then holds for it too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from tests.pulls import QUICK
from worker.ports import PageSource
from worker.simulator.faults import NO_FAULTS, FaultPlan
from worker.simulator.igate_items import dossier_id
from worker.simulator.records import HomeRow
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.td_items import row_id
from worker.simulator.world import World
from worker.sources.igate import IGateConfig, IGateSource
from worker.sources.opencps import OpenCpsConfig, OpenCpsSource
from worker.sources.td import TdConfig, TdSource


@dataclass(frozen=True, kw_only=True)
class Kind:
    """``source`` is made with an address, a page size and a password; ``row_id`` is its own id."""

    name: Literal["opencps", "igate", "td"]
    source: Callable[[SimulatedEndpoints, int, str], PageSource]
    row_id: Callable[[HomeRow], str]

    @contextmanager
    def serving(self, world: World, faults: FaultPlan = NO_FAULTS) -> Iterator[SimulatedEndpoints]:
        """The province's system of this kind, with faults; the portal beside it has none."""
        options = SimulatorOptions(province_kind=self.name, faults=faults)
        with running(world, options=options) as endpoints:
            yield endpoints

    @contextmanager
    def opened(self, at: SimulatedEndpoints, size: int = 13) -> Iterator[PageSource]:
        """The source over a running system."""
        source = self.source(at, size, at.password)
        try:
            yield source
        finally:
            source.close()


def _opencps(at: SimulatedEndpoints, size: int, password: str) -> PageSource:
    config = OpenCpsConfig(
        name="tinh",
        url=at.province_url,
        username=at.username,
        password=password,
        group_id=at.group_id,
        page_size=size,
    )
    return OpenCpsSource(config, QUICK)


def _igate(at: SimulatedEndpoints, size: int, password: str) -> PageSource:
    config = IGateConfig(
        name="tinh",
        sso_url=at.province_url,
        api_url=at.province_url,
        realm=at.realm,
        client_id=at.client_id,
        username=at.username,
        password=password,
        page_size=size,
    )
    return IGateSource(config, QUICK)


def _td(at: SimulatedEndpoints, size: int, password: str) -> PageSource:
    config = TdConfig(
        name="tinh",
        url=at.province_url,
        username=at.username,
        password=password,
        page_size=size,
    )
    return TdSource(config, QUICK)


KINDS = (
    Kind(name="opencps", source=_opencps, row_id=lambda row: str(row.dossier_id)),
    Kind(name="igate", source=_igate, row_id=dossier_id),
    Kind(name="td", source=_td, row_id=row_id),
)
