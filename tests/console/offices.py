"""A province's office whose store knows one whole journey, for the pages to show."""

import shutil
from pathlib import Path

from tests.places import Place, journey, serving
from tests.provinces import write_province
from worker.settings.load import load_settings
from worker.settings.model import Settings

UNIT = "H99.01"

_MORE = """
[resend]
enabled = true
[alerts]
from = "doisoat@tinh.example"
default_to = ["vanphong@tinh.example"]
confirm_after = "0s"
"""


def make_office(folder: Path) -> Path:
    """Bring a store up by a journey against both simulated upstreams, which then end."""
    write_province(folder / "seeds")
    place = Place(folder=folder, code="H99", seeds="seeds")
    with serving(place.world(300)) as endpoints:
        journey(place.configure(endpoints, reporting=True, more=_MORE))
    return folder


def office_in(made: Path, folder: Path) -> Settings:
    """A copy of an office, to be changed at will."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    file = folder / "doisoat.toml"
    told = file.read_text(encoding="utf-8").replace(str(made), str(folder))
    file.write_text(told, encoding="utf-8")
    return load_settings(file, environment={}, working_folder=folder)
