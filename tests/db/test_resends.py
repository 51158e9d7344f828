"""Requests to send dossiers again in the store: one at a time, step by step, nothing twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.dossier import Dossier, LookupAnswer
from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendAnswer, ResendResult, ResendState
from models.source import SyncRun
from models.types import Cause, RunState, Side, Status, Trigger
from tests.stores import rows_of
from worker.core.improvement import Standing
from worker.core.resend.figures import UnitFigures
from worker.core.resend.selection import Candidate
from worker.db import resend_effects, resend_sights, resends, sources
from worker.db.resends import Wanted
from worker.errors import NotFoundError, ResendError

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def candidate(dossier: int) -> Candidate:
    return Candidate(
        discrepancy_id=dossier,
        dossier_id=dossier,
        code=f"H99.01-240701-{dossier:04d}",
        unit="H99.01",
        cause=Cause.STATUS_BEHIND,
        contribution=1,
        opened_at=NOW,
        last_seen_at=NOW,
        external_id=str(dossier),
        status=Status.FINISHED,
        is_known=True,
    )


@dataclass
class Book:
    """A store in which requests are entered."""

    engine: Engine
    home: int
    portal: int

    def ask(self, *dossiers: int, unit: str = "H99.01", **more: Any) -> int:
        usual: dict[str, Any] = {
            "source_id": self.home,
            "portal_source_id": self.portal,
            "unit": unit,
            "by_hand": False,
            "state": ResendState.ASKED,
            "asked_by": "an",
            "asked_at": NOW,
            "reason": "thử",
            "before": UnitFigures(1, NOW, Standing(10, 4)).stored(),
        }
        with Session(self.engine) as session, session.begin():
            request = ResendRequest(**(usual | more))
            return resends.add(session, request, [candidate(each) for each in dossiers])

    def items(self) -> list[ResendItem]:
        return rows_of(self.engine, ResendItem)

    def went(self, number: int, when: datetime = NOW) -> None:
        """All dossiers of a request went."""
        with Session(self.engine) as session, session.begin():
            for item in resends.items_of(session, number):
                item.sent_at, item.run_id = when, 1
                session.add(item)


@pytest.fixture
def book(engine: Engine) -> Book:
    with Session(engine) as session, session.begin():
        home, portal = (
            sources.ensure_source(session, name=name, side=side, kind="opencps", rule="portal")
            for name, side in (("tinh", Side.PROVINCE), ("cong", Side.PORTAL))
        )
    return Book(engine, home, portal)


def test_a_dossier_is_in_one_open_request(book: Book) -> None:
    first = book.ask(1, 2)
    with pytest.raises(IntegrityError):
        book.ask(2, 3)
    with Session(book.engine) as session, session.begin():
        assert resends.release(session, first) == 2
    book.ask(2, 3)
    assert [item.is_open for item in book.items()] == [False, False, True, True]


def test_a_step_is_taken_once_and_only_from_where_it_may(book: Book) -> None:
    number = book.ask(1)
    with Session(book.engine) as session, session.begin():
        row = resends.step(session, number, [ResendState.ASKED], state=ResendState.APPROVED)
        assert row.state is ResendState.APPROVED
    with Session(book.engine) as session, session.begin():
        assert not resends.take(session, number, [ResendState.ASKED], state=ResendState.REJECTED)
        with pytest.raises(ResendError) as refused:
            resends.step(session, number, [ResendState.ASKED], state=ResendState.REJECTED)
    assert refused.value.values["problem"] == "resend_approved"
    with Session(book.engine) as session, pytest.raises(NotFoundError):
        resends.get(session, number + 1)


def test_a_stop_lets_go_what_has_not_gone_and_watches_the_rest(book: Book) -> None:
    number = book.ask(1, 2, state=ResendState.SENDING, send_at=NOW)
    with Session(book.engine) as session, session.begin():
        item = resends.next_unsent(session, number)
        assert item is not None
        item.sent_at = NOW
        session.add(item)
    with Session(book.engine) as session, session.begin():
        row = resends.stop(session, number, "binh", NOW)
        assert (row.state, row.send_at) == (ResendState.WATCHING, None)
        assert resends.next_unsent(session, number) is None
        assert [each.dossier_id for each in resends.going(session, number)] == [1]
    idle = book.ask(3)
    with Session(book.engine) as session, session.begin():
        assert resends.stop(session, idle, "binh", NOW).state is ResendState.STOPPED
        with pytest.raises(ResendError):
            resends.stop(session, idle, "binh", NOW)


def test_what_went_without_an_answer_is_known_and_what_was_not_called_goes_again(
    book: Book,
) -> None:
    number = book.ask(1, 2)
    book.went(number)
    with Session(book.engine) as session, session.begin():
        first, second = resends.unanswered(session, number)
        resends.keep_answer(session, first.id or 0, ResendAnswer.TAKEN, "0", NOW)
        resends.not_sent(session, first.id or 0)
        resends.not_sent(session, second.id or 0)
    with Session(book.engine) as session:
        unsent = resends.next_unsent(session, number)
        assert unsent is not None
        assert unsent.dossier_id == 2
        assert resends.unanswered(session, number) == []
        assert [each.dossier_id for each in resends.going(session, number)] == [1]


def test_the_limits_count_what_the_system_itself_sent(book: Book) -> None:
    book.went(book.ask(1, 2), NOW - HOUR)
    book.went(book.ask(3), NOW)
    book.went(book.ask(4, by_hand=True), NOW)
    with Session(book.engine) as session:
        assert resends.sent_since(session, book.home, NOW - HOUR / 2) == [NOW]
        assert len(resends.sent_since(session, book.home, NOW - HOUR)) == 3
        assert resends.sent_since(session, book.portal, NOW - HOUR) == []


def test_what_is_due_is_found(book: Book) -> None:
    due = book.ask(1, state=ResendState.SENDING, send_at=NOW)
    book.ask(2, state=ResendState.SENDING, send_at=NOW + HOUR)
    book.ask(3, state=ResendState.APPROVED, send_at=NOW)
    looked = book.ask(4, state=ResendState.WATCHING, look_at=NOW)
    book.ask(5, state=ResendState.WATCHING, look_at=NOW)
    book.went(looked)
    with Session(book.engine) as session:
        assert [row.id for row in resends.sending(session, NOW)] == [due]
        assert [row.id for row in resends.to_look_at(session, NOW)] == [looked]
        assert [row.id for row in resends.watched(session)] == [looked]


def test_what_was_asked_for_of_a_dossier_follows_it_into_another(book: Book) -> None:
    book.ask(1)
    book.ask(2)
    with Session(book.engine) as session, session.begin():
        resends.move(session, 1, 9)
        resends.move(session, 2, 9)
    assert [(item.dossier_id, item.is_open) for item in book.items()] == [(9, True), (9, False)]


def test_lists_are_of_units_and_states_the_newest_first(book: Book) -> None:
    mine, other = book.ask(1), book.ask(2, unit="H99.02")
    with Session(book.engine) as session:
        total, rows = resends.list_rows(session, Wanted(limit=1))
        assert (total, [row.id for row in rows]) == (2, [other])
        assert resends.list_rows(session, Wanted(unit="H99.01"))[0] == 1
        assert [row.id for row in resends.list_rows(session, Wanted(units=["H99.01"]))[1]] == [mine]
        assert resends.list_rows(session, Wanted(units=[]))[0] == 0
        assert resends.list_rows(session, Wanted(states=[ResendState.DONE]))[0] == 0


def test_what_requests_did_is_told_by_unit_and_month_once_anything_went(book: Book) -> None:
    after = UnitFigures(2, NOW, Standing(10, 1)).stored()
    book.went(book.ask(1, 2, after=after))
    book.ask(3)
    with Session(book.engine) as session, session.begin():
        for item in resends.items_of(session, 1):
            item.result = ResendResult.CLOSED
            session.add(item)
    with Session(book.engine) as session:
        found = resend_effects.by_unit(session, NOW, NOW + HOUR)
        months = resend_effects.monthly(session, NOW, ["H99.01"])
        assert resend_effects.by_unit(session, NOW + HOUR, NOW + 2 * HOUR) == {}
        assert resend_effects.monthly(session, NOW, []) == {}
    assert (found["H99.01"].sent, found["H99.01"].closed) == (2, 2)
    assert found[""].after == Standing(10, 1)
    assert [(f"{first:%Y-%m}", each.sent) for first, each in months.items()] == [("2024-07", 2)]


def test_what_the_portal_told_after_the_reconciliation_is_not_in_it(book: Book) -> None:
    number = book.ask(1)
    book.went(number)
    told = LookupAnswer(
        source_id=book.portal,
        code=candidate(1).code,
        dossier_id=1,
        found=True,
        since=NOW,
        asked_at=NOW + HOUR,
        run_id=2,
    )
    with Session(book.engine) as session, session.begin():
        session.add(Dossier(id=1, created_at=NOW))
        for key in (1, 2):
            session.add(
                SyncRun(
                    id=key,
                    trigger=Trigger.OPERATOR,
                    stage="look_up",
                    state=RunState.COMPLETE,
                    started_at=NOW,
                    heartbeat_at=NOW,
                    owner="",
                )
            )
        session.flush()
        session.add(told)
    with Session(book.engine) as session:
        request, items = resends.get(session, number), resends.items_of(session, number)
        for as_of, looked_at in ((NOW, None), (NOW + HOUR, NOW + HOUR)):
            (sight,) = resend_sights.sights(session, request, items, as_of).values()
            assert (sight.looked_at, sight.now.is_looked) == (looked_at, looked_at is not None)
        items[0].run_id = 2
        (same,) = resend_sights.sights(session, request, items, NOW + HOUR).values()
        assert same.looked_at is None
