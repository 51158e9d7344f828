"""The first dossiers of a request are looked at before the rest goes, or it stops."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from models.audit import AuditEntry
from models.event import Event
from models.resend_types import ResendResult, ResendState
from models.types import EventKind
from tests.journeys import UNSCHEDULED
from tests.places import AS_OF, Place, connected, journey, opened, serving, unwatched
from tests.resend_requests import APPROVER, ASKER, approved, largest_unit, sent
from tests.resends import asked_twice, deliver, log_at, set_manners
from tests.stores import rows_of
from worker.bootstrap import Services
from worker.core.resend.selection import Selection
from worker.errors import ResendError
from worker.journey import perform
from worker.journey.resending import approve, reject, send, shown, stop
from worker.journey.tending import sweep
from worker.settings.model import Settings
from worker.simulator.manners import Manner
from worker.simulator.server import SimulatedEndpoints

FIRST = 4
ON = f"[resend]\nenabled = true\ntrial = {FIRST}\n"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def at(light_place: Place) -> Iterator[SimulatedEndpoints]:
    with serving(light_place.world()) as endpoints:
        yield endpoints


@pytest.fixture
def settings(light_place: Place, at: SimulatedEndpoints) -> Settings:
    found = light_place.configure(at, more=ON)
    assert journey(found).is_complete
    return found


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    with opened(settings) as found:
        yield found


def codes_sent(at: SimulatedEndpoints) -> set[str]:
    return {call["code"] for call in log_at(at.province_url)}


def test_once_the_first_ones_were_mended_the_rest_goes_by_itself(
    services: Services, settings: Settings, at: SimulatedEndpoints
) -> None:
    found = sent(services, approved(services, Selection(unit=largest_unit(services))))
    assert found.request.state is ResendState.DONE
    assert found.effect.closed == found.effect.asked > FIRST
    with connected(settings) as engine:
        told = rows_of(engine, Event)
    went = [each.payload["codes"] for each in told if each.kind is EventKind.RESENT]
    assert [len(codes) for codes in went] == [FIRST, found.effect.asked - FIRST]
    assert [each.kind for each in told].count(EventKind.RESEND_GOES_ON) == 1
    assert asked_twice(log_at(at.province_url)) == []


def test_where_they_get_worse_nothing_more_goes_until_somebody_approves_it_again(
    services: Services, settings: Settings, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.SECOND_CODE)
    number = approved(services, Selection(unit=largest_unit(services)))
    held = sent(services, number)
    assert held.request.state is ResendState.HELD
    assert (held.effect.sent, held.effect.worse) == (FIRST, FIRST)
    assert len(codes_sent(at)) == FIRST
    with pytest.raises(ResendError) as caught:
        send(services, number, ASKER)
    assert caught.value.values["problem"] == "resend_held"
    with pytest.raises(ResendError):
        reject(services, number, APPROVER, "thôi")
    with pytest.raises(ResendError):
        approve(services, number, ASKER)
    with connected(settings) as engine:
        actions = [(each.action, each.by) for each in rows_of(engine, AuditEntry)]
        kinds = [each.kind for each in rows_of(engine, Event)]
    assert actions.count(("resend_held", "doisoat")) == 1
    assert kinds.count(EventKind.RESEND_HELD) == 1

    set_manners(at.province_url, Manner.HONEST)
    approve(services, number, APPROVER, "đã báo nhà cung cấp")
    ended = sent(services, number)
    assert ended.request.state is ResendState.DONE
    assert (ended.effect.sent, ended.effect.worse) == (ended.effect.asked, FIRST)
    assert ended.effect.closed == ended.effect.asked - FIRST
    assert asked_twice(log_at(at.province_url)) == []


def test_what_was_approved_again_stops_again_where_it_still_gets_worse(
    services: Services, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.SECOND_CODE)
    number = approved(services, Selection(unit=largest_unit(services)))
    sent(services, number)
    approve(services, number, APPROVER)
    again = sent(services, number)
    assert again.request.state is ResendState.HELD
    assert again.effect.worse == again.effect.sent == 2 * FIRST


def test_a_request_that_stopped_by_itself_can_be_ended(
    services: Services, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.SECOND_CODE)
    number = approved(services, Selection(unit=largest_unit(services)))
    held = sent(services, number)
    assert stop(services, number, ASKER).state is ResendState.STOPPED
    assert {item.is_open for item in shown(services, number).items} == {False}
    assert {item.result for item in held.items if item.sent_at} == {ResendResult.WORSE}


def round_at(settings: Settings, when: datetime) -> None:
    """What workers do by then: what is due is queued, and done with all that follows."""
    with opened(settings, when) as services:
        while any(perform(services, key, unwatched) for key in sweep(services)):
            pass


@pytest.mark.slow
def test_the_rest_waits_until_what_lies_in_a_queue_was_looked_at(
    light_place: Place, at: SimulatedEndpoints
) -> None:
    settings = light_place.configure(at, now=None, more=ON + UNSCHEDULED)
    for when in (AS_OF - HOUR, AS_OF):
        assert journey(settings, now=when).is_complete
    set_manners(at.province_url, Manner.QUEUED)
    with opened(settings, AS_OF) as services:
        number = approved(services, Selection(unit=largest_unit(services)))
        first = sent(services, number)
    assert first.request.state is ResendState.SENDING
    assert len(codes_sent(at)) == FIRST
    round_at(settings, AS_OF + 9 * MINUTE)
    assert len(codes_sent(at)) == FIRST
    set_manners(at.province_url, Manner.HONEST)
    assert deliver(at.province_url) == FIRST
    for minutes in (10, 11):
        round_at(settings, AS_OF + minutes * MINUTE)
    with opened(settings, AS_OF + 11 * MINUTE) as services:
        ended = shown(services, number)
    assert ended.effect.sent == ended.effect.asked > FIRST
    assert ended.effect.closed == ended.effect.asked
    assert asked_twice(log_at(at.province_url)) == []
