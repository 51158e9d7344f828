"""Somebody outside watches: told while work gets done, and by silence when it doesn't."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from tests.places import AS_OF, Place, connected, journey, opened, serving
from tests.receivers import receiving
from worker.journey import Wish, queue_sync
from worker.journey.living import LifeTeller
from worker.journey.tending import sweep
from worker.log import logging_to
from worker.settings.model import Settings

MINUTE = timedelta(minutes=1)
SECRET = "/ping/4b6f-known-to-few"
# The schedule starts nothing here: what waits is what a test puts there.
NOTHING_DUE = """
[schedule]
sync = {{ enabled = false }}
nightly = {{ enabled = false }}
prune = {{ enabled = false }}
review = {{ enabled = false }}
digest = {{ enabled = false }}
[sign_of_life]
url = "{url}"
"""


def rounds(settings: Settings, life: LifeTeller, *instants: datetime) -> None:
    for now in instants:
        with opened(settings, now) as services:
            sweep(services, life)


def test_rounds_tell_of_life_once_a_minute(light_place: Place) -> None:
    with receiving() as outside, serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at, more=NOTHING_DUE.format(url=outside.url + SECRET))
        life = LifeTeller()
        rounds(settings, life, AS_OF, AS_OF + MINUTE / 4, AS_OF + MINUTE / 2)
        assert outside.asked == [SECRET]
        rounds(settings, life, AS_OF + MINUTE)
        assert outside.asked == [SECRET, SECRET]
        # A clock that was put back keeps nobody silent until it has caught up.
        rounds(settings, life, AS_OF - timedelta(days=1))
        assert len(outside.asked) == 3


def test_nothing_is_told_while_runs_wait_for_workers_that_are_not_there(
    light_place: Place,
) -> None:
    with receiving() as outside, serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at, more=NOTHING_DUE.format(url=outside.url + SECRET))
        life = LifeTeller()
        with opened(settings, AS_OF) as services:
            queue_sync(services, Wish(by="ca trực"))
        rounds(settings, life, AS_OF + MINUTE)
        assert len(outside.asked) == 1
        rounds(settings, life, AS_OF + 10 * MINUTE, AS_OF + 60 * MINUTE)
        assert len(outside.asked) == 1
        journey(settings, now=AS_OF + 61 * MINUTE)
        rounds(settings, life, AS_OF + 62 * MINUTE)
        assert len(outside.asked) == 2


def test_nothing_is_told_while_a_part_of_the_round_fails(light_place: Place) -> None:
    with receiving() as outside, serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at, more=NOTHING_DUE.format(url=outside.url + SECRET))
        life = LifeTeller()
        with connected(settings) as engine, engine.begin() as connection:
            connection.execute(text("ALTER TABLE event RENAME TO lost"))
        rounds(settings, life, AS_OF)
        assert outside.asked == []
        with connected(settings) as engine, engine.begin() as connection:
            connection.execute(text("ALTER TABLE lost RENAME TO event"))
        rounds(settings, life, AS_OF + MINUTE / 4)
        assert outside.asked == [SECRET]


def test_an_address_where_nobody_hears_is_tried_again_and_never_logged(
    light_place: Place, tmp_path: Path
) -> None:
    log = tmp_path / "watched.log"
    with receiving() as outside, serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at, more=NOTHING_DUE.format(url=outside.url + SECRET))
        life = LifeTeller()
        with logging_to(log):
            outside.status = 500
            rounds(settings, life, AS_OF, AS_OF + MINUTE / 4)
            outside.status = 302
            outside.location = outside.url + "/elsewhere"
            rounds(settings, life, AS_OF + MINUTE / 2)
        assert outside.asked == [SECRET] * 3
        outside.status, outside.location = 200, None
        rounds(settings, life, AS_OF + MINUTE)
        assert outside.asked == [SECRET] * 4
        assert life.told_at == AS_OF + MINUTE
    told = log.read_text(encoding="utf-8")
    assert told.count("sign_of_life_unheard") == 3
    assert SECRET not in told
