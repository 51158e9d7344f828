from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from worker.sources.pace import LocalPace
from worker.sources.rate import RateLimiter


@given(
    rate=st.floats(0.1, 1000),
    pauses=st.lists(st.floats(0, 2), min_size=1, max_size=50),
)
def test_slots_are_never_closer_than_the_rate_allows(rate: float, pauses: list[float]) -> None:
    now = 0.0
    taken: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    limiter = RateLimiter(LocalPace(1 / rate, clock=lambda: now, sleep=sleep))
    for pause in pauses:
        now += pause
        limiter.wait()
        taken.append(now)
    gaps = [later - earlier for earlier, later in pairwise(taken)]
    assert all(gap >= 1 / rate - 1e-9 for gap in gaps)


def test_no_slot_is_handed_out_beyond_what_is_allowed() -> None:
    limiter = RateLimiter(LocalPace(0.0, clock=lambda: 0.0, sleep=lambda _: None))
    limiter.wait()
    limiter.allow(2)
    assert [limiter.wait() for _ in range(4)] == [True, True, False, False]
    assert limiter.taken == 3
    limiter.allow(None)
    assert limiter.wait()
