"""The levers of the running simulation, pulled in the middle of a journey."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from tests.places import Watch
from worker.flow import Stage
from worker.ports import Progress
from worker.simulator.truth_shapes import WorldTruth


def set_down(url: str, *, down: bool) -> None:
    """Let one upstream answer nothing but 503, or work again."""
    assert httpx.post(f"{url}/simulator/faults", json={"down": down}).status_code == 200


def calls_at(url: str) -> Counter[str]:
    """How often each path of one upstream was called."""
    return Counter(httpx.get(f"{url}/simulator/calls").json()["calls"])


def delete_at_home(url: str, codes: Iterable[str]) -> int:
    """Delete dossiers in the province's system; how many."""
    answer = httpx.post(f"{url}/simulator/delete", json={"codes": list(codes)})
    deleted: int = answer.json()["deleted"]
    return deleted


def truth_at(url: str) -> WorldTruth:
    """What the simulation says is true now."""
    told: Any = httpx.get(f"{url}/simulator/truth").json()
    found: WorldTruth = told
    return found


def once(stage: Stage, after: int, act: Callable[[], None]) -> Watch:
    """Does something when ``stage`` has come past ``after`` rows or calls, a single time."""
    waiting = [act]

    def watch(at: Stage, _name: str) -> Progress:
        def heard(done: int, _total: int | None) -> None:
            if at is stage and done >= after and waiting:
                waiting.pop()()

        return heard

    return watch
