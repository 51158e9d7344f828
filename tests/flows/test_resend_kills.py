"""kill -9 of a process that sends dossiers again: none goes twice, none is forgotten."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from models.resend_types import ResendAnswer, ResendResult, ResendState
from tests.places import Place, journey, opened, serving, unwatched
from tests.resend_requests import ASKER, ON, approved, largest_unit
from tests.resends import asked_twice, log_at
from worker.core.resend.selection import Selection
from worker.journey import perform
from worker.journey.resending import send, shown
from worker.journey.tending import sweep
from worker.settings.model import Settings

_PROGRAM = Path(__file__).parents[1] / "resender.py"
_KILLS = 4


def kill_somewhere(place: Place, run: int, rng: Random) -> bool:
    """Kill a process that sends, a dossier or two after it began; whether it was done before."""
    command = [sys.executable, str(_PROGRAM), str(place.folder / "doisoat.toml"), str(run)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    with process:
        assert process.stdout is not None
        try:
            for _ in range(rng.randrange(1, 3)):
                if process.stdout.readline().startswith("done"):
                    return True
            # Somewhere between the note that the next one goes, its call, and its answer.
            time.sleep(rng.random() * 0.02)
        finally:
            process.kill()
    return False


def finished(settings: Settings, number: int) -> ResendState:
    with opened(settings) as services:
        while any(perform(services, key, unwatched) for key in sweep(services)):
            pass
        return shown(services, number).request.state


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_however_often_it_is_killed_no_dossier_goes_twice(light_place: Place, seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - not for secrets
    with serving(light_place.world()) as at:
        settings = light_place.configure(at, more=ON)
        assert journey(settings).is_complete
        with opened(settings) as services:
            number = approved(services, Selection(unit=largest_unit(services)))
            run = send(services, number, ASKER)
        done = [kill_somewhere(light_place, run, rng) for _ in range(_KILLS)]
        assert not all(done)
        assert finished(settings, number) is ResendState.DONE
        calls = log_at(at.province_url)
        with opened(settings) as services:
            found = shown(services, number)
    assert asked_twice(calls) == []
    assert len(found.items) > _KILLS
    assert found.effect.sent == found.effect.asked
    headers = {call["code"] for call in calls if call["step"] == "header"}
    unsure = {each.code for each in found.items if each.answer is ResendAnswer.NO_ANSWER}
    assert headers | unsure == {each.code for each in found.items}
    assert len(unsure) <= _KILLS
    certain = [each for each in found.items if each.code not in unsure]
    assert {each.result for each in certain} == {ResendResult.CLOSED}
