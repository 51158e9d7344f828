"""The simulated provinces really send dossiers again, each in the manner that was chosen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import httpx
import msgspec
import pytest

from models.resend_types import ResendAnswer
from models.types import Cause
from tests.kinds import KINDS, Kind
from tests.resends import asked_twice, deliver, log_at, order, queue_at, resending, set_manners
from worker.errors import LoginRefused
from worker.ports import Resent
from worker.simulator.build import WorldOptions
from worker.simulator.faults import Fault, FaultPlan
from worker.simulator.manners import Manner, ResendPlan
from worker.simulator.records import Planted, PortalObject
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.world import World

Make = Callable[[WorldOptions], World]

TAKEN, REFUSED = ResendAnswer.TAKEN, ResendAnswer.REFUSED
NOTHING_SENT, HEADER_ONLY = ResendAnswer.NOTHING_SENT, ResendAnswer.HEADER_ONLY
ALREADY_THERE, NO_ANSWER = ResendAnswer.ALREADY_THERE, ResendAnswer.NO_ANSWER
LEAVES_THE_PORTAL_AS_IT_IS = (
    Manner.QUEUED,
    Manner.GIVES_UP,
    Manner.NOTHING_SENT,
    Manner.ALREADY_THERE,
    Manner.UNMAPPED,
)

# What TD can't tell apart by its flag.
SAID = {
    Manner.HONEST: (TAKEN, TAKEN),
    Manner.QUEUED: (TAKEN, TAKEN),
    Manner.GIVES_UP: (TAKEN, TAKEN),
    Manner.NOTHING_SENT: (NOTHING_SENT, NOTHING_SENT),
    Manner.SECOND_TIME: (NOTHING_SENT, NOTHING_SENT),
    Manner.ALREADY_THERE: (ALREADY_THERE, NOTHING_SENT),
    Manner.UNMAPPED: (REFUSED, NOTHING_SENT),
    Manner.HEADER_ONLY: (HEADER_ONLY, TAKEN),
    Manner.REWRITES: (TAKEN, TAKEN),
    Manner.SECOND_CODE: (TAKEN, TAKEN),
    Manner.ENDS_NOW: (TAKEN, TAKEN),
}


# What a re-send does is the same behind each face; what is answered is not.
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture
def kind() -> Kind:
    return KINDS[0]


@pytest.fixture
def world(make_world: Make) -> World:
    return make_world(WorldOptions(seed=3, dossiers=300))


@pytest.fixture
def at(kind: Kind, world: World) -> Iterator[SimulatedEndpoints]:
    with kind.serving(world) as endpoints:
        yield endpoints


def with_cause(world: World, cause: Cause) -> Planted:
    return next(each for each in world.planted if each.truth.cause is cause)


def held(world: World, each: Planted) -> PortalObject:
    found = world.on_portal(each.code)
    assert found is not None
    return found


def sent_again(kind: Kind, at: SimulatedEndpoints, world: World, each: Planted) -> Resent:
    with resending(kind, at) as source:
        (resent,) = source.resend([order(kind, world, each)])
    assert resent.code == each.code
    return resent


@every_kind
def test_each_manner_is_answered_as_real_systems_do(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    stale = (Cause.STATUS_BEHIND, Cause.END_EVENT_MISSING)
    behind = [each for each in world.planted if each.truth.cause in stale]
    by_manner = dict(zip(Manner, behind[: len(Manner)], strict=True))
    set_manners(at.province_url, of={each.code: manner for manner, each in by_manner.items()})
    found = {
        manner: sent_again(kind, at, world, each).outcome for manner, each in by_manner.items()
    }
    assert found == {manner: SAID[manner][kind.name == "td"] for manner in Manner}


@every_kind
def test_an_honest_re_send_brings_the_portal_what_home_has(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    each = with_cause(world, Cause.STATUS_BEHIND)
    before = held(world, each)
    assert sent_again(kind, at, world, each).outcome is TAKEN
    home, after = each.homes[0], held(world, each)
    assert before.ended_by_events is None
    assert (after.ended_by_events, after.ended, after.due) == (home.ended, home.ended, home.due)
    assert after.events[: len(before.events)] == before.events
    assert each.truth.cause is None


def test_what_the_portal_never_had_is_there_afterwards(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    each = with_cause(world, Cause.NOT_ON_PORTAL)
    assert world.on_portal(each.code) is None
    assert sent_again(kind, at, world, each).outcome is TAKEN
    assert held(world, each).events[0][0] == each.homes[0].received
    assert each.truth.late.portal == each.truth.late.province


def test_many_manners_change_nothing_whatever_they_say(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    for manner in LEAVES_THE_PORTAL_AS_IT_IS:
        set_manners(at.province_url, manner)
        for cause in (Cause.NOT_ON_PORTAL, Cause.STATUS_BEHIND):
            each = with_cause(world, cause)
            before = each.portals
            sent_again(kind, at, world, each)
            assert (each.portals, each.truth.cause) == (before, cause)


@every_kind
def test_what_was_acknowledged_in_vain_may_go_when_it_is_asked_for_again(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.SECOND_TIME)
    each = with_cause(world, Cause.STATUS_BEHIND)
    assert sent_again(kind, at, world, each).outcome is NOTHING_SENT
    assert each.truth.cause is Cause.STATUS_BEHIND
    assert sent_again(kind, at, world, each).outcome is TAKEN
    assert each.truth.cause is None


def test_what_is_queued_arrives_when_it_is_let(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.QUEUED)
    each = with_cause(world, Cause.END_EVENT_MISSING)
    sent_again(kind, at, world, each)
    assert held(world, each).ended_by_events is None
    assert deliver(at.province_url) == 1
    assert held(world, each).ended_by_events == each.homes[0].ended
    assert {row["state"] for row in queue_at(at.province_url)} == {"sent"}
    assert deliver(at.province_url) == 0


def test_the_queue_gives_up_after_ten_more_tries(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.GIVES_UP)
    each = with_cause(world, Cause.STATUS_BEHIND)
    sent_again(kind, at, world, each)
    (row,) = queue_at(at.province_url)
    assert row == {"code": each.code, "tries": 11, "state": "gave_up"}
    assert deliver(at.province_url) == 0
    assert each.truth.cause is Cause.STATUS_BEHIND


def test_a_header_may_arrive_without_its_course(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.HEADER_ONLY)
    each = with_cause(world, Cause.STATUS_BEHIND)
    before = held(world, each)
    sent_again(kind, at, world, each)
    after = held(world, each)
    assert after.events == before.events
    assert (after.status, after.ended) != (before.status, before.ended)
    assert each.truth.cause is Cause.END_EVENT_MISSING


def test_a_dossier_that_waits_goes_out_as_finished_at_its_receipt_and_each_time_once_more(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.REWRITES)
    each = next(one for one in world.planted if one.scenario == "pause_not_sent")
    received = each.homes[0].received
    for times in (1, 2):
        sent_again(kind, at, world, each)
        after = held(world, each)
        assert (after.status, after.ended_by_events) == (9, received)
        assert after.events.count((received, 9)) == times


@every_kind
def test_a_second_code_stands_on_the_portal_and_at_home(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.SECOND_CODE)
    each = with_cause(world, Cause.NOT_ON_PORTAL)
    sent_again(kind, at, world, each)
    second = each.homes[0].reference
    assert second.startswith(f"{each.unit}-")
    found = world.on_portal(second)
    assert found is not None
    assert found.received == each.homes[0].received
    assert world.on_portal(each.code) is None
    with kind.opened(at, 200) as source:
        (window,) = source.windows(since=None, until=world.as_of.date(), changed_since=None)[:1]
        offset, codes = 0, []
        while readings := source.page(window, offset).readings:
            offset += len(readings)
            codes += [getattr(reading, "codes", ()) for reading in readings]
    assert (each.code, second) in codes


def test_an_end_at_the_moment_of_sending_is_a_late_one(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    set_manners(at.province_url, Manner.ENDS_NOW)
    each = next(one for one in world.planted if one.scenario == "never_sent")
    sent_again(kind, at, world, each)
    assert held(world, each).ended_by_events == world.as_of


def test_a_wrong_end_that_lies_later_stays_on_the_portal(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    each = next(one for one in world.planted if one.scenario == "end_sent_too_late")
    wrong = held(world, each).ended_by_events
    assert sent_again(kind, at, world, each).outcome is TAKEN
    after = held(world, each)
    assert (after.ended, after.ended_by_events) == (each.homes[0].ended, wrong)
    assert each.truth.cause is Cause.END_DIFFERS


def test_what_sending_again_does_not_mend_goes_out_as_wrong_as_before(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    for cause in (Cause.TWO_CODES, Cause.UNIT_DIFFERS, Cause.CLOCK_SHIFT, Cause.REWRITTEN):
        each = with_cause(world, cause)
        before = each.portals
        sent_again(kind, at, world, each)
        assert (each.portals, each.truth.cause) == (before, cause)


def test_single_dossiers_can_go_in_manners_of_their_own(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    first, second = [one for one in world.planted if one.truth.cause is Cause.STATUS_BEHIND][:2]
    told = set_manners(at.province_url, Manner.GIVES_UP, of={first.code: Manner.HONEST})
    assert told["plan"] == {"manners": ["gives_up"], "of": {first.code: "honest"}}
    for each in (first, second):
        sent_again(kind, at, world, each)
    assert (first.truth.cause, second.truth.cause) == (None, Cause.STATUS_BEHIND)


def test_the_manners_of_the_options_are_those_the_province_begins_with(make_world: Make) -> None:
    world = make_world(WorldOptions(dossiers=200))
    plan = ResendPlan(manners=(Manner.UNMAPPED,))
    with running(world, options=SimulatorOptions(resends=plan)) as at:
        sent = sent_again(KINDS[0], at, world, with_cause(world, Cause.STATUS_BEHIND))
    assert sent.outcome is REFUSED


def test_several_manners_are_dealt_out_to_each_dossier_always_the_same(world: World) -> None:
    plan = ResendPlan(manners=(Manner.HONEST, Manner.GIVES_UP, Manner.SECOND_CODE))
    dealt = [plan.manner(each.code) for each in world.planted]
    assert set(dealt) == set(plan.manners)
    assert dealt == [plan.manner(each.code) for each in world.planted]


def test_a_manner_nobody_knows_is_refused(at: SimulatedEndpoints) -> None:
    answer = httpx.post(f"{at.province_url}/simulator/resends", json={"manners": ["gi_do"]})
    assert answer.status_code == 400


@every_kind
def test_every_step_is_in_the_log_in_its_order(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    chosen = [one for one in world.planted if one.truth.cause is Cause.STATUS_BEHIND][:3]
    with resending(kind, at) as source:
        list(source.resend([order(kind, world, each) for each in chosen]))
    steps = ["header", "course"] if kind.name == "opencps" else ["both"]
    expected = [(each.code, step) for each in chosen for step in steps]
    calls = log_at(at.province_url)
    assert [(call["code"], call["step"]) for call in calls] == expected
    assert {call["said"] for call in calls} == {"done"}
    assert asked_twice(calls) == []


def test_an_answer_cut_off_may_be_of_an_order_that_was_carried_out(make_world: Make) -> None:
    world, opencps = make_world(WorldOptions(seed=3, dossiers=200)), KINDS[0]
    each = with_cause(world, Cause.STATUS_BEHIND)
    always = FaultPlan(shares={Fault.TRUNCATED: 1.0}, burst=99)
    with opencps.serving(world, always) as at:
        assert sent_again(opencps, at, world, each).outcome is NO_ANSWER
        assert [call["step"] for call in log_at(at.province_url)] == ["header"]
    assert held(world, each).ended == each.homes[0].ended


@every_kind
def test_under_any_fault_nothing_is_sent_twice_and_no_order_is_told_of_that_was_not_given(
    kind: Kind, world: World, at: SimulatedEndpoints
) -> None:
    dossiers = iter([each for each in world.planted if len(each.homes) == 1])
    orders = {fault: [order(kind, world, each) for each in islice(dossiers, 12)] for fault in Fault}
    for fault, chosen in orders.items():
        plan = FaultPlan(shares={fault: 0.4}, hang_seconds=0.01, seed=5)
        httpx.post(f"{at.province_url}/simulator/faults", content=msgspec.json.encode(plan))
        before = len(log_at(at.province_url))
        with resending(kind, at) as source:
            answers = list(source.resend(chosen))
        calls = log_at(at.province_url)[before:]
        assert asked_twice(calls) == []
        assert [answer.code for answer in answers] == [each.code for each in chosen][: len(answers)]
        carried_out = {call["code"] for call in calls if call["said"] == "done"}
        assert carried_out <= {answer.code for answer in answers}
        taken = {answer.code for answer in answers if answer.outcome is TAKEN}
        assert taken <= carried_out


@every_kind
def test_a_dossier_nobody_has_is_not_sent(kind: Kind, world: World, at: SimulatedEndpoints) -> None:
    nobody = replace(
        order(kind, world, world.planted[0]), code="H99.01-240701-9999", external_id="1"
    )
    with resending(kind, at) as source:
        (resent,) = source.resend([nobody])
    assert resent.outcome is (NOTHING_SENT if kind.name == "opencps" else REFUSED)
    assert log_at(at.province_url) == []


def test_a_new_dossier_that_is_there_is_a_duplicate_and_an_update_of_nothing_is_refused(
    make_world: Make,
) -> None:
    world, opencps = make_world(WorldOptions(seed=3, dossiers=200)), KINDS[0]
    there, away = with_cause(world, Cause.STATUS_BEHIND), with_cause(world, Cause.NOT_ON_PORTAL)
    with opencps.serving(world) as at, resending(opencps, at) as source:
        orders = [
            replace(order(opencps, world, there), is_known=False),
            replace(order(opencps, world, away), is_known=True),
        ]
        outcomes = [resent.outcome for resent in source.resend(orders)]
    assert outcomes == [ALREADY_THERE, REFUSED]


@every_kind
def test_a_wrong_password_sends_nothing(kind: Kind, world: World, at: SimulatedEndpoints) -> None:
    wanted = [order(kind, world, with_cause(world, Cause.STATUS_BEHIND))]
    with resending(kind, at, password="sai") as source, pytest.raises(LoginRefused):
        list(source.resend(wanted))
    assert log_at(at.province_url) == []
