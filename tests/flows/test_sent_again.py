"""The loop closed: dossiers are sent again by the simulated province, and looked at again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from models.audit import AuditEntry
from models.event import Event
from models.resend_types import ResendAnswer, ResendResult, ResendState
from models.source import SyncRun
from models.types import EventKind
from tests.journeys import UNSCHEDULED
from tests.levers import once, set_down
from tests.places import AS_OF, Place, connected, journey, opened, serving, unwatched
from tests.resend_requests import (
    APPROVER,
    ASKER,
    ON,
    approved,
    grounds_of,
    largest_unit,
    sent,
)
from tests.resends import asked_twice, deliver, log_at, set_manners
from tests.stores import rows_of
from worker.bootstrap import Services
from worker.core.resend.selection import Obstacle, Selection
from worker.errors import ResendError, RunError
from worker.flow import Stage
from worker.journey import perform
from worker.journey.asking_again import ask, preview
from worker.journey.operating import cancel_run
from worker.journey.resending import approve, hand_over, reject, send, shown, stop
from worker.journey.sending_again import tend_resends
from worker.journey.tending import sweep
from worker.settings.model import Settings
from worker.simulator.manners import Manner
from worker.simulator.server import SimulatedEndpoints

LIMITED = "per_request = 6\nper_hour = 4\n"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def at(light_place: Place) -> Iterator[SimulatedEndpoints]:
    """Both upstreams."""
    with serving(light_place.world(200)) as endpoints:
        yield endpoints


@pytest.fixture
def settings(read_place: Place, at: SimulatedEndpoints) -> Settings:
    """An installation where both sides were read; its clock stands still."""
    return read_place.configure(at, more=ON)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    with opened(settings) as found:
        yield found


def test_an_honest_province_closes_the_gap_and_the_figures_come_out_as_foretold(
    services: Services, at: SimulatedEndpoints
) -> None:
    unit = largest_unit(services)
    (offer,) = preview(services, Selection(unit=unit)).units
    found = sent(services, approved(services, Selection(unit=unit)))
    assert found.request.state is ResendState.DONE
    assert found.effect.closed == found.effect.sent == len(offer.chosen) > 5
    assert found.effect.before == offer.before.standing
    assert found.effect.after is not None
    assert found.effect.after.late == offer.if_all.late < offer.before.standing.late
    assert {call["code"] for call in log_at(at.province_url)} == {x.code for x in offer.chosen}
    assert asked_twice(log_at(at.province_url)) == []
    assert preview(services, Selection(unit=unit)).units == ()


@pytest.mark.parametrize(
    ("manner", "result", "ground"),
    [
        (Manner.GIVES_UP, ResendResult.UNCHANGED, "gave_up"),
        (Manner.NOTHING_SENT, ResendResult.UNCHANGED, "nothing_sent"),
        (Manner.ALREADY_THERE, ResendResult.UNCHANGED, "nothing_sent"),
        (Manner.UNMAPPED, ResendResult.UNCHANGED, "status_unmapped"),
        (Manner.HEADER_ONLY, ResendResult.UNCHANGED, "header_without_events"),
        (Manner.ENDS_NOW, ResendResult.UNCHANGED, "sent_otherwise"),
        (Manner.SECOND_CODE, ResendResult.WORSE, "two_codes"),
    ],
)
def test_what_the_portal_shows_is_told_whatever_the_province_answers(
    services: Services,
    at: SimulatedEndpoints,
    manner: Manner,
    result: ResendResult,
    ground: str,
) -> None:
    set_manners(at.province_url, manner)
    unit = largest_unit(services)
    found = sent(services, approved(services, Selection(unit=unit)))
    assert found.request.state is ResendState.DONE
    left = [item for item in found.items if item.result is not ResendResult.CLOSED]
    assert {item.result for item in left} == {result}
    assert grounds_of(left) == {ground: len(left)}
    assert len(left) > 3


def test_what_stays_goes_to_a_person_and_into_no_loop(
    services: Services, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.GIVES_UP)
    unit = largest_unit(services)
    found = sent(services, approved(services, Selection(unit=unit)))
    told = preview(services, Selection(unit=unit))
    tried = {each.code for each in told.left_out if each.obstacle is Obstacle.TRIED}
    assert tried == {item.code for item in found.items}
    tend_resends(services)
    with connected(services.settings) as engine:
        assert [run.stage for run in rows_of(engine, SyncRun)].count("resend") == 1
    (again,) = preview(services, Selection(unit=unit, again=True)).units
    assert {each.code for each in again.chosen} == tried


def test_a_dossier_is_in_one_open_request_at_most(services: Services) -> None:
    unit = largest_unit(services)
    (first,) = ask(services, Selection(unit=unit), ASKER, "lần một")
    told = preview(services, Selection(unit=unit))
    assert told.units == ()
    assert {each.request for each in told.left_out if each.obstacle is Obstacle.IN_REQUEST} == {
        first
    }
    with pytest.raises(ResendError) as refused:
        ask(services, Selection(unit=unit), ASKER, "lần hai")
    assert refused.value.key == "resend_nothing"
    reject(services, first, APPROVER, "chưa cần")
    (second,) = ask(services, Selection(unit=unit), ASKER, "lần ba")
    assert second != first


def test_codes_pasted_by_people_are_asked_for_and_the_others_named(services: Services) -> None:
    chosen = preview(services, Selection()).units[0].chosen[0].code
    told = preview(services, Selection(codes=(chosen, "H99.01-990101-9999")))
    assert [each.code for unit in told.units for each in unit.chosen] == [chosen]
    assert [(each.code, each.obstacle) for each in told.left_out] == [
        ("H99.01-990101-9999", Obstacle.UNKNOWN)
    ]


def test_who_asks_does_not_approve_and_nothing_goes_before(
    services: Services, at: SimulatedEndpoints
) -> None:
    (number,) = ask(services, Selection(unit=largest_unit(services)), ASKER, "thử")
    for attempt, key in (
        (lambda: approve(services, number, ASKER.upper()), "resend_same_person"),
        (lambda: send(services, number, ASKER), "resend_state"),
        (lambda: hand_over(services, number, ASKER), "resend_by_call"),
        (lambda: reject(services, number, APPROVER, " "), "resend_reason"),
    ):
        with pytest.raises(ResendError) as refused:
            attempt()
        assert refused.value.key == key
    assert log_at(at.province_url) == []


def test_nothing_is_asked_for_where_it_is_not_switched_on(
    light_place: Place, at: SimulatedEndpoints, settings: Settings
) -> None:
    with opened(settings) as found:
        number = approved(found, Selection(unit=largest_unit(found)))
    with opened(light_place.configure(at)) as off:
        assert not preview(off, Selection()).enabled
        for attempt in (
            lambda: ask(off, Selection(), ASKER, "thử"),
            lambda: send(off, number, ASKER),
        ):
            with pytest.raises(ResendError) as refused:
                attempt()
            assert refused.value.key == "resend_off"
    assert log_at(at.province_url) == []


def test_a_request_that_is_stopped_sends_nothing_more_and_watches_what_went(
    services: Services, at: SimulatedEndpoints
) -> None:
    number = approved(services, Selection(unit=largest_unit(services)))

    def halt_it() -> None:
        stop(services, number, APPROVER, "sai đơn vị")

    halt = once(Stage.RESEND, 2, halt_it)
    found = sent(services, number, halt)
    went = {call["code"] for call in log_at(at.province_url)}
    assert len(went) == 2
    assert found.request.state is ResendState.STOPPED
    assert (found.effect.sent, found.effect.closed) == (2, 2)
    assert found.effect.asked > 2
    assert not any(item.is_open for item in found.items)


def test_whoever_cancels_the_run_stops_the_request(
    services: Services, at: SimulatedEndpoints
) -> None:
    number = approved(services, Selection(unit=largest_unit(services)))
    key = send(services, number, ASKER)

    def cancel() -> None:
        cancel_run(services, key, APPROVER, "nhầm")

    # A process counts itself as gone, so it loses the run as one that hangs would.
    with pytest.raises(RunError):
        perform(services, key, once(Stage.RESEND, 2, cancel))
    while any(perform(services, each, unwatched) for each in sweep(services)):
        pass
    ended = shown(services, number)
    assert ended.request.stopped_by == APPROVER
    assert ended.request.state is ResendState.STOPPED
    assert (ended.effect.sent, ended.effect.closed) == (2, 2)
    assert len({call["code"] for call in log_at(at.province_url)}) == 2


def test_every_step_stands_in_the_audit_trail(services: Services, settings: Settings) -> None:
    sent(services, approved(services, Selection(unit=largest_unit(services))))
    with connected(settings) as engine:
        trail = [(each.action, each.by) for each in rows_of(engine, AuditEntry)]
    assert trail == [
        ("resend_asked", ASKER),
        ("resend_approved", APPROVER),
        ("resend_sent", ASKER),
    ]


def test_what_went_and_what_came_of_it_is_told_to_the_journey(
    services: Services, settings: Settings
) -> None:
    found = sent(services, approved(services, Selection(unit=largest_unit(services))))
    with connected(settings) as engine:
        told = {each.kind: each.payload for each in rows_of(engine, Event)}
    assert set(told[EventKind.RESENT]["codes"]) == {item.code for item in found.items}
    assert told[EventKind.RESEND_DONE]["unit"] == found.request.unit


def test_a_system_that_is_down_is_left_alone_and_has_its_turn_later(
    services: Services, at: SimulatedEndpoints
) -> None:
    number = approved(services, Selection(unit=largest_unit(services)))
    set_down(at.province_url, down=True)
    assert perform(services, send(services, number, ASKER), unwatched)
    halted = shown(services, number)
    assert halted.request.state is ResendState.SENDING
    assert halted.request.send_at is not None
    assert halted.request.send_at > services.clock()
    silent = [item for item in halted.items if item.sent_at is not None]
    assert {item.answer for item in silent} == {ResendAnswer.NO_ANSWER}
    assert len(silent) <= 3 < len(halted.items)
    set_down(at.province_url, down=False)
    found = sent(services, number)
    assert found.request.state is ResendState.DONE
    assert {call["code"] for call in log_at(at.province_url)} == {
        item.code for item in found.items if item not in silent
    } - {item.code for item in silent}


@pytest.fixture
def ticking(light_place: Place, at: SimulatedEndpoints) -> Settings:
    """An installation whose clock goes; both sides were read twice, an hour apart."""
    found = light_place.configure(at, now=None, more=ON + LIMITED + UNSCHEDULED)
    for when in (AS_OF - HOUR, AS_OF):
        assert journey(found, now=when).is_complete
    return found


def round_at(settings: Settings, when: datetime) -> None:
    """What workers do by then: what is due is queued, and done with all that follows."""
    with opened(settings, when) as services:
        while any(perform(services, key, unwatched) for key in sweep(services)):
            pass


@pytest.mark.slow
def test_no_more_go_in_an_hour_than_allowed_and_the_rest_goes_by_itself(
    ticking: Settings, at: SimulatedEndpoints
) -> None:
    with opened(ticking, AS_OF) as services:
        found = sent(services, approved(services, Selection(unit=largest_unit(services))))
        number = found.request.id or 0
    assert found.effect.asked == 6
    assert found.effect.sent == 4
    assert found.request.send_at == AS_OF + HOUR
    round_at(ticking, AS_OF + HOUR - MINUTE)
    assert len({call["code"] for call in log_at(at.province_url)}) == 4
    round_at(ticking, AS_OF + HOUR)
    with opened(ticking, AS_OF + HOUR) as services:
        ended = shown(services, number)
    assert (ended.effect.sent, ended.effect.closed) == (6, 6)
    assert ended.request.state is ResendState.DONE
    assert asked_twice(log_at(at.province_url)) == []


@pytest.mark.slow
def test_what_waits_in_the_provinces_queue_is_looked_at_until_it_arrives(
    ticking: Settings, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.QUEUED)
    code = ""
    with opened(ticking, AS_OF) as services:
        code = preview(services, Selection()).units[0].chosen[0].code
        found = sent(services, approved(services, Selection(codes=(code,))))
        number = found.request.id or 0
    assert found.request.state is ResendState.WATCHING
    assert grounds_of(found.items) == {"not_yet": 1}
    assert deliver(at.province_url) == 1
    round_at(ticking, AS_OF + 9 * MINUTE)
    with opened(ticking) as services:
        assert shown(services, number).request.state is ResendState.WATCHING
    round_at(ticking, AS_OF + 10 * MINUTE)
    with opened(ticking) as services:
        ended = shown(services, number)
    assert (ended.request.state, ended.effect.closed) == (ResendState.DONE, 1)


@pytest.mark.slow
def test_a_portal_that_is_down_is_no_answer_and_the_dossiers_wait_for_it(
    ticking: Settings, at: SimulatedEndpoints
) -> None:
    with opened(ticking, AS_OF) as services:
        code = preview(services, Selection()).units[0].chosen[0].code
        set_down(at.adapter_url, down=True)
        found = sent(services, approved(services, Selection(codes=(code,))))
        number = found.request.id or 0
    assert (found.effect.waiting + found.effect.unknown, found.effect.closed) == (1, 0)
    round_at(ticking, AS_OF + 3 * HOUR)
    with opened(ticking) as services:
        assert shown(services, number).request.state is ResendState.WATCHING
    set_down(at.adapter_url, down=False)
    round_at(ticking, AS_OF + 5 * HOUR)
    with opened(ticking) as services:
        ended = shown(services, number)
    assert (ended.request.state, ended.effect.closed) == (ResendState.DONE, 1)
