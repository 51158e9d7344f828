"""The book of shared budgets in Redis: for workers on any number of machines."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from worker.sources.pace import BookAway, Budget

if TYPE_CHECKING:
    from redis import Redis
    from redis.commands.core import Script

_TIMEOUT = 2.0
_MICROSECONDS = 1_000_000
_KEPT_FOR = 24 * 3600

# Times in microseconds of Redis' own clock, so the workers' clocks need not agree. A budget that
# Redis knows nothing of (it was wiped, or restarted empty) may have been used just now: the first
# call waits for one interval. One too far ahead is from before the clock was set back.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, hold, farthest, kept = unpack(ARGV)
local free = tonumber(redis.call('GET', KEYS[1]) or '')
if not free or free > now + farthest then free = now + interval end
free = math.max(free, now + hold)
local wait = free - now
if wait <= 0 then
  wait = 0
  free = now + interval
end
redis.call('SET', KEYS[1], string.format('%.0f', free), 'EX', kept)
return wait
"""


class RedisBook:
    """Keeps for each budget the instant of its next call; implements Book.

    Calls are spaced evenly, one ``interval`` apart (GCRA with a burst of one), by a script that
    Redis runs whole. The strategies of the library ``limits`` were weighed: they count calls in
    windows, so they let a whole window's calls through at once, twice that around the edge of a
    fixed window or after a wipe, and its moving window compares the clocks of the workers.

    A restart from an older snapshot can let one call pass early, nothing more. The connection is
    opened with the first question.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def place(self) -> str:
        """Host and port."""
        return place_of(self._url)

    def ask(self, budget: Budget, hold: float) -> float:
        """See Book."""
        from redis.exceptions import RedisError

        seconds = (budget.interval, hold, budget.farthest)
        times = [ceil(each * _MICROSECONDS) for each in seconds]
        try:
            kept = _KEPT_FOR + int(budget.farthest)
            wait = self._script(keys=[f"doisoat:pace:{budget.name}"], args=[*times, kept])
        except RedisError:
            raise BookAway from None
        return int(wait) / _MICROSECONDS

    def close(self) -> None:
        """Close the connections, if there are any."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> Redis:
        return open_redis(self._url)

    @cached_property
    def _script(self) -> Script:
        return self._client.register_script(_SCRIPT)


def open_redis(url: str) -> Redis:
    """A client that answers or fails within seconds and leaves trying again to its caller."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Redis.from_url(
        url,
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
        client_name="doisoat",
    )


def is_redis(url: str) -> bool:
    """Whether a broker's address is one of Redis."""
    return url.startswith(("redis://", "rediss://"))


def place_of(url: str) -> str:
    """Host and port of a broker's address, without user and password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
