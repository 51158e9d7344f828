"""The books themselves: a permit at a time, whatever they forget or find."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from redis import Redis

from tests.redis_server import RedisServer, free_port
from tests.sources.conftest import FakeTime
from worker.sources.pace import BookAway, Budget
from worker.sources.pace_file import FileBook
from worker.sources.pace_redis import RedisBook, place_of

# So slow that no second permit can fall due while a test runs.
SLOW = Budget(name="cong/lookups", interval=1000.0, longest_hold=60.0)
KEY = "doisoat:pace:cong/lookups"


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url) as opened:
        yield opened


@pytest.fixture
def book(redis_server: RedisServer) -> Iterator[RedisBook]:
    opened = RedisBook(redis_server.url)
    yield opened
    opened.close()


def ready(client: Redis) -> None:
    """Let the budget be free since long ago."""
    client.set(KEY, 1)


def test_redis_lets_one_through_and_tells_the_next_how_long(book: RedisBook, client: Redis) -> None:
    ready(client)
    assert book.ask(SLOW, 0.0) == 0.0
    assert 990 < book.ask(SLOW, 0.0) <= 1000


def test_a_budget_redis_knows_nothing_of_may_have_been_used_just_now(book: RedisBook) -> None:
    assert 990 < book.ask(SLOW, 0.0) <= 1000


def test_budgets_are_apart(book: RedisBook, client: Redis) -> None:
    ready(client)
    other = Budget(name="cong/figures", interval=10.0, longest_hold=60.0)
    assert 0 < book.ask(other, 0.0) <= 10
    assert book.ask(SLOW, 0.0) == 0.0


def test_a_hold_binds_everybody(book: RedisBook, client: Redis, redis_server: RedisServer) -> None:
    ready(client)
    assert book.ask(SLOW, 30.0) == 30.0
    other = RedisBook(redis_server.url)
    assert 20 < other.ask(SLOW, 0.0) <= 30
    other.close()


@pytest.mark.parametrize("found", ["9999999999999999", "abc", ""])
def test_an_instant_that_can_not_be_is_passed_over(
    book: RedisBook, client: Redis, found: str
) -> None:
    client.set(KEY, found)
    assert 990 < book.ask(SLOW, 0.0) <= 1000


def test_what_redis_keeps_goes_away_by_itself(book: RedisBook, client: Redis) -> None:
    book.ask(SLOW, 0.0)
    left = client.ttl(KEY)
    assert isinstance(left, int)
    assert SLOW.farthest < left <= 25 * 3600


def test_a_connection_is_opened_with_the_first_question_and_closed_with_the_book(
    redis_server: RedisServer, client: Redis
) -> None:
    def connections() -> int:
        return str(client.client_list()).count("'name': 'doisoat'")

    book = RedisBook(redis_server.url)
    assert connections() == 0
    book.ask(SLOW, 0.0)
    assert connections() == 1
    book.close()
    until = monotonic() + 30
    while connections() and monotonic() < until:
        sleep(0.05)
    assert connections() == 0


def test_redis_that_refuses_is_away(book: RedisBook, client: Redis) -> None:
    client.lpush(KEY, "x")
    with pytest.raises(BookAway):
        book.ask(SLOW, 0.0)


def test_redis_that_is_not_there_is_away() -> None:
    book = RedisBook(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(BookAway):
        book.ask(SLOW, 0.0)
    book.close()


def test_the_place_of_a_book_tells_no_password() -> None:
    assert RedisBook("redis://ai:mat-khau@redis.example:6380/1").place == "redis.example:6380"
    assert place_of("redis://redis.example") == "redis.example"


def test_a_file_lets_one_through_and_tells_the_next_how_long(
    tmp_path: Path, fake_time: FakeTime
) -> None:
    first, second = (FileBook(tmp_path / "so" / "pace.db", fake_time.clock) for _ in range(2))
    assert first.ask(SLOW, 0.0) == 0.0
    assert second.ask(SLOW, 0.0) == SLOW.interval
    assert first.ask(SLOW, 2000.0) == 2000.0
    first.close()
    second.close()


def test_after_the_machine_was_restarted_its_clock_starts_anew(
    tmp_path: Path, fake_time: FakeTime
) -> None:
    before = FileBook(tmp_path / "pace.db", lambda: 1_000_000.0)
    assert before.ask(SLOW, 0.0) == 0.0
    before.close()
    after = FileBook(tmp_path / "pace.db", fake_time.clock)
    assert after.ask(SLOW, 0.0) == 0.0
    after.close()


def test_a_file_somebody_holds_or_that_is_none_is_away(tmp_path: Path) -> None:
    path = tmp_path / "pace.db"
    book = FileBook(path)
    book.ask(SLOW, 0.0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(BookAway):
        book.ask(SLOW, 0.0)
    holder.close()
    book.close()
    (tmp_path / "rac").write_text("not a database, however long it may be\n" * 100)
    with pytest.raises(BookAway):
        FileBook(tmp_path / "rac").ask(SLOW, 0.0)
    with pytest.raises(BookAway):
        FileBook(tmp_path / "rac" / "pace.db").ask(SLOW, 0.0)
