"""A province without a table of statutory limits counts by the national catalogue's."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.places import AS_OF, JULY, Place, by_hand, journey, opened, serving
from worker.core.indicators import Rate
from worker.core.procedures import own_limits
from worker.core.publication import Part, Timing
from worker.db import catalogue, publication
from worker.simulator.publication import Publications


@pytest.fixture
def bare(light_place: Place, tmp_path: Path) -> Place:
    """The same province with a folder that tells no limits."""
    folder = tmp_path / "bare"
    shutil.copytree(light_place.seeds, folder)
    lines = (folder / "procedures.csv").read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    bare = [[*row[:3], "", *row[4:]] for row in cells[1:]]
    text = "\n".join(",".join(row) for row in [cells[0], *bare])
    (folder / "procedures.csv").write_text(text, encoding="utf-8")
    return replace(light_place, folder=tmp_path / "bare_place", seeds=str(folder))


@pytest.mark.slow
def test_the_catalogue_stands_in_for_the_table_the_province_does_not_have(
    light_place: Place, bare: Place
) -> None:
    bare.folder.mkdir()
    world = light_place.world(200)
    with serving(world) as at:
        with_table = light_place.configure(at)
        journey(with_table)
        expected = by_hand(with_table, AS_OF)
        without = bare.configure(at)
        journey(without)
    full = own_limits(light_place.province().procedures)
    with opened(without) as found:
        with Session(found.engine) as session:
            borne = {each.code for each in catalogue.usage(session)}
        assert found.province.procedures
        assert own_limits(found.province.procedures) == {}
        assert found.statutes.limits == {code: full[code] for code in borne & full.keys()}
    assert borne & full.keys()
    assert by_hand(without, AS_OF)["totals"] == expected["totals"]


@pytest.fixture
def wide(place: Place, tmp_path: Path) -> Place:
    """The same province with enough procedures for every case of publication."""
    folder = tmp_path / "wide"
    shutil.copytree(place.seeds, folder)
    more = "".join(f"3.98{n:04},Thủ tục {n},Mẫu,,,\n" for n in range(20))
    with (folder / "procedures.csv").open("a", encoding="utf-8") as file:
        file.write(more)
    return replace(place, seeds=str(folder))


def test_the_rates_of_publication_are_those_the_world_was_made_with(wide: Place) -> None:
    world = wide.world(200)
    with serving(world) as at:
        settings = wide.configure(at)
        journey(settings)
    truth = Publications(world).truth.values()
    with opened(settings) as found, Session(found.engine) as session:
        codes = [each.code for each in found.province.procedures]
        calendar = found.statutes.calendar
        told = publication.rates(session, JULY, calendar, AS_OF, procedures=codes)
    for code, states in (
        ("1.1", [each.announced for each in truth]),
        ("1.2", [each.made_public for each in truth]),
    ):
        on_time, late = states.count(Timing.ON_TIME), states.count(Timing.LATE)
        assert late > 0
        assert told[code] == Rate(on_time, on_time + late, states.count(Timing.UNTOLD))
    missing = [each.missing for each in truth]
    silent = missing.count(None)
    assert told["1.3"] == Rate(missing.count(Part(0)), len(missing) - silent, silent)
    assert silent > 0
