"""An installation whose province system is an iGate, and what such a system can't tell."""

from dataclasses import replace

from tests.places import Place
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.simulator.records import Late
from worker.simulator.server import SimulatedEndpoints
from worker.simulator.world import World

_OTHER_SYSTEM = "from_another_system"


def configure_igate(
    place: Place, at: SimulatedEndpoints, *, rule: str = "opencps_month", reporting: bool = False
) -> Settings:
    """The settings of a place, its province's system an iGate."""
    place.configure(at, reporting=reporting)
    path = place.folder / "doisoat.toml"
    opencps = f'kind = "opencps"\nurl = "{at.province_url}"'
    igate = (
        f'kind = "igate"\nsso_url = "{at.province_url}"\napi_url = "{at.province_url}"\n'
        f'realm = "{at.realm}"\nclient_id = "{at.client_id}"\nrule = "{rule}"'
    )
    text = path.read_text(encoding="utf-8")
    assert opencps in text
    text = text.replace(opencps, igate).replace(f'group_id = "{at.group_id}"\n', "")
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environment={}, working_folder=place.folder)


def told_by_igate(world: World) -> int:
    """Make the world's truth what can be known through an iGate; for how many dossiers.

    OpenCPS says in ``systemId`` that a dossier was born in another system, and its monthly table
    leaves it out. iGate has no such field: the dossier counts as late at home too, by either rule,
    and there is nothing between the two sides.
    """
    chosen = [each for each in world.planted if each.scenario == _OTHER_SYSTEM]
    for each in chosen:
        each.truth = replace(each.truth, late=Late(1, 1, 1), cause=None)
    return len(chosen)
