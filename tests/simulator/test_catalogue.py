"""The simulated catalogue of procedures, read as a province's own would be."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.types import DayKind
from worker.core.calendar import Calendar
from worker.core.decisions import Decision
from worker.core.limits import read_limits
from worker.core.publication import Timing, publications
from worker.core.reference import Procedure, Province
from worker.core.times import local_day, month_of
from worker.ports import ProcedureLimit
from worker.simulator.build import DEFAULT_AS_OF, WorldOptions, build_world
from worker.simulator.publication import Publications
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


def _decisions(source: PortalCatalogue, told: dict[str, ProcedureLimit | None]) -> list[Decision]:
    found = []
    for code, limit in told.items():
        decision = source.decision(limit.decision) if limit and limit.decision else None
        if decision is not None:
            found.append(
                Decision(
                    procedure=code,
                    number=decision.number,
                    decided_on=decision.decided_on,
                    effective_on=decision.effective_on,
                    public_on=decision.public_on,
                    by_ministry=decision.by_ministry,
                )
            )
    return found


@pytest.mark.parametrize("day", [4, 24])
def test_how_procedures_are_published_is_as_the_world_was_made(
    province: Province, calendar: Calendar, day: int
) -> None:
    many = tuple(Procedure(code=f"1.99{n:04}", name=f"Thủ tục {n}", field="Mẫu") for n in range(20))
    as_of = DEFAULT_AS_OF.replace(day=day)
    options = WorldOptions(dossiers=60, as_of=as_of)
    world = build_world(replace(province, procedures=many), "H99", calendar, options)
    with running(world) as at:
        source = _catalogue(at)
        told = {each.code: source.limit(each.code) for each in many}
        decisions = _decisions(source, told)
        assert source.decision("1") is None
        source.close()
    parts = {code: limit.parts for code, limit in told.items() if limit is not None}
    period, today = month_of(as_of), local_day(as_of)
    found = publications(told, decisions, parts, calendar, period, today)
    expected = Publications(world).truth
    assert {each.procedure: (each.announced, each.made_public, each.missing) for each in found} == {
        code: (each.announced, each.made_public, each.missing) for code, each in expected.items()
    }
    late = {each.made_public for each in expected.values()}
    assert (Timing.LATE in late) is (day == 24)
