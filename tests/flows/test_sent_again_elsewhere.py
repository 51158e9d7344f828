"""The loop closes with every kind of system that can be asked: iGate and TD as well as OpenCPS."""

from collections.abc import Callable

import pytest

from models.resend_types import ResendGround, ResendResult
from tests.igates import configure_igate
from tests.places import Place, journey, opened
from tests.resend_requests import ON, approved, largest_unit, sent
from tests.resends import asked_twice, log_at
from tests.tds import configure_td
from worker.core.resend.selection import Selection
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running

Configure = Callable[[Place, SimulatedEndpoints], Settings]


@pytest.mark.parametrize(("kind", "configure"), [("igate", configure_igate), ("td", configure_td)])
def test_a_request_is_sent_by_the_systems_own_call_and_the_gap_closes(
    light_place: Place, kind: str, configure: Configure
) -> None:
    options = SimulatorOptions(province_kind=kind)  # type: ignore[arg-type]
    with running(light_place.world(200), options=options) as at:
        configure(light_place, at)
        settings = with_resends(light_place, at)
        assert journey(settings).is_complete
        with opened(settings) as services:
            found = sent(services, approved(services, Selection(unit=largest_unit(services))))
        calls = log_at(at.province_url)
    assert {call["code"] for call in calls} == {item.code for item in found.items}
    assert asked_twice(calls) == []
    left = [item for item in found.items if item.result is not ResendResult.CLOSED]
    assert found.effect.closed > 3 * len(left)
    assert {item.ground for item in left} <= {ResendGround.OLD_END_STAYS}


def with_resends(place: Place, at: SimulatedEndpoints) -> Settings:
    """The same settings with re-sends on, at the address an iGate has for them."""
    path = place.folder / "doisoat.toml"
    text = path.read_text(encoding="utf-8")
    if at.resend_url is not None:
        text = text.replace('kind = "igate"', f'kind = "igate"\nresend_url = "{at.resend_url}"')
    path.write_text(text + ON, encoding="utf-8")
    return load_settings(path, environment={}, working_folder=place.folder)
