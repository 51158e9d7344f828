"""Faults an upstream shows on purpose: which request gets which, the same at every run.

The choice depends on the seed and on how many requests came before, and no request is hit more
than ``burst`` times in a row, so that whoever asks again gets through.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from zlib import crc32

import msgspec

_WHOLE = 2**32


class Fault(StrEnum):
    """What can go wrong with one request (design, promise 4)."""

    THROTTLE = "throttle"
    SERVER_ERROR = "server_error"
    HANG = "hang"
    RESET = "reset"
    TRUNCATED = "truncated"
    HTML = "html"
    EMPTY_OBJECT = "empty_object"
    EXPIRED_SESSION = "expired_session"
    WRONG_ORDER = "wrong_order"
    REPEATED_PAGE = "repeated_page"
    GROWING_LIST = "growing_list"
    NUMBERS_AS_TEXT = "numbers_as_text"
    UNKNOWN_FIELDS = "unknown_fields"


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which faults, and how often.

    Attributes:
        shares: The share of requests, 0 to 1, that each fault hits.
        seed: What the choice comes from.
        burst: How many times in a row one and the same request may be hit.
        hang_seconds: How long a hanging request waits before it is answered.
        latency_seconds: How much later than at once every request is answered.
        retry_after: The seconds named with 429.
        down: Every request is answered with 503.
        unordered: The province's list comes in no order at all, the same one every time.
    """

    shares: dict[Fault, float] = {}
    seed: int = 1
    burst: int = 2
    hang_seconds: float = 1.0
    latency_seconds: float = 0.0
    retry_after: int = 0
    down: bool = False
    unordered: bool = False


NO_FAULTS = FaultPlan()


@dataclass(slots=True)
class FaultInjector:
    """Chooses the fault of each request in turn."""

    plan: FaultPlan = NO_FAULTS
    asked: int = 0
    _hits: dict[str, int] = field(default_factory=dict)

    def follow(self, plan: FaultPlan) -> None:
        """Follow another plan from now on, counting requests from 0 again."""
        self.plan, self.asked = plan, 0
        self._hits.clear()

    def choose(self, request: str) -> Fault | None:
        """The fault of the next request; ``request`` says which one it is, when asked again."""
        self.asked += 1
        fault = self._drawn()
        hits = self._hits.pop(request, 0)
        if fault is None or hits >= self.plan.burst:
            return None
        self._hits[request] = hits + 1
        return fault

    def _drawn(self) -> Fault | None:
        point = crc32(f"{self.plan.seed}:{self.asked}".encode()) / _WHOLE
        for fault, share in self.plan.shares.items():
            if point < share:
                return fault
            point -= share
        return None
