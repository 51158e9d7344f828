"""How the broker stands: what the doctor and a starting worker want to know of it."""

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from worker.settings.model import Settings
from worker.sources.pace_redis import is_redis, open_redis, place_of

if TYPE_CHECKING:
    from redis import Redis

# The first with everything the queue and the shared budgets ask of it; older ones get no repairs.
_OLDEST = (6, 2)
_KEEPS_ALL = "noeviction"
_MOST_SKEW = timedelta(seconds=5)
_PORTS = {"amqp": 5672, "amqps": 5671}
_TIMEOUT = 2.0

Level = Literal["ok", "warning", "problem"]
Topic = Literal["reachable", "version", "eviction", "clock", "persistence"]


@dataclass(frozen=True, slots=True)
class BrokerFinding:
    """What was examined, how it stands, and the numbers and names to say it with.

    - ``reachable``: ``place``, host and port; a problem where nobody answers there.
    - ``version``: ``found`` and ``wanted``; a problem where it is older.
    - ``eviction``: ``found`` (``maxmemory-policy``) and ``wanted``; a problem where it may throw
      away what it holds when memory runs short, for then messages vanish in silence.
    - ``clock``: ``seconds`` its clock is ahead of ours (negative: behind); a warning beyond 5.
    - ``persistence``: ``found``, one of ``aof``, ``rdb``, ``off``, ``unknown``; always well, as
      what must not be lost is in the database.
    """

    topic: Topic
    level: Level
    values: Mapping[str, str | int] = field(default_factory=dict)


def examine(settings: Settings, clock: Callable[[], datetime]) -> tuple[BrokerFinding, ...]:
    """The findings, the worst kind of trouble first; it answers within seconds.

    Of an AMQP broker only whether somebody listens is known. Without a broker there is nothing to
    examine: the messages lie in the data folder.

    Args:
        settings: whose broker it is. Where they name a fixed now, clocks are not compared.
        clock: ours, aware; asked right after Redis tells its own.
    """
    if settings.broker_url is None:
        return ()
    url = settings.broker_url.get_secret_value()
    if is_redis(url):
        return _redis(url, None if settings.now else clock)
    return (_amqp(url),)


def _redis(url: str, clock: Callable[[], datetime] | None) -> tuple[BrokerFinding, ...]:
    from redis.exceptions import RedisError

    reached = {"place": place_of(url)}
    with open_redis(url) as client:
        try:
            client.ping()
            told = tuple(_told(client, clock))
        except RedisError:
            return (BrokerFinding("reachable", "problem", reached),)
    return (BrokerFinding("reachable", "ok", reached), *told)


def _told(client: "Redis", clock: Callable[[], datetime] | None) -> Iterator[BrokerFinding]:
    facts: dict[str, Any] = dict(client.info())
    yield _version(str(facts.get("redis_version", "")))
    yield _eviction(str(facts.get("maxmemory_policy", "")))
    if clock is not None:
        seconds, microseconds = client.time()
        theirs = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
        yield _clock(theirs - clock())
    yield BrokerFinding("persistence", "ok", {"found": _persistence(client, facts)})


def _version(found: str) -> BrokerFinding:
    numbers = [int(part) for part in found.split(".")[:2] if part.isdigit()]
    values = {"found": found, "wanted": ".".join(map(str, _OLDEST))}
    return BrokerFinding("version", "ok" if tuple(numbers) >= _OLDEST else "problem", values)


def _eviction(found: str) -> BrokerFinding:
    level: Level = "ok" if found == _KEEPS_ALL else "problem"
    return BrokerFinding("eviction", level, {"found": found, "wanted": _KEEPS_ALL})


def _clock(skew: timedelta) -> BrokerFinding:
    level: Level = "ok" if abs(skew) <= _MOST_SKEW else "warning"
    return BrokerFinding("clock", level, {"seconds": round(skew.total_seconds())})


def _persistence(client: "Redis", facts: Mapping[str, Any]) -> str:
    """Snapshots stand in the configuration only, which hosted services keep to themselves."""
    from redis.exceptions import ResponseError

    if facts.get("aof_enabled"):
        return "aof"
    try:
        points = client.config_get("save").get("save")
    except ResponseError:
        return "unknown"
    return "rdb" if points else "off"


def _amqp(url: str) -> BrokerFinding:
    parts = urlsplit(url)
    address = (str(parts.hostname), parts.port or _PORTS[parts.scheme])
    reached = {"place": place_of(url)}
    try:
        socket.create_connection(address, timeout=_TIMEOUT).close()
    except OSError:
        return BrokerFinding("reachable", "problem", reached)
    return BrokerFinding("reachable", "ok", reached)
