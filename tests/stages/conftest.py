"""The stages over a fresh store, for the made-up province."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.works import Works
from worker.core.units import UnitDirectory
from worker.sources.folder import read_folder


@pytest.fixture(scope="session")
def directory(province_folder: Path) -> UnitDirectory:
    return UnitDirectory(read_folder(province_folder).units)


@pytest.fixture
def works(engine: Engine, directory: UnitDirectory) -> Works:
    return Works(engine, directory)
