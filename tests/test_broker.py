"""What is found out about a broker, from real ones in every state."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.redis_server import RedisServer, free_port
from tests.relay import Relay
from worker.broker import BrokerFinding, Topic, examine
from worker.errors import SettingsError
from worker.settings.load import load_settings
from worker.settings.model import Settings

TEXT = """
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
"""


def settings_of(folder: Path, url: str | None, more: str = "") -> Settings:
    path = folder / "doisoat.toml"
    path.write_text(more + TEXT, encoding="utf-8")
    named = {} if url is None else {"DOISOAT_BROKER_URL": url}
    return load_settings(path, environment=named, working_folder=folder)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - it is compared with the clock of a real server


def found(
    folder: Path, url: str, clock: Callable[[], datetime] = now
) -> dict[Topic, BrokerFinding]:
    return {each.topic: each for each in examine(settings_of(folder, url), clock)}


@contextmanager
def configured(server: RedisServer, name: str, value: str, usual: str) -> Iterator[None]:
    server.configure(name, value)
    try:
        yield
    finally:
        server.configure(name, usual)


def test_a_redis_as_it_should_be_is_well(tmp_path: Path, redis_server: RedisServer) -> None:
    told = found(tmp_path, redis_server.url)
    assert list(told) == ["reachable", "version", "eviction", "clock", "persistence"]
    assert {each.level for each in told.values()} == {"ok"}
    host, port = redis_server.address
    assert told["reachable"].values == {"place": f"{host}:{port}"}


def test_a_redis_that_may_throw_messages_away_is_a_problem(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    with configured(redis_server, "maxmemory-policy", "allkeys-lru", "noeviction"):
        told = found(tmp_path, redis_server.url)["eviction"]
    assert told == BrokerFinding(
        "eviction", "problem", {"found": "allkeys-lru", "wanted": "noeviction"}
    )


@pytest.mark.parametrize(
    ("setting", "value", "usual", "kind"),
    [
        ("appendonly", "yes", "no", "aof"),
        ("save", "3600 1", "", "rdb"),
        ("save", "", "", "off"),
    ],
)
def test_how_redis_keeps_things_is_told(
    tmp_path: Path, redis_server: RedisServer, setting: str, value: str, usual: str, kind: str
) -> None:
    with configured(redis_server, setting, value, usual):
        told = found(tmp_path, redis_server.url)["persistence"]
    assert told == BrokerFinding("persistence", "ok", {"found": kind})


@pytest.mark.parametrize(("ahead", "level"), [(0, "ok"), (3600, "warning"), (-3600, "warning")])
def test_clocks_that_disagree_are_told(
    tmp_path: Path, redis_server: RedisServer, ahead: int, level: str
) -> None:
    told = found(tmp_path, redis_server.url, lambda: now() - timedelta(seconds=ahead))["clock"]
    assert told.level == level
    assert abs(int(told.values["seconds"]) - ahead) <= 2


def test_a_clock_that_stands_still_is_not_compared(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    settings = settings_of(tmp_path, redis_server.url, 'now = "2024-07-24T16:00:00+07:00"\n')
    assert "clock" not in {each.topic for each in examine(settings, now)}


def test_a_redis_that_is_dead_frozen_or_behind_a_black_hole_is_out_of_reach(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    with Relay(redis_server.address) as relay:
        relay.swallow()
        hole = found(tmp_path, f"redis://ai:mat-khau@127.0.0.1:{relay.port}/0")
        assert hole == {
            "reachable": BrokerFinding("reachable", "problem", {"place": f"127.0.0.1:{relay.port}"})
        }
    redis_server.freeze()
    assert found(tmp_path, redis_server.url)["reachable"].level == "problem"
    redis_server.thaw()
    redis_server.kill()
    assert found(tmp_path, redis_server.url)["reachable"].level == "problem"


def test_of_another_broker_it_is_known_whether_it_listens(tmp_path: Path) -> None:
    port = free_port()
    with Relay(("127.0.0.1", port)) as listening:
        told = found(tmp_path, f"amqp://ai:mat-khau@127.0.0.1:{listening.port}//")
        assert told["reachable"].level == "ok"
    told = found(tmp_path, f"amqp://ai:mat-khau@127.0.0.1:{port}//")
    assert told == {
        "reachable": BrokerFinding("reachable", "problem", {"place": f"127.0.0.1:{port}"})
    }


def test_without_a_broker_there_is_nothing_to_examine(tmp_path: Path) -> None:
    assert examine(settings_of(tmp_path, None), now) == ()


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis:6379/0",
        "redis://redis",
        "rediss://ai:mat-khau@redis.example:6380/2",
        "amqp://ai:mat-khau@rabbit//",
        "amqps://rabbit.example/doisoat",
    ],
)
def test_brokers_that_can_be_used_are_accepted(tmp_path: Path, url: str) -> None:
    settings = settings_of(tmp_path, f" {url} ")
    assert settings.broker_url is not None
    assert settings.broker_url.get_secret_value() == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis:6379", "broker"),
        ("redis://", "broker"),
        ("http://redis:6379", "broker"),
        ("sentinel://redis:26379", "broker"),
        ("filesystem://", "broker"),
        ("redis://redis:cong/0", "broker"),
        ("redis://redis:6379/doisoat", "broker_database"),
    ],
)
def test_other_brokers_are_a_mistake_that_says_what_is_allowed(
    tmp_path: Path, url: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path, url)
    assert caught.value.values["expected"] == expected
    assert url not in str(caught.value.values)
