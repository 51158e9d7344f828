"""An installation whose province system is a TD, and what such a system can't tell."""

from dataclasses import replace

from tests.places import Place
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.simulator.records import Late
from worker.simulator.server import SimulatedEndpoints
from worker.simulator.world import World

_OTHER_SYSTEM = "from_another_system"


def configure_td(
    place: Place,
    at: SimulatedEndpoints,
    *,
    rule: str = "opencps_month",
    reporting: bool = False,
    to_period_end: bool = False,
) -> Settings:
    """The settings of a place, its province's system a TD."""
    place.configure(at, reporting=reporting)
    path = place.folder / "doisoat.toml"
    text = path.read_text(encoding="utf-8")
    opencps = f'kind = "opencps"\nurl = "{at.province_url}"'
    assert opencps in text
    text = text.replace(opencps, f'kind = "td"\nurl = "{at.province_url}"\nrule = "{rule}"')
    text = text.replace(f'group_id = "{at.group_id}"\n', "")
    if to_period_end:
        text += "[rules.province]\nto_period_end = true\n"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environment={}, working_folder=place.folder)


def told_by_td(world: World) -> int:
    """Make the world's truth what can be known through a TD; for how many dossiers.

    OpenCPS says in ``systemId`` that a dossier was born in another system, and its monthly table
    leaves it out. TD has no such field: the dossier counts as late at home too, by either rule,
    and there is nothing between the two sides.
    """
    chosen = [each for each in world.planted if each.scenario == _OTHER_SYSTEM]
    for each in chosen:
        each.truth = replace(each.truth, late=Late(1, 1, 1), cause=None)
    return len(chosen)
