"""The levers of the running simulation, pulled in the middle of a journey."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import msgspec

from tests.places import Watch
from worker.flow import Stage
from worker.ports import Progress
from worker.simulator.faults import NO_FAULTS, FaultPlan
from worker.simulator.truth_shapes import WorldTruth
from worker.sources.trust import trusted


def set_down(url: str, *, down: bool) -> None:
    """Let one upstream answer nothing but 503, or work again."""
    set_faults(url, FaultPlan(down=down))


def set_faults(url: str, plan: FaultPlan = NO_FAULTS) -> None:
    """Let one upstream show other faults from now on, or none."""
    _pulled("POST", url, "faults", msgspec.json.encode(plan))


def _pulled(method: str, url: str, lever: str, body: bytes = b"") -> Any:
    address = f"{url}/simulator/{lever}"
    answer = httpx.request(method, address, content=body, verify=trusted())
    assert answer.status_code == 200, answer.text
    return answer.json()


def calls_at(url: str) -> Counter[str]:
    """How often each path of one upstream was called."""
    return Counter(_pulled("GET", url, "calls")["calls"])


def delete_at_home(url: str, codes: Iterable[str]) -> int:
    """Delete dossiers in the province's system; how many."""
    body = msgspec.json.encode({"codes": list(codes)})
    deleted: int = _pulled("POST", url, "delete", body)["deleted"]
    return deleted


def truth_at(url: str) -> WorldTruth:
    """What the simulation says is true now."""
    found: WorldTruth = _pulled("GET", url, "truth")
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
