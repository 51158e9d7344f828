"""Signs of life: what is missing is said, and what is wrong inside is not."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from models.source import SyncRun
from models.types import RunState, Trigger
from tests.console.conftest import Console, configured, consoled
from tests.places import AS_OF, Place, connected
from tests.redis_server import RedisServer
from worker.settings.model import Settings

MINUTE = timedelta(minutes=1)
NOBODY_HOME = "redis://127.0.0.1:9/0"


def missing(console: Console) -> list[str]:
    """What is missing; the status says so too."""
    answer = console.get("/readyz")
    found = [each["what"] for each in answer.json()["missing"]]
    assert answer.status_code == (503 if found else 200)
    assert answer.json()["ready"] is (not found)
    return found


def put(settings: Settings, state: RunState, *, heard: timedelta, queued: timedelta) -> None:
    """A run that waits since then, or whose worker was heard of then."""
    with connected(settings) as engine, Session(engine) as session, session.begin():
        session.add(
            SyncRun(
                trigger=Trigger.OPERATOR,
                stage="link",
                state=state,
                queued_at=AS_OF - queued,
                started_at=AS_OF - queued,
                heartbeat_at=AS_OF - heard,
                owner="",
            )
        )


def test_a_process_that_lives_says_so_whatever_else_is_missing(light_place: Place) -> None:
    settings = configured(light_place, DOISOAT_BROKER_URL=NOBODY_HOME)
    with consoled(settings) as console:
        answer = console.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"alive": True})
        assert missing(console) == ["broker"]


def test_all_there_is_ready(console: Console) -> None:
    assert missing(console) == []


def test_a_database_that_goes_away_is_told_and_forgotten_once_it_is_back(
    light_place: Place,
) -> None:
    settings = configured(light_place)
    database, aside = settings.data_dir / "doisoat.db", settings.data_dir / "aside"
    settings.data_dir.mkdir()
    database.mkdir()
    with consoled(settings) as console:
        assert missing(console) == ["database"]
        figures = console.get("/metrics")
        assert (figures.status_code, figures.json()["error"]) == (503, "unavailable")
        assert str(light_place.folder) not in console.get("/readyz").text + figures.text
        database.rename(aside)
        assert missing(console) == []
        assert console.get("/metrics").status_code == 200


def test_a_schema_of_another_version_is_told(settings: Settings) -> None:
    with consoled(settings) as console:
        assert missing(console) == []
        with connected(settings) as engine, engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert missing(console) == ["schema"]
        assert "doisoat db upgrade" in console.get("/readyz").text


def test_a_province_that_can_not_be_read_is_told(light_place: Place, tmp_path: Path) -> None:
    place = Place(folder=tmp_path, code="H99", seeds=str(tmp_path / "khong-co"))
    assert place.seeds != light_place.seeds
    with consoled(configured(place)) as console:
        assert missing(console) == ["reference"]


@pytest.mark.parametrize(
    ("queued", "state", "heard", "absent"),
    [
        (4 * MINUTE, RunState.QUEUED, 4 * MINUTE, []),
        (6 * MINUTE, RunState.QUEUED, 0 * MINUTE, ["worker"]),
        (6 * MINUTE, RunState.COMPLETE, 4 * MINUTE, []),
        (6 * MINUTE, RunState.COMPLETE, 6 * MINUTE, ["worker"]),
        (3000 * MINUTE, RunState.RUNNING, MINUTE, []),
        (3000 * MINUTE, RunState.RUNNING, 6 * MINUTE, ["worker"]),
    ],
)
def test_a_worker_is_missed_when_work_waits_and_none_gives_a_sign_of_life(
    settings: Settings, queued: timedelta, state: RunState, heard: timedelta, absent: list[str]
) -> None:
    with consoled(settings) as console:
        assert missing(console) == []
        put(settings, state, heard=heard, queued=queued)
        if state is not RunState.QUEUED:
            put(settings, RunState.QUEUED, heard=timedelta(0), queued=6 * MINUTE)
        assert missing(console) == absent


def test_a_redis_is_missed_while_it_is_silent(
    light_place: Place, redis_server: RedisServer
) -> None:
    with consoled(configured(light_place, DOISOAT_BROKER_URL=redis_server.url)) as console:
        assert missing(console) == []
        redis_server.freeze()
        assert missing(console) == ["broker"]
        redis_server.thaw()
        assert missing(console) == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/khong-co"])
def test_every_answer_carries_what_browsers_keep_to(console: Console, path: str) -> None:
    headers = console.get(path).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_what_is_not_served_is_not_there(console: Console) -> None:
    assert console.get("/khong-co").status_code == 404
    assert console.get("/events/tinh").status_code == 405
    assert console.client.post("/healthz").status_code == 405
