"""A province without a table of statutory limits counts by the national catalogue's."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.places import AS_OF, Place, by_hand, journey, opened, serving
from worker.core.procedures import own_limits
from worker.db import catalogue


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


def test_the_catalogue_stands_in_for_the_table_the_province_does_not_have(
    light_place: Place, bare: Place
) -> None:
    bare.folder.mkdir()
    world = light_place.world()
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
