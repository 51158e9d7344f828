"""The simulated catalogue of procedures, read as a province's own would be."""

from collections.abc import Callable

from models.types import DayKind
from worker.core.limits import read_limits
from worker.simulator.build import WorldOptions
from worker.simulator.server import SimulatedEndpoints, running
from worker.simulator.world import World
from worker.sources.adapter import PortalAdapter, PortalConfig
from worker.sources.portal_catalogue import PortalCatalogue


def _catalogue(at: SimulatedEndpoints) -> PortalCatalogue:
    config = PortalConfig(
        name="cong",
        adapter_url=at.adapter_url,
        auth_endpoint=at.auth_endpoint,
        integration_endpoint=at.integration_endpoint,
        dstcode=at.dstcode,
        madonvi=at.madonvi,
        username=at.username,
        password=at.password,
        lookups_per_second=5000.0,
    )
    return PortalCatalogue(PortalAdapter(config))


def test_its_longest_limits_are_those_of_the_provinces_folder_in_several_units(
    make_world: Callable[[WorldOptions], World],
) -> None:
    world = make_world(WorldOptions(dossiers=60))
    procedures = {each.code: each for each in world.frame.procedures}
    with running(world) as at:
        source = _catalogue(at)
        listed = source.procedures()
        told = {code: source.limit(code) for code in procedures}
        assert source.limit("9.999999") is None
        source.close()
    assert {each.code for each in listed} > procedures.keys()
    texts = {code: each.text for code, each in told.items() if each is not None}
    assert texts.keys() == procedures.keys()
    for plain in DayKind:
        for code, procedure in procedures.items():
            read = read_limits(texts[code], plain)
            assert read.unreadable == ()
            days = read.longest.days if read.longest else None
            assert days == procedure.statutory_days, (code, texts[code])
            assert read.longest is None or read.longest.kind is DayKind.WORKING
    assert None in texts.values()
    units = {
        unit for text in texts.values() if text for unit in ("Giờ", "Tuần", ",5") if unit in text
    }
    assert units == {"Giờ", "Tuần", ",5"}
