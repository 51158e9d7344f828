from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from models.event import Event
from models.incident import Incident
from models.outbox import OutboundMessage
from models.source import Source
from models.types import Channel, EventKind, IncidentKind, IncidentState, MessageState, Side
from tests.places import AS_OF
from tests.stores import rows_of
from worker.core.outbox import Target, expiry
from worker.core.retention import Retention
from worker.db import events, outbox
from worker.db.outbox import Held, Lease
from worker.errors import NotFoundError, PermanentError, TransientError
from worker.stages.prune import Prune, prune

LEASE = Lease(owner="here:1", lasts=timedelta(minutes=2))
DOWN = TransientError("webhook_not_taken", webhook="soyte", detail="timeout")
EVERY = frozenset(EventKind)
SOYTE = Target("soyte", EVERY)


def told(engine: Engine, *targets: Target, run: int = 1) -> int:
    """A pull that finished, and how many messages came of it."""
    payload = {"run": run, "state": "complete"}
    with Session(engine) as session, session.begin():
        events.append(session, EventKind.PULL_FINISHED, payload, AS_OF)
        session.flush()
        (event,) = events.pending(session)
        event.handled_at = AS_OF
        return outbox.append_for(session, event, targets, AS_OF)


def claim(engine: Engine, minutes: float = 0, lease: Lease = LEASE) -> Held | None:
    now = AS_OF + timedelta(minutes=minutes)
    with Session(engine) as session, session.begin():
        return outbox.claim_next(session, Channel.WEBHOOK, "soyte", lease, now)


def held(found: Held | None) -> Held:
    assert found is not None
    return found


def only(engine: Engine) -> OutboundMessage:
    (row,) = rows_of(engine, OutboundMessage)
    return row


def test_an_event_becomes_one_message_a_target_however_often_it_is_written(engine: Engine) -> None:
    other = Target("vanphong", EVERY)
    assert told(engine, SOYTE, other) == 2
    with Session(engine) as session, session.begin():
        event = session.exec(select(Event)).one()
        assert outbox.append_for(session, event, (SOYTE, other), AS_OF) == 0
    rows = rows_of(engine, OutboundMessage)
    assert {row.target for row in rows} == {"soyte", "vanphong"}
    assert len({row.delivery for row in rows}) == 2
    assert {row.state for row in rows} == {MessageState.WAITING}


def test_a_message_is_written_with_the_work_or_not_at_all(engine: Engine) -> None:
    with Session(engine) as session:
        event = Event(kind=EventKind.PULL_FINISHED, payload={"run": 1}, at=AS_OF)
        session.add(event)
        session.flush()
        assert outbox.append_for(session, event, (SOYTE,), AS_OF) == 1
        session.rollback()
    assert rows_of(engine, OutboundMessage) == []


