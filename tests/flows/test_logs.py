"""A whole journey under faults: what its log says, and what it never does."""

import json
import logging
from collections.abc import Iterator

import pytest

from tests.flows.test_broken import PEOPLE
from tests.places import Place, journey, serving
from worker.log import adopt_standard_logging, logging_to
from worker.simulator.faults import Fault, FaultPlan


@pytest.fixture(autouse=True)
def _standard_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_journey_logs_its_runs_and_nothing_of_people_or_secrets(light_place: Place) -> None:
    world = light_place.world(100, broken=16)
    with serving(world, FaultPlan(shares={Fault.RESET: 0.1, Fault.HTML: 0.1}, seed=5)) as at:
        settings = light_place.configure(at, reporting=True, sample_share=1)
        assert settings.log_file is not None
        with logging_to(settings.log_file, "debug"):
            adopt_standard_logging("debug")
            journey(settings)
            logging.getLogger("celery").info("libraries are heard: %s", PEOPLE[4])
    said = settings.log_file.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in said.splitlines()]
    ended = [line for line in lines if line["event"] == "run_ended"]
    assert {line["source"] for line in ended} >= {"tinh", "cong"}
    assert all(line["run"] for line in ended)
    assert any(line["event"] == "library" for line in lines)
    for secret in (*PEOPLE, at.password):
        assert secret not in said
