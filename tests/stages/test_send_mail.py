"""From the store to a real mail server: every mail, once, whatever goes down meanwhile."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.mail import OutboundMail
from models.types import MailState
from tests.mail_post import NOTHING, Post, ids
from tests.mail_sending import OFFICE, SENDER, postman_to, write_mail
from tests.mail_server import HANG_UP, MailServer, catching
from tests.places import AS_OF
from tests.stores import rows_of
from worker.db import mails
from worker.db.engine import open_engine
from worker.db.outbox import Lease
from worker.errors import PermanentError
from worker.stages.send_mail import LEASE, send_mail

ROOT = Path(__file__).parents[2]
FULL, GONE = "full@sonoivu.example", "gone@sonoivu.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with catching() as found:
        yield found


@pytest.fixture
def post(engine: Engine, server: MailServer) -> Post:
    return Post(engine, server.port)


def test_mails_arrive_once_in_order_and_as_they_were_written(
    post: Post, server: MailServer
) -> None:
    post.write(1, 2, 3)
    assert post.send() == NOTHING | {"sent": 3}
    assert post.send() == NOTHING
    assert server.ids == ids(1, 2, 3)
    assert server.connections == 1
    assert [each.content for each in server.got] == [row.content for row in post.rows()]
    assert {(each.sender, each.to) for each in server.got} == {(SENDER, (OFFICE,))}
    assert {(row.state, row.sent_at, row.error) for row in post.rows()} == {
        (MailState.SENT, AS_OF, None)
    }


def test_a_server_that_was_down_for_a_day_gets_everything_later_in_order(engine: Engine) -> None:
    with catching() as gone:
        pass
    down = Post(engine, gone.port)
    tries, written = 0, 0
    while down.now < AS_OF + timedelta(days=1):
        if down.now.hour % 6 == 0 and not down.now.minute:
            written += 1
            down.write(written)
        tries += down.send()["later"]
        down.now += timedelta(minutes=15)
    assert set(down.states()) == {MailState.WAITING}
    # About one try an hour for all of them, not one for each.
    assert 15 <= tries <= 40
    assert (down.rows()[0].error or {})["key"] == "mail_unreachable"
    with catching(gone):
        down.now += timedelta(hours=1)
        assert down.send() == NOTHING | {"sent": written}
    assert gone.ids == ids(*range(1, written + 1))


def test_a_server_that_is_down_for_good_is_given_up_after_three_days(engine: Engine) -> None:
    down = Post(engine, 1)
    down.write(1)
    while down.states() == [MailState.WAITING]:
        down.send()
        down.now += timedelta(minutes=30)
    assert down.states() == [MailState.GIVEN_UP]
    assert timedelta(days=3) <= down.now - AS_OF <= timedelta(days=3, hours=2)


def test_a_mail_that_is_refused_keeps_nobody_waiting_and_says_why(
    post: Post, server: MailServer
) -> None:
    server.refusals[GONE] = f"550 5.1.1 <{GONE}> unknown"
    post.write(1, to=(GONE,))
    post.write(2)
    assert post.send() == NOTHING | {"sent": 1, "refused": 1}
    refused, sent = post.rows()
    assert (refused.state, sent.state) == (MailState.REFUSED, MailState.SENT)
    assert refused.error == {
        "key": "mail_refused",
        "values": {"left": 1, "total": 1, "detail": "550 5.1.1"},
    }
    assert post.send() == NOTHING


def test_a_mail_is_tried_again_only_for_those_who_have_not_got_it(
    post: Post, server: MailServer
) -> None:
    server.refusals = {FULL: "452 4.2.2 full", GONE: "550 5.1.1 unknown"}
    post.write(1, to=(GONE, OFFICE, FULL))
    assert post.send() == NOTHING | {"later": 1}
    row = post.row()
    assert {name: said["state"] for name, said in row.answers.items()} == {
        GONE: "refused",
        OFFICE: "taken",
        FULL: "later",
    }
    assert row.next_try_at == AS_OF + timedelta(minutes=1)
    del server.refusals[FULL]
    post.now += timedelta(minutes=1)
    assert post.send() == NOTHING | {"sent": 1}
    assert [each.to for each in server.got] == [(OFFICE,), (FULL,)]
    assert server.ids == ids(1, 1)
    # Who never will get it is told, also of a mail that was sent.
    assert (post.row().error or {})["values"] == {"left": 1, "total": 3, "detail": "550 5.1.1"}


def test_somebody_whose_box_stays_full_is_given_up_and_the_mail_still_counts_as_sent(
    post: Post, server: MailServer
) -> None:
    server.refusals[FULL] = "452 4.2.2 full"
    post.write(1, to=(FULL, OFFICE))
    while post.states() == [MailState.WAITING]:
        post.send()
        post.now += timedelta(hours=1)
    row = post.row()
    assert (row.state, (row.error or {})["key"]) == (MailState.SENT, "mail_given_up")
    assert [each.to for each in server.got] == [(OFFICE,)]


def test_a_mail_over_which_the_server_breaks_does_not_hold_up_the_others(
    post: Post, server: MailServer
) -> None:
    post.write(1)
    server.faults["after_data"] = HANG_UP
    assert post.send() == NOTHING | {"later": 1}
    del server.faults["after_data"]
    post.write(2, 3)
    assert post.send() == NOTHING | {"sent": 2}
    post.now += timedelta(minutes=1)
    assert post.send() == NOTHING | {"sent": 1}
    # What the server had read when it hung up came twice, under the same id.
    assert server.ids == ids(1, 2, 3, 1)


def test_a_server_that_breaks_over_everything_is_left_alone_for_a_while(
    post: Post, server: MailServer
) -> None:
    server.faults["data"] = "451 4.3.0 not now"
    post.write(*range(1, 11))
    assert post.send() == NOTHING | {"later": 3}


def test_a_login_refused_keeps_every_mail_waiting(engine: Engine) -> None:
    with catching() as server:
        server.faults["connect"] = "554 5.3.2 no service here"
        post = Post(engine, server.port)
        post.write(1, 2)
        assert post.send() == NOTHING | {"later": 1}
        assert post.send() == NOTHING
        assert server.connections == 1
        assert set(post.states()) == {MailState.WAITING}
        server.faults.clear()
        post.now += timedelta(minutes=1)
        assert post.send() == NOTHING | {"sent": 2}


def test_killed_between_sending_and_marking_it_goes_out_again_under_the_same_id(
    post: Post, server: MailServer, store_url: str
) -> None:
    post.write(1, 2)
    command = [sys.executable, str(ROOT / "tests" / "mail_sending.py")]
    killed = subprocess.run(  # noqa: S603 - our own script
        [*command, store_url, str(server.port), post.now.isoformat()],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert server.ids == ids(1)
    # Nobody else may send it, or the unit's next one before it, while the lease lasts.
    assert post.send() == NOTHING
    post.now += LEASE
    assert post.send() == NOTHING | {"sent": 2}
    assert server.ids == ids(1, 1, 2)


def test_the_late_word_of_one_who_lost_his_lease_is_not_heard(engine: Engine) -> None:
    write_mail(engine, AS_OF)
    with Session(engine) as session, session.begin():
        slow = mails.claim_next(session, Lease(owner="a:1", lasts=LEASE), AS_OF)
    later = AS_OF + LEASE
    with Session(engine) as session, session.begin():
        quick = mails.claim_next(session, Lease(owner="b:1", lasts=LEASE), later)
    assert slow is not None
    assert quick is not None
    error = PermanentError("mail_in_clear", server="x")
    with Session(engine) as session, session.begin():
        assert mails.put_off(session, slow, error, later) is None
    (row,) = rows_of(engine, OutboundMail)
    assert (row.claimed_by, row.error) == ("b:1", None)


def test_two_senders_at_once_send_each_mail_once_and_a_units_mails_in_order(
    post: Post, server: MailServer, store_url: str
) -> None:
    for number in range(1, 21):
        post.write(number, unit=f"H99.{number % 3}")
    start = threading.Barrier(2)
    counts: list[int] = []

    def work() -> None:
        own, postman = open_engine(store_url), postman_to(server.port)
        start.wait()
        while len(server.got) < 20:
            counts.append(send_mail(post.task(own, postman))["sent"])
        postman.close()
        own.dispose()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(server.ids) == sorted(ids(*range(1, 21)))
    assert sum(counts) == 20
    for unit in range(3):
        of_unit = [each for each in server.ids if int(each[1:].split("@")[0]) % 3 == unit]
        assert of_unit == ids(*[number for number in range(1, 21) if number % 3 == unit])


def test_only_the_mail_asked_for_is_sent(post: Post, server: MailServer) -> None:
    post.write(1, 2)
    assert post.send(only=2) == NOTHING | {"sent": 1}
    assert server.ids == ids(2)
    assert post.states() == [MailState.WAITING, MailState.SENT]


def test_how_the_mails_stand(post: Post, server: MailServer) -> None:
    server.refusals[GONE] = "550 5.1.1 unknown"
    post.write(1, to=(GONE,))
    post.send()
    post.write(2)
    with Session(post.engine) as session:
        found = mails.standing(session, post.now + timedelta(hours=1), AS_OF)
    assert (found.waiting, found.oldest, found.due_since) == (1, AS_OF, AS_OF)
    assert (found.refused, found.given_up, found.error) == (1, 0, None)