def test_a_source_is_told_by_its_name(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        source = Source(name="tinh", side=Side.PROVINCE, kind="opencps", rule="portal")
        session.add(source)
        session.flush()
        payload = {"run": 3, "source": source.id, "state": "complete"}
        event = Event(kind=EventKind.PULL_FINISHED, payload=payload, at=AS_OF)
        session.add(event)
        session.flush()
        outbox.append_for(session, event, (SOYTE,), AS_OF)
    row = only(engine)
    expected: dict[str, Any] = {
        "id": row.delivery,
        "event": "PullFinished",
        "at": "2024-07-24T16:00:00+07:00",
        "data": {"run": 3, "source": "tinh", "state": "complete"},
    }
    assert row.payload == expected


def test_who_holds_the_first_message_keeps_everybody_from_the_next(engine: Engine) -> None:
    told(engine, SOYTE, run=1)
    told(engine, SOYTE, run=2)
    first = held(claim(engine))
    assert first.payload["data"]["run"] == 1
    assert claim(engine) is None
    with Session(engine) as session, session.begin():
        assert outbox.mark_sent(session, first, AS_OF)
    assert held(claim(engine)).payload["data"]["run"] == 2


def test_a_lease_that_is_over_goes_to_another_and_the_late_word_is_refused(engine: Engine) -> None:
    told(engine, SOYTE)
    first = held(claim(engine))
    second = held(claim(engine, minutes=3))
    assert second.delivery == first.delivery
    assert second.attempts == 2
    with Session(engine) as session, session.begin():
        assert not outbox.mark_sent(session, first, AS_OF)
        assert outbox.mark_sent(session, second, AS_OF)
    assert only(engine).state is MessageState.SENT


def test_an_incident_is_told_in_its_numbers_and_only_to_those_who_want_its_unit(
    engine: Engine,
) -> None:
    with Session(engine) as session, session.begin():
        seen: dict[str, Any] = {"seen_at": AS_OF, "opened_at": AS_OF, "last_seen_at": AS_OF}
        row = Incident(
            kind=IncidentKind.LATE_DIFFERENCE,
            unit="H99.01",
            key="late_difference/H99.01",
            state=IncidentState.OPEN,
            value={"difference": 3},
            **seen,
        )
        session.add(row)
        session.flush()
        event = Event(kind=EventKind.INCIDENT_OPENED, payload={"incident": row.id}, at=AS_OF)
        session.add(event)
        session.flush()
        other = Target("vanphong", EVERY, frozenset({"H99.02"}))
        assert outbox.append_for(session, event, (SOYTE, other), AS_OF) == 1
    payload = only(engine).payload
    assert payload["event"] == "IncidentOpened"
    assert payload["data"] == {
        "incident": 1,
        "kind": "late_difference",
        "unit": "H99.01",
        "source": None,
        "value": {"difference": 3},
        "opened_at": "2024-07-24T16:00:00+07:00",
        "resolved_at": None,
    }


def test_what_was_sent_again_is_told_to_those_who_want_its_unit(engine: Engine) -> None:
    payload = {"request": 1, "unit": "H99.01", "reconciliation": 2}
    others = Target("khac", EVERY, frozenset({"H99.02"}))
    mine = Target("soyte", EVERY, frozenset({"H99.01"}))
    with Session(engine) as session, session.begin():
        events.append(session, EventKind.RESEND_DONE, payload, AS_OF)
        session.flush()
        (event,) = events.pending(session)
        assert outbox.append_for(session, event, (mine, others), AS_OF) == 1
    assert only(engine).target == "soyte"
    assert only(engine).payload["data"] == payload


def test_a_failed_try_waits_and_says_why(engine: Engine) -> None:
    told(engine, SOYTE)
    with Session(engine) as session, session.begin():
        assert outbox.mark_failed(session, held(claim(engine)), DOWN, AS_OF) is MessageState.WAITING
    row = only(engine)
    assert row.error == {"key": DOWN.key, "values": DOWN.values}
    assert row.next_try_at == AS_OF + timedelta(minutes=1)
    assert claim(engine) is None
    assert claim(engine, minutes=1) is not None


def test_a_message_nobody_wants_any_more_is_given_up_at_once_and_can_be_tried_again(
    engine: Engine,
) -> None:
    told(engine, SOYTE)
    gone = PermanentError("webhook_gone", webhook="soyte")
    with Session(engine) as session, session.begin():
        state = outbox.mark_failed(session, held(claim(engine)), gone, AS_OF)
    assert state is MessageState.GIVEN_UP
    assert claim(engine) is None
    later = AS_OF + timedelta(days=9)
    with Session(engine) as session, session.begin():
        outbox.try_again(session, only(engine).id or 0, later)
    row = only(engine)
    assert (row.state, row.attempts, row.expires_at) == (MessageState.WAITING, 0, expiry(later))
    assert claim(engine, minutes=9 * 24 * 60) is not None


def test_what_was_sent_or_is_being_sent_is_not_tried_again(engine: Engine) -> None:
    told(engine, SOYTE)
    taken = held(claim(engine))
    with Session(engine) as session, pytest.raises(PermanentError, match="message_sent"):
        outbox.try_again(session, taken.id, AS_OF)
    with Session(engine) as session, session.begin():
        outbox.mark_sent(session, taken, AS_OF)
    with Session(engine) as session, pytest.raises(PermanentError, match="message_sent"):
        outbox.try_again(session, taken.id, AS_OF + timedelta(days=1))
    with Session(engine) as session, pytest.raises(NotFoundError):
        outbox.try_again(session, 999, AS_OF)


def test_pruning_takes_what_was_sent_long_ago_and_never_what_waits(engine: Engine) -> None:
    told(engine, SOYTE, run=1)
    told(engine, SOYTE, run=2)
    with Session(engine) as session, session.begin():
        outbox.mark_sent(session, held(claim(engine)), AS_OF)
    task = Prune(
        engine=engine,
        retention=Retention(),
        now=AS_OF + timedelta(days=91),
        progress=lambda _done, _total: None,
    )
    assert prune(task)["messages"] == 1
    assert only(engine).payload["data"]["run"] == 2


def test_the_lines_say_what_waits_since_when_and_what_was_given_up(engine: Engine) -> None:
    told(engine, SOYTE, run=1)
    told(engine, SOYTE, run=2)
    told(engine, SOYTE, Target("vanphong", EVERY), run=3)
    with Session(engine) as session, session.begin():
        gone = PermanentError("webhook_gone", webhook="soyte")
        outbox.mark_failed(session, held(claim(engine)), gone, AS_OF)
    with Session(engine) as session, session.begin():
        outbox.mark_failed(session, held(claim(engine)), DOWN, AS_OF)
    with Session(engine) as session:
        first, second = outbox.lines(session, Channel.WEBHOOK)
    assert (first.target, first.waiting, first.given_up) == ("soyte", 2, 1)
    assert first.oldest == AS_OF
    assert first.due_since == AS_OF + timedelta(minutes=1)
    assert (second.target, second.waiting, second.given_up) == ("vanphong", 1, 0)
