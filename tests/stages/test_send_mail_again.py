"""Mails sent again: to those who are to be told today, whatever became of them before."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.incident import Incident, IncidentStep
from models.mail import OutboundMail
from models.types import IncidentKind, IncidentState, IncidentStepKind, MailState
from tests.mail_post import ENDED, NOTHING, UNIT, Post, ids
from tests.mail_sending import OFFICE, write_mail
from tests.mail_server import MailServer, catching
from tests.places import AS_OF
from tests.stores import rows_of
from worker.core.alerts import addressees
from worker.core.alerts.recipients import Recipients
from worker.core.reference import Recipient
from worker.core.units import UnitDirectory
from worker.db import mails
from worker.db.outbox import Lease
from worker.errors import NotFoundError, PermanentError
from worker.render.mail import readdressed
from worker.stages.send_mail import LEASE

WRONG, RIGHT, HEAD = "gone@so.example", "van-thu@so.example", "giam-doc@so.example"
FULL = "day@so.example"
STEPS = IncidentStepKind


@pytest.fixture
def server() -> Iterator[MailServer]:
    with catching() as found:
        yield found


@pytest.fixture
def post(engine: Engine, server: MailServer) -> Post:
    return Post(engine, server.port)


def named(*emails: str, role: str = "officer", unit: str = UNIT) -> list[Recipient]:
    return [Recipient(unit, each, role) for each in emails]


def reached(server: MailServer) -> list[tuple[str, ...]]:
    return [each.to for each in server.got]


def test_a_corrected_address_gets_the_mail_and_the_wrong_one_is_not_tried_again(
    post: Post, server: MailServer
) -> None:
    server.refusals[WRONG] = "550 5.1.1 unknown"
    post.write(1, to=(WRONG,))
    assert post.send() == NOTHING | {"refused": 1}
    post.now += timedelta(hours=1)
    post.again(1, *named(RIGHT))
    assert post.send() == NOTHING | {"sent": 1}
    assert reached(server) == [(RIGHT,)]
    assert server.got[0].message["to"] == RIGHT
    assert server.ids == ids(1)
    row = post.row()
    assert (row.to, row.error, row.sent_at) == ([WRONG], None, post.now)
    assert addressees.of_now(row.to, row.answers) == [RIGHT]
    assert row.answers[WRONG]["state"] == "refused"


def test_who_has_it_is_not_asked_while_somebody_of_today_has_not(
    post: Post, server: MailServer
) -> None:
    server.refusals[WRONG] = "550 5.1.1 unknown"
    post.write(1, to=(WRONG, OFFICE))
    post.send()
    post.again(1, *named(OFFICE, RIGHT))
    assert post.send() == NOTHING | {"sent": 1}
    assert reached(server) == [(OFFICE,), (RIGHT,)]
    assert post.row().error is None


def test_where_everybody_of_today_has_it_all_of_them_get_it_again(
    post: Post, server: MailServer
) -> None:
    post.write(1, 2, to=(OFFICE, HEAD))
    post.send()
    post.now += timedelta(days=9)
    post.again(1, *named(OFFICE))
    assert post.send(only=1) == NOTHING | {"sent": 1}
    assert server.ids == ids(1, 2, 1)
    assert reached(server)[-1] == (OFFICE,)


def test_one_who_was_refused_and_is_listed_still_is_asked_again(
    post: Post, server: MailServer
) -> None:
    server.refusals[WRONG] = "550 5.1.1 unknown"
    post.write(1, to=(WRONG, OFFICE))
    post.send()
    server.refusals.clear()
    post.again(1, *named(WRONG, OFFICE))
    assert post.send() == NOTHING | {"sent": 1}
    assert reached(server) == [(OFFICE,), (WRONG,)]


def test_a_new_address_that_is_refused_too_is_told_of_those_of_today_alone(
    post: Post, server: MailServer
) -> None:
    server.refusals = {WRONG: "550 5.1.1 unknown", RIGHT: "550 5.7.1 no"}
    post.write(1, to=(OFFICE, WRONG))
    post.send()
    post.again(1, *named(RIGHT))
    assert post.send() == NOTHING | {"refused": 1}
    assert (post.row().error or {})["values"] == {"left": 1, "total": 1, "detail": "550 5.7.1"}
    server.refusals.clear()
    post.again(1, *named(RIGHT))
    assert post.send() == NOTHING | {"sent": 1}
    assert reached(server) == [(OFFICE,), (RIGHT,)]


def test_what_waits_for_its_next_try_goes_to_those_of_today_and_each_gets_it_once(
    post: Post, server: MailServer
) -> None:
    server.refusals = {FULL: "452 4.2.2 full", WRONG: "452 4.2.2 full"}
    post.write(1, to=(WRONG, OFFICE))
    assert post.send() == NOTHING | {"later": 1}
    post.again(1, *named(OFFICE, FULL, RIGHT))
    assert post.send() == NOTHING | {"later": 1}
    server.refusals.clear()
    post.now += timedelta(hours=1)
    assert post.send() == NOTHING | {"sent": 1}
    assert reached(server) == [(OFFICE,), (RIGHT,), (FULL,)]
    again = {each: said.get("again") for each, said in post.row().answers.items()}
    assert again[OFFICE] is None
    assert again[FULL] == again[RIGHT] == AS_OF.isoformat()


def test_one_who_dies_after_handing_it_over_is_followed_by_one_who_asks_the_same(
    post: Post, engine: Engine, server: MailServer
) -> None:
    post.write(1, to=(WRONG, OFFICE))
    server.refusals[WRONG] = "550 5.1.1 unknown"
    post.send()
    post.again(1, *named(OFFICE, RIGHT))
    with Session(engine) as session, session.begin():
        dead = mails.claim_next(session, Lease(owner="a:1", lasts=LEASE), post.now)
    assert dead is not None
    assert dead.mail.to == (RIGHT,)
    assert post.send() == NOTHING
    with pytest.raises(PermanentError, match="mail_in_hand"):
        post.again(1, *named(OFFICE, RIGHT))
    post.now += LEASE
    assert post.send() == NOTHING | {"sent": 1}
    assert reached(server) == [(OFFICE,), (RIGHT,)]


def told_of(engine: Engine, *steps: tuple[IncidentStepKind, timedelta]) -> int:
    """An incident with this history, relative to when the mails are written."""
    seen: dict[str, Any] = {"seen_at": AS_OF, "opened_at": AS_OF, "last_seen_at": AS_OF}
    row = Incident(
        kind=IncidentKind.LATE_DIFFERENCE, unit=UNIT, key="x", state=IncidentState.OPEN, **seen
    )
    with Session(engine) as session, session.begin():
        session.add(row)
        session.flush()
        assert row.id is not None
        for what, after in steps:
            session.add(IncidentStep(incident_id=row.id, at=AS_OF + after, what=what))
        return row.id


NOW, BEFORE, AFTER = timedelta(), -timedelta(days=2), timedelta(days=2)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(STEPS.OPENED, BEFORE), (STEPS.ESCALATED, AFTER)], {RIGHT}),
        ([(STEPS.OPENED, BEFORE), (STEPS.ESCALATED, NOW)], {RIGHT, HEAD}),
        ([(STEPS.ESCALATED, BEFORE), (STEPS.REOPENED, BEFORE), (STEPS.NOTIFIED, NOW)], {RIGHT}),
    ],
)
def test_it_goes_to_the_levels_it_was_meant_for_and_no_further(
    post: Post,
    server: MailServer,
    steps: list[tuple[IncidentStepKind, timedelta]],
    expected: set[str],
) -> None:
    server.refusals[WRONG] = "550 5.1.1 unknown"
    write_mail(post.engine, AS_OF, to=(WRONG,), incidents=(told_of(post.engine, *steps),))
    post.send()
    post.now += timedelta(days=3)
    post.again(1, *named(RIGHT), *named(HEAD, role="head"))
    assert post.send() == NOTHING | {"sent": 1}
    assert set(reached(server)[0]) == expected


def test_a_mail_of_a_unit_that_ended_goes_to_those_of_the_one_in_its_place(
    post: Post, server: MailServer
) -> None:
    post.write(1, unit=ENDED, to=(WRONG,))
    post.again(1, *named(RIGHT), *named(OFFICE, unit=ENDED))
    post.send()
    assert reached(server) == [(RIGHT,)]


def test_what_is_being_sent_or_is_for_nobody_is_not_sent_again(engine: Engine) -> None:
    write_mail(engine, AS_OF)
    before = rows_of(engine, OutboundMail)
    nobody = Recipients(people=(), directory=UnitDirectory(()))
    with Session(engine) as session, pytest.raises(PermanentError, match="mail_for_nobody"):
        mails.send_again(session, 1, nobody, readdressed, AS_OF)
    assert rows_of(engine, OutboundMail) == before
    with Session(engine) as session, session.begin():
        mails.claim_next(session, Lease(owner="a:1", lasts=LEASE), AS_OF)
    people = Recipients(people=named(OFFICE), directory=UnitDirectory(()))
    with Session(engine) as session, pytest.raises(PermanentError, match="mail_in_hand"):
        mails.send_again(session, 1, people, readdressed, AS_OF)
    with Session(engine) as session, pytest.raises(NotFoundError, match="mail_unknown"):
        mails.send_again(session, 99, people, readdressed, AS_OF)
    assert [row.state for row in rows_of(engine, OutboundMail)] == [MailState.WAITING]
