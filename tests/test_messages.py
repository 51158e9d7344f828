"""What is sent to workers: where to look, and nothing that could be lost with a message."""

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from tests.journeys import UNSCHEDULED
from tests.places import Place, opened, serving
from tests.redis_server import RedisServer
from worker.journey.queueing import queue_sync
from worker.journey.wish import Wish
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.tasks.announce import announce
from worker.tasks.app import DELIVER, PERFORM, QUEUES, SWEEP, celery_app


@pytest.fixture
def settings(light_place: Place, redis_server: RedisServer) -> Iterator[Settings]:
    with serving(light_place.world(dossiers=20)) as at:
        light_place.configure(at, more=UNSCHEDULED)
        yield load_settings(
            light_place.folder / "doisoat.toml",
            environment={"DOISOAT_BROKER_URL": redis_server.url},
            working_folder=light_place.folder,
        )


def lying_in(redis: RedisServer) -> dict[str, list[Any]]:
    """The messages that wait, by queue."""
    with Redis.from_url(redis.url, socket_timeout=10) as client:
        return {
            name: [json.loads(message) for message in client.lrange(name, 0, -1)] for name in QUEUES
        }


def test_a_message_names_a_run_and_goes_to_one_queue(
    settings: Settings, redis_server: RedisServer
) -> None:
    with opened(settings) as services:
        (run,) = queue_sync(services, Wish(by="ca trực", reason="thử", pull_only=True))
        assert announce(services, [run])
    lying = lying_in(redis_server)
    (message,) = lying.pop("sources")
    assert not any(lying.values())
    assert message["content-type"] == "application/json"
    assert message["headers"]["task"] == PERFORM
    arguments, named, _ = json.loads(b64decode(message["body"]))
    assert (arguments, named) == ([run], {})
    assert "tr\\u1ef1c" not in json.dumps(message)


def test_no_message_comes_back_while_a_process_may_still_be_at_it(settings: Settings) -> None:
    with celery_app(settings) as app:
        visible_again = app.conf.broker_transport_options["visibility_timeout"]
        rounds = [app.conf.beat_schedule[task]["options"] for task in (SWEEP, DELIVER)]
        longest = [app.conf.task_time_limit, *(told["time_limit"] for told in rounds)]
        assert all(0 < limit < visible_again for limit in longest)
        assert app.conf.task_time_limit > timedelta(hours=1).total_seconds()


def test_one_message_a_process_is_held_and_acknowledged_when_done(settings: Settings) -> None:
    with celery_app(settings) as app:
        assert app.conf.worker_prefetch_multiplier == 1
        assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost) == (True, True)


def test_nothing_but_json_is_taken_and_no_result_is_kept(settings: Settings) -> None:
    with celery_app(settings) as app:
        assert app.conf.accept_content == ["json"]
        assert app.conf.task_serializer == "json"
        assert app.conf.task_ignore_result
        assert not app.conf.result_backend
