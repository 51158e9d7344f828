"""What the province sent again, the portal shows: the report is the truth that is left."""

import pytest

from models.resend_types import ResendAnswer
from models.types import Cause
from tests.kinds import KINDS
from tests.places import Place, journey, reported, serving
from tests.resends import asked_twice, order
from tests.truths import assert_exact
from worker.bootstrap import upstream
from worker.core.remedy import Remedy, remedy_of
from worker.ports import Resent
from worker.settings.model import Settings
from worker.simulator.manners import Manner, ResendPlan
from worker.simulator.records import Planted
from worker.simulator.world import World


def _different(world: World) -> list[Planted]:
    """The dossiers whose difference a re-send is to mend."""
    return [
        each
        for each in world.planted
        if each.truth.cause is not None and remedy_of(each.truth.cause) is Remedy.RESEND
    ]


def _sent_again(settings: Settings, world: World, chosen: list[Planted]) -> list[Resent]:
    source = upstream(settings, "tinh")
    try:
        assert source.resend is not None
        return list(source.resend.resend([order(KINDS[0], world, each) for each in chosen]))
    finally:
        source.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_sent_again_is_a_difference_no_more(light_place: Place, seed: int) -> None:
    world = light_place.world(dossiers=400, seed=seed)
    chosen = _different(world)
    assert len({each.truth.cause for each in chosen}) == 7
    with serving(world) as at:
        settings = light_place.configure(at)
        answers = _sent_again(settings, world, chosen)
        report = reported(journey(settings))
    assert {answer.outcome for answer in answers} == {ResendAnswer.TAKEN}
    assert [answer.code for answer in answers] == [each.code for each in chosen]
    assert (
        asked_twice([{"code": call.code, "step": call.step} for call in world.resends.calls]) == []
    )
    # A wrong end that lies after the right one can't be taken back.
    assert {each.truth.cause for each in _different(world)} == {Cause.END_DIFFERS}
    assert_exact(report, world, published=False)


def test_headers_without_their_courses_leave_ends_that_are_missing(light_place: Place) -> None:
    world = light_place.world(dossiers=300)
    world.resends.follow(ResendPlan(manners=(Manner.HEADER_ONLY,)))
    behind = [each for each in world.planted if each.truth.cause is Cause.STATUS_BEHIND]
    assert len(behind) > 5
    with serving(world) as at:
        settings = light_place.configure(at)
        answers = _sent_again(settings, world, behind)
        report = reported(journey(settings))
    assert {answer.outcome for answer in answers} == {ResendAnswer.HEADER_ONLY}
    assert {each.truth.cause for each in behind} == {Cause.END_EVENT_MISSING}
    assert_exact(report, world, published=False)


def test_everything_sent_again_at_once_makes_nothing_worse(light_place: Place) -> None:
    world = light_place.world(dossiers=300, seed=4)
    late = sum(each.truth.late.portal for each in world.planted)
    for each in world.planted:
        if each.homes:
            world.resends.both(each)
    assert sum(each.truth.late.portal for each in world.planted) < late
    with serving(world) as at:
        settings = light_place.configure(at, reporting=True, sample_share=1)
        assert_exact(reported(journey(settings)), world, published=True)
