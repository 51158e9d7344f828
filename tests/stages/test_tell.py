"""Telling of a request that stopped: once, whatever ends the process, and to somebody or nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlmodel import Session

from models.mail import OutboundMail
from models.resend import ResendRequest
from models.resend_types import ResendState
from models.types import MailReason
from tests.places import AS_OF
from tests.stores import rows_of
from tests.works import Works
from worker.core.alerts.recipients import Recipients
from worker.core.reference import Recipient
from worker.db import resends
from worker.db.posting import Draft
from worker.stages.tell import Tell, tell

OFFICE = "vanphong@h99.example"


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Office:
    """A store with a request; ``is_killed``: whoever writes a mail does not come back."""

    works: Works
    people: Sequence[Recipient] = ()
    default_to: Sequence[str] = (OFFICE,)
    is_killed: bool = False
    written: list[Sequence[str]] = field(default_factory=list)

    def enter(self, state: ResendState = ResendState.HELD) -> int:
        row = ResendRequest(
            source_id=self.works.province_id,
            portal_source_id=self.works.portal_id,
            unit="H99.01",
            by_hand=False,
            state=state,
            asked_by="an",
            asked_at=AS_OF,
            reason="thử",
        )
        with Session(self.works.engine) as session, session.begin():
            return resends.add(session, row, [])

    def tell(self, request: int) -> int:
        people = Recipients(
            people=self.people, directory=self.works.directory, default_to=self.default_to
        )
        task = Tell(
            engine=self.works.engine,
            run=self.works.claim(self.works.province_id, "tell"),
            request=request,
            people=lambda _: people,
            write=self._write,
            clock=lambda: AS_OF,
        )
        return tell(task)["mails"]

    def _write(
        self, _session: Session, request: ResendRequest, to: Sequence[str], _now: datetime
    ) -> Draft:
        self.written.append(to)
        if self.is_killed:
            raise Killed
        return Draft(
            unit="",
            to=to,
            subject="tự dừng",
            message_id=f"<{request.id}@h99.example>",
            thread="<toan-tinh@h99.example>",
            incidents=(),
            reason=MailReason.HELD,
            content=b"",
        )

    @property
    def mails(self) -> list[OutboundMail]:
        return rows_of(self.works.engine, OutboundMail)


@pytest.fixture
def office(works: Works) -> Office:
    return Office(works)


def test_a_mail_that_was_not_kept_is_written_again_and_one_that_was_is_not(office: Office) -> None:
    request = office.enter()
    office.is_killed = True
    with pytest.raises(Killed):
        office.tell(request)
    assert office.mails == []
    office.is_killed = False
    assert [office.tell(request), office.tell(request)] == [1, 0]
    assert [mail.to for mail in office.mails] == [[OFFICE]]


def test_those_named_for_the_province_are_told_before_anybody_else(office: Office) -> None:
    (province,) = (each.code for each in office.works.directory.units if each.parent is None)
    office.people = [
        Recipient(province, "lanhdao@h99.example", "head"),
        Recipient(province, "chuyenvien@h99.example", "officer"),
        Recipient("H99.01", "donvi@h99.example", "officer"),
    ]
    assert office.tell(office.enter()) == 1
    assert office.written == [("chuyenvien@h99.example",)]


@pytest.mark.parametrize("state", [each for each in ResendState if each is not ResendState.HELD])
def test_what_somebody_has_decided_about_is_told_no_more(
    office: Office, state: ResendState
) -> None:
    assert office.tell(office.enter(state)) == 0
    assert office.written == []


def test_where_nobody_is_to_be_told_nothing_is_written(office: Office) -> None:
    office.default_to = ()
    assert office.tell(office.enter()) == 0
    assert office.mails == []
