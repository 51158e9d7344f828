import hmac
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.event import Event
from models.outbox import OutboundMessage
from models.types import Channel, EventKind, MessageState
from tests.places import AS_OF
from tests.receivers import Receiver, receiving
from tests.stores import rows_of
from worker.core.outbox import Target
from worker.core.outbox_signature import signature
from worker.db import outbox
from worker.db.engine import open_engine
from worker.sources.webhook_out import WebhookConfig, WebhookSender
from worker.stages.deliver import LEASE, Deliver, deliver

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-long-enough"
NOTHING = {"sent": 0, "later": 0, "given_up": 0}


@dataclass
class Post:
    """An outbox and who empties it. ``now`` is what the clock shows; tests move it."""

    engine: Engine
    senders: dict[str, WebhookSender]
    now: datetime = AS_OF
    most: int = 50

    def write(self, *runs: int) -> None:
        """An event of each of these runs, for every target."""
        targets = [Target(name, frozenset(EventKind)) for name in self.senders]
        with Session(self.engine) as session, session.begin():
            for run in runs:
                event = Event(kind=EventKind.PULL_FINISHED, payload={"run": run}, at=self.now)
                session.add(event)
                session.flush()
                outbox.append_for(session, event, targets, self.now)

    def deliver(self) -> dict[str, int]:
        return deliver(self.task(self.engine))

    def task(self, engine: Engine) -> Deliver:
        return Deliver(
            engine=engine,
            channel=Channel.WEBHOOK,
            senders=self.senders,
            owner="here:1",
            clock=lambda: self.now,
            most=self.most,
        )

    def states(self) -> list[MessageState]:
        return [row.state for row in rows_of(self.engine, OutboundMessage)]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def post(engine: Engine, receiver: Receiver) -> Iterator[Post]:
    sender = WebhookSender(WebhookConfig(name="soyte", url=f"{receiver.url}/a", secret=SECRET))
    yield Post(engine, {"soyte": sender})
    sender.close()


def test_messages_arrive_once_signed_and_in_order(post: Post, receiver: Receiver) -> None:
    post.write(1, 2, 3)
    assert post.deliver() == NOTHING | {"sent": 3}
    assert post.deliver() == NOTHING
    assert receiver.order == [1, 2, 3]
    for heard in receiver.heard:
        timestamp = int(heard.headers["x-doisoat-timestamp"])
        assert timestamp == int(AS_OF.timestamp())
        signed = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + heard.body, "sha256")
        assert heard.headers["x-doisoat-signature"] == f"sha256={signed.hexdigest()}"
        assert signature(SECRET, timestamp, heard.body) == f"sha256={signed.hexdigest()}"
        assert heard.headers["idempotency-key"] == heard.delivery == heard.told["id"]
        assert heard.headers["content-type"] == "application/json"


def test_a_receiver_that_was_down_for_a_day_gets_everything_later_in_order(
    engine: Engine,
) -> None:
    with receiving() as gone:
        url, port = gone.url, int(gone.url.rpartition(":")[2])
    sender = WebhookSender(WebhookConfig(name="soyte", url=url, secret=SECRET))
    down = Post(engine, {"soyte": sender})
    tries = 0
    while down.now < AS_OF + timedelta(days=1):
        if down.now.hour % 6 == 0 and not down.now.minute:
            down.write(down.now.day * 100 + down.now.hour)
        tries += down.deliver()["later"]
        down.now += timedelta(minutes=30)
    assert MessageState.SENT not in down.states()
    # One try an hour for the whole line, not one for each message.
    assert 20 <= tries <= 50
    with receiving(port) as back:
        down.now += timedelta(hours=1)
        sent = down.deliver()["sent"]
        assert sent == len(back.order) == 4
        assert back.order == sorted(back.order)
    sender.close()


def test_a_receiver_that_is_down_for_good_is_given_up_after_three_days(
    post: Post, receiver: Receiver
) -> None:
    receiver.status = 500
    post.write(1)
    while post.states() == [MessageState.WAITING]:
        post.deliver()
        post.now += timedelta(minutes=15)
    assert post.states() == [MessageState.GIVEN_UP]
    assert timedelta(days=3) <= post.now - AS_OF <= timedelta(days=3, hours=2)
    assert len({heard.delivery for heard in receiver.heard}) == 1


def test_a_receiver_that_has_gone_is_not_asked_again_for_that_message(
    post: Post, receiver: Receiver
) -> None:
    post.write(1, 2)
    receiver.status = 410
    assert post.deliver() == NOTHING | {"given_up": 2}
    receiver.status = 204
    assert post.deliver() == NOTHING


def test_a_redirect_is_not_followed(post: Post, receiver: Receiver) -> None:
    with receiving() as other:
        receiver.status, receiver.location = 307, f"{other.url}/elsewhere"
        post.write(1)
        assert post.deliver() == NOTHING | {"later": 1}
        assert other.heard == []
    (row,) = rows_of(post.engine, OutboundMessage)
    assert row.error is not None
    assert row.error["values"]["detail"] == "HTTP 307"


def test_a_target_that_fails_does_not_hold_up_another(post: Post, receiver: Receiver) -> None:
    receiver.statuses["/a"] = 503
    sender = WebhookSender(WebhookConfig(name="so_y", url=f"{receiver.url}/b", secret=SECRET))
    post.senders["so_y"] = sender
    post.write(1, 2)
    assert post.deliver() == NOTHING | {"sent": 2, "later": 1}
    sender.close()


def test_one_round_makes_no_more_tries_than_it_may(post: Post, receiver: Receiver) -> None:
    post.most = 2
    post.write(1, 2, 3)
    assert post.deliver() == NOTHING | {"sent": 2}
    assert post.deliver() == NOTHING | {"sent": 1}
    assert receiver.order == [1, 2, 3]


def test_what_is_for_a_target_no_longer_configured_waits(post: Post) -> None:
    post.write(1)
    sender = post.senders.pop("soyte")
    assert post.deliver() == NOTHING
    assert post.states() == [MessageState.WAITING]
    sender.close()


def test_killed_between_sending_and_marking_it_goes_out_again_under_the_same_id(
    post: Post, receiver: Receiver, store_url: str
) -> None:
    post.write(1, 2)
    command = [sys.executable, str(ROOT / "tests" / "deliveries.py")]
    arguments = [store_url, f"{receiver.url}/a", SECRET, post.now.isoformat()]
    killed = subprocess.run(  # noqa: S603 - our own script
        [*command, *arguments], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert receiver.order == [1]
    # Nobody else may send it, or what comes after it, while the lease lasts.
    assert post.deliver() == NOTHING
    post.now += LEASE
    assert post.deliver() == NOTHING | {"sent": 2}
    assert receiver.order == [1, 1, 2]
    first, again, other = (heard.delivery for heard in receiver.heard)
    assert first == again != other


def test_two_deliverers_at_once_send_each_message_once_and_in_order(
    post: Post, receiver: Receiver, store_url: str
) -> None:
    runs = list(range(1, 21))
    post.write(*runs)
    start = threading.Barrier(2)
    counts: list[int] = []

    def work() -> None:
        own = open_engine(store_url)
        start.wait()
        while len(receiver.heard) < len(runs):
            counts.append(deliver(post.task(own))["sent"])
        own.dispose()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert receiver.order == runs
    assert sum(counts) == len(runs)
    assert set(post.states()) == {MessageState.SENT}
