"""Installations that have read both sides: read once, then copied."""

import shutil
from pathlib import Path

import pytest

from tests.places import Place, journey, serving


@pytest.fixture(scope="session")
def read_data(tmp_path_factory: pytest.TempPathFactory, province_folder: Path) -> Path:
    """What is kept after a journey through a world of 200 dossiers; nobody changes it."""
    place = Place(folder=tmp_path_factory.mktemp("read"), code="H99", seeds=str(province_folder))
    with serving(place.world(200)) as at:
        assert journey(place.configure(at)).is_complete
    return place.folder / "data"


@pytest.fixture
def read_place(light_place: Place, read_data: Path) -> Place:
    """``light_place`` where both sides of a world of 200 dossiers were read already."""
    shutil.copytree(read_data, light_place.folder / "data")
    return light_place
