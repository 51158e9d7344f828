"""Sending one request: each call once, whatever ends the process, within limits, until a stop."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.dossier import Dossier
from models.event import Event
from models.reconciliation import Discrepancy, Reconciliation
from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendAnswer, ResendGround, ResendResult, ResendState
from models.source import SyncRun
from models.types import Cause, CauseKind, DiscrepancyState, EventKind, RunState, Side, Trigger
from tests.places import AS_OF, JULY
from tests.stores import rows_of
from worker.core.resend.brake import Trial
from worker.core.resend.limits import Limits
from worker.core.resend.selection import Candidate
from worker.db import queue, resends, sources, taking
from worker.db.queue import Order
from worker.db.runs import Run
from worker.db.taking import Taker
from worker.errors import LoginRefused, RunError
from worker.flow import Stage
from worker.ports import Resend, Resent
from worker.stages.resend import Resending, resend

HOUR = timedelta(hours=1)
GENEROUS = Limits(per_request=50, per_hour=50, per_day=50)


def code_of(number: int) -> str:
    return f"H99.01-240701-{number:04d}"


@dataclass
class System:
    """A ResendSource that keeps what it is called for; ``before`` may end the process, or raise."""

    before: Callable[[int], None] = lambda _calls: None
    lasts: int = 1000
    called: list[Resend] = field(default_factory=list)

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    def resend(self, dossiers: Sequence[Resend]) -> Iterator[Resent]:
        for each in dossiers:
            if len(self.called) >= self.lasts:
                return
            self.called.append(each)
            self.before(len(self.called))
            yield Resent(each.code, ResendAnswer.TAKEN, "0")


class Killed(BaseException):
    """The process is gone."""


def dies_at(call: int) -> Callable[[int], None]:
    def before(calls: int) -> None:
        if calls == call:
            raise Killed

    return before


@dataclass
class Office:
    """A store with a request of three dossiers that is being sent."""

    engine: Engine
    request: int = 0
    now: datetime = AS_OF

    def enter(self) -> None:
        with Session(self.engine) as session, session.begin():
            home, portal = (
                sources.ensure_source(session, name=name, side=side, kind="x", rule="portal")
                for name, side in (("tinh", Side.PROVINCE), ("cong", Side.PORTAL))
            )
            made = Reconciliation(
                as_of=AS_OF,
                period_from=JULY.first,
                period_to=JULY.last,
                province_source_id=home,
                portal_source_id=portal,
                complete=True,
                by_hand=False,
                created_at=AS_OF,
                digest="",
            )
            session.add(made)
            session.flush()
            chosen = [self._candidate(session, made, number) for number in (1, 2, 3)]
            row = ResendRequest(
                source_id=home,
                portal_source_id=portal,
                unit="H99.01",
                by_hand=False,
                state=ResendState.SENDING,
                asked_by="an",
                asked_at=AS_OF,
                reason="thử",
                send_at=AS_OF,
            )
            self.request = resends.add(session, row, chosen)

    def _candidate(self, session: Session, made: Reconciliation, number: int) -> Candidate:
        session.add(Dossier(id=number, created_at=AS_OF))
        session.flush()
        row = Discrepancy(
            id=number,
            dossier_id=number,
            province_source_id=made.province_source_id,
            portal_source_id=made.portal_source_id,
            kind=CauseKind.DATA,
            code=code_of(number),
            cause=Cause.STATUS_BEHIND,
            unit="H99.01",
            portal_unit="H99.01",
            contribution=1,
            contributions={"H99.01": 1},
            state=DiscrepancyState.OPEN,
            opened_at=AS_OF,
            seen_until=AS_OF,
            seen_by=made.id,
        )
        session.add(row)
        session.flush()
        return Candidate(
            discrepancy_id=number,
            dossier_id=number,
            code=row.code,
            unit=row.unit,
            cause=row.cause,
            contribution=1,
            opened_at=AS_OF,
            last_seen_at=AS_OF,
            external_id=str(number),
            status=4,  # type: ignore[arg-type]
            is_known=True,
        )

    def taken(self, owner: str = "here/1:1") -> Run:
        """The run of the request in the hands of a process; whoever had it is gone."""
        order = Order(
            stage=Stage.RESEND.value,
            source_id=1,
            trigger=Trigger.OPERATOR,
            wish={"resend": self.request},
        )
        taker = Taker(
            owner=owner, is_alive=lambda _owner: False, lease=HOUR, stages=[Stage.RESEND.value]
        )
        with Session(self.engine) as session, session.begin():
            left = [row.id for row in rows_of(self.engine, SyncRun) if row.state in _UNENDED]
            key = left[0] if left else queue.put(session, order, self.now)
            run = taking.take(session, key or 0, taker, self.now)
        assert run is not None
        return run

    def send(
        self,
        system: System,
        run: Run | None = None,
        limits: Limits = GENEROUS,
        *,
        trial: int = 0,
    ) -> None:
        task = Resending(
            engine=self.engine,
            source=system,
            request=self.request,
            limits=limits,
            trial=Trial(trial, timedelta(minutes=10)),
            clock=lambda: self.now,
            progress=lambda _done, _total: None,
        )
        resend(task, run or self.taken())

    @property
    def row(self) -> ResendRequest:
        return rows_of(self.engine, ResendRequest)[0]

    @property
    def items(self) -> list[ResendItem]:
        return rows_of(self.engine, ResendItem)

    def change(self, number: int, **values: object) -> None:
        with Session(self.engine) as session, session.begin():
            row = session.get_one(Discrepancy, number)
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)

    def judge(self, number: int, result: ResendResult) -> None:
        """What a look showed of a dossier."""
        with Session(self.engine) as session, session.begin():
            row = session.get_one(ResendItem, number)
            row.result, row.looked_at = result, self.now
            session.add(row)


_UNENDED = (RunState.QUEUED, RunState.RUNNING)


@pytest.fixture
def office(engine: Engine) -> Office:
    made = Office(engine)
    made.enter()
    return made


def test_each_dossier_goes_once_and_the_journey_is_told(office: Office) -> None:
    system = System()
    office.send(system)
    assert [each.code for each in system.called] == [code_of(1), code_of(2), code_of(3)]
    assert not any(each.is_known for each in system.called)
    assert {item.answer for item in office.items} == {ResendAnswer.TAKEN}
    assert office.row.state is ResendState.WATCHING
    assert (office.row.send_at, office.row.look_at) == (None, AS_OF + timedelta(minutes=10))
    (event,) = rows_of(office.engine, Event)
    assert (event.kind, event.payload["codes"]) == (
        EventKind.RESENT,
        [code_of(1), code_of(2), code_of(3)],
    )


@pytest.mark.parametrize("call", [1, 2, 3])
def test_what_was_called_for_when_the_process_died_is_not_called_for_again(
    office: Office, call: int
) -> None:
    first, second = System(before=dies_at(call)), System()
    with pytest.raises(Killed):
        office.send(first)
    office.send(second)
    called = [each.code for each in (*first.called, *second.called)]
    assert called == [code_of(1), code_of(2), code_of(3)]
    answers = [item.answer for item in office.items]
    assert answers[call - 1] is ResendAnswer.NO_ANSWER
    assert answers.count(ResendAnswer.TAKEN) == 2
    events = [each.payload["codes"] for each in rows_of(office.engine, Event)]
    assert events == [[code_of(1), code_of(2), code_of(3)]]


def test_a_process_that_was_taken_over_calls_for_nothing_more(office: Office) -> None:
    late = office.taken("here/1:1")
    office.now += 2 * HOUR
    office.send(System(lasts=0), office.taken("here/2:2"))
    system = System()
    with pytest.raises(RunError):
        office.send(system, late)
    assert system.called == []


def test_the_late_word_of_a_process_that_was_taken_over_is_refused(office: Office) -> None:
    def overtaken(_calls: int) -> None:
        office.now += 2 * HOUR
        office.send(System(lasts=0), office.taken("here/2:2"))

    with pytest.raises(RunError):
        office.send(System(before=overtaken))
    assert office.items[0].answer is ResendAnswer.NO_ANSWER


def test_a_system_that_is_down_has_its_pause_and_what_was_not_called_goes_later(
    office: Office,
) -> None:
    office.send(System(lasts=1))
    assert [item.sent_at for item in office.items] == [AS_OF, None, None]
    assert office.row.state is ResendState.SENDING
    assert office.row.send_at == AS_OF + timedelta(minutes=5)
    office.now += HOUR
    system = System()
    office.send(system)
    assert [each.code for each in system.called] == [code_of(2), code_of(3)]
    assert office.row.send_at is None


def test_what_keeps_any_call_from_being_made_costs_no_dossier_its_turn(office: Office) -> None:
    def refused(_calls: int) -> None:
        raise LoginRefused("login_refused", source="tinh")

    with pytest.raises(LoginRefused):
        office.send(System(before=refused))
    assert [item.sent_at for item in office.items] == [None, None, None]
    assert office.row.send_at == AS_OF + HOUR


def test_what_went_before_a_run_failed_is_looked_at_all_the_same(office: Office) -> None:
    def refused(calls: int) -> None:
        if calls == 2:
            raise LoginRefused("login_refused", source="tinh")

    with pytest.raises(LoginRefused):
        office.send(System(before=refused))
    with Session(office.engine) as session:
        due = resends.to_look_at(session, AS_OF + timedelta(minutes=10))
        assert [row.id for row in due] == [office.request]
        assert [item.code for item in resends.going(session, office.request)] == [code_of(1)]


def test_what_the_limits_keep_back_has_its_time(office: Office) -> None:
    system = System()
    office.send(system, limits=Limits(per_request=50, per_hour=2, per_day=50))
    assert len(system.called) == 2
    assert (office.row.state, office.row.send_at) == (ResendState.SENDING, AS_OF + HOUR)


def test_the_rest_has_its_turn_once_the_first_ones_were_looked_at(office: Office) -> None:
    system = System()
    office.send(system, trial=2)
    assert [each.code for each in system.called] == [code_of(1), code_of(2)]
    assert office.row.state is ResendState.SENDING
    assert office.row.send_at == AS_OF + timedelta(minutes=5)
    office.judge(1, ResendResult.CLOSED)
    office.judge(2, ResendResult.WORSE)
    office.send(system, trial=2)
    assert [each.code for each in system.called][2:] == [code_of(3)]


def test_a_request_whose_dossiers_get_worse_stops_by_itself(office: Office) -> None:
    system = System()
    office.send(system, trial=2)
    office.judge(1, ResendResult.WORSE)
    office.send(system, trial=2)
    assert len(system.called) == 2
    assert (office.row.state, office.row.send_at) == (ResendState.HELD, None)
    (event,) = [e for e in rows_of(office.engine, Event) if e.kind is EventKind.RESEND_HELD]
    assert event.payload == {"request": office.request, "unit": "H99.01", "source": 1}


def test_a_stop_between_two_calls_is_the_last_word(office: Office) -> None:
    def stopped(_calls: int) -> None:
        with Session(office.engine) as session, session.begin():
            resends.stop(session, office.request, "binh", office.now)

    system = System(before=stopped)
    office.send(system)
    assert len(system.called) == 1
    assert [item.ground for item in office.items] == [
        None,
        ResendGround.NOT_ASKED,
        ResendGround.NOT_ASKED,
    ]
    assert office.row.state is ResendState.WATCHING
    assert office.items[0].answer is ResendAnswer.TAKEN


def test_what_agrees_or_has_another_cause_by_now_does_not_go(office: Office) -> None:
    office.change(1, state=DiscrepancyState.CLOSED)
    office.change(2, cause=Cause.TWO_CODES)
    system = System()
    office.send(system)
    assert [each.code for each in system.called] == [code_of(3)]
    first, second, _ = office.items
    assert (first.result, first.is_open) == (ResendResult.CLOSED, False)
    assert (second.ground, second.is_open) == (ResendGround.NOT_ASKED, False)


def test_a_request_of_which_nothing_had_to_go_is_done(office: Office) -> None:
    for number in (1, 2, 3):
        office.change(number, state=DiscrepancyState.CLOSED)
    office.send(System())
    assert (office.row.state, office.row.ended_at) == (ResendState.DONE, AS_OF)
    assert rows_of(office.engine, Event) == []
