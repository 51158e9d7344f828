"""A province's system without such a call: its operator gets a list, and is watched as well."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from models.resend_types import ResendState
from tests.places import Place, journey, opened, serving, unwatched
from tests.resend_requests import ASKER, ON, approved, largest_unit
from tests.resends import log_at
from tests.worlds import changed, put_right
from worker.bootstrap import Services
from worker.core.resend.selection import Selection
from worker.errors import ResendError
from worker.journey import Wish, perform
from worker.journey.asking_again import preview
from worker.journey.resending import hand_over, send, shown
from worker.journey.tending import sweep
from worker.render.resend_list import resend_list
from worker.render.resends import Told
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.simulator.server import SimulatedEndpoints
from worker.simulator.world import World


@pytest.fixture
def world(light_place: Place) -> World:
    return light_place.world(200)


def configure(place: Place, at: SimulatedEndpoints) -> Settings:
    """Settings of a system that can't be asked to send again."""
    place.configure(at, more=ON)
    path = place.folder / "doisoat.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('kind = "opencps"', 'kind = "opencps"\nresend = false'))
    return load_settings(path, environment={}, working_folder=place.folder)


@pytest.fixture
def services(read_place: Place, world: World) -> Iterator[Services]:
    """An installation where both sides were read once; the province has stopped since."""
    with serving(world) as at:
        settings = configure(read_place, at)
    with opened(settings) as found:
        yield found


def cells_of(content: bytes) -> Sequence[Sequence[object]]:
    """What stands in the first sheet of a workbook."""
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_list_names_the_dossiers_and_what_is_done_by_it_is_seen(
    light_place: Place, world: World, services: Services
) -> None:
    unit = largest_unit(services)
    assert preview(services, Selection()).by_hand
    number = approved(services, Selection(unit=unit))
    with pytest.raises(ResendError) as refused:
        send(services, number, ASKER)
    assert refused.value.key == "resend_by_list"
    listed = hand_over(services, number, ASKER)
    assert listed.request.state is ResendState.HANDED_OVER
    codes = [item.code for item in listed.items]
    content = resend_list(Told(listed.request, "Sở Mẫu", listed.items, listed.effect))
    told = cells_of(content)
    assert [row[1] for row in told[5:]] == codes
    assert told[1][0] == f"Cơ quan, đơn vị: Sở Mẫu ({unit})"
    assert hand_over(services, number, ASKER).request.sent_at == listed.request.sent_at
    with serving(changed(world, codes, put_right(world))) as at:
        assert journey(configure(light_place, at), Wish(full=True)).is_complete
        assert log_at(at.province_url) == []
        ended = shown(services, number)
    assert ended.request.state is ResendState.DONE
    assert ended.effect.closed == len(codes)


def test_the_portal_is_asked_about_what_was_handed_over(
    light_place: Place, world: World, services: Services
) -> None:
    number = approved(services, Selection(unit=largest_unit(services)))
    codes = [item.code for item in hand_over(services, number, ASKER).items]
    with (
        serving(changed(world, codes, put_right(world))) as at,
        opened(configure(light_place, at)) as later,
    ):
        while any(perform(later, key, unwatched) for key in sweep(later)):
            pass
        assert shown(later, number).effect.closed == len(codes)


def test_a_list_is_a_workbook_without_formulas_or_links(services: Services) -> None:
    number = approved(services, Selection(unit=largest_unit(services)))
    listed = hand_over(services, number, ASKER)
    content = resend_list(Told(listed.request, "=1+1", listed.items, listed.effect))
    with ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
