"""A request that stopped by itself is told by mail to those of the whole province, once a stop."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import Session, col, update

from models.event import Event
from models.mail import OutboundMail
from models.resend_types import ResendState
from models.source import SyncRun
from models.types import EventKind, MailReason, MailState, RunState
from tests.journeys import UNSCHEDULED
from tests.places import AS_OF, Place, connected, journey, opened, serving, unwatched
from tests.resend_requests import APPROVER, ASKER, approved, largest_unit, sent
from tests.resends import set_manners
from tests.stores import rows_of
from worker.bootstrap import Services
from worker.core.resend.selection import Selection
from worker.core.times import VIETNAM
from worker.flow import Stage
from worker.journey import Wish, perform
from worker.journey.asking_again import ask
from worker.journey.queueing import queue_computation
from worker.journey.resending import approve, shown, stop
from worker.journey.tending import sweep
from worker.settings.model import Settings
from worker.simulator.manners import Manner
from worker.simulator.server import SimulatedEndpoints

FIRST = 4
DAY = timedelta(days=1)
MORNING = datetime(2024, 7, 25, 7, 30, tzinfo=VIETNAM)
TOLD = f"""
[resend]
enabled = true
trial = {FIRST}
[alerts]
from = "doisoat@h99.example"
default_to = ["vanphong@h99.example"]
"""
CONSOLE = '[console]\npublic_url = "https://doisoat.h99.example"\n'


@pytest.fixture
def at(place: Place) -> Iterator[SimulatedEndpoints]:
    with serving(place.world()) as endpoints:
        set_manners(endpoints.province_url, Manner.SECOND_CODE)
        yield endpoints


def configured(place: Place, at: SimulatedEndpoints, more: str = TOLD) -> Settings:
    settings = place.configure(at, more=more + UNSCHEDULED)
    assert journey(settings).is_complete
    return settings


def held(services: Services) -> int:
    """A request that stopped, the mail about it written."""
    number = approved(services, Selection(unit=largest_unit(services)))
    assert sent(services, number).request.state is ResendState.HELD
    return number


def mails(settings: Settings) -> list[OutboundMail]:
    with connected(settings) as engine:
        return [row for row in rows_of(engine, OutboundMail) if row.reason is MailReason.HELD]


def words(mail: OutboundMail) -> str:
    read = message_from_bytes(mail.content, policy=policy.default)
    assert read["Message-ID"] == mail.message_id
    body = read.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def told_again(services: Services) -> None:
    """The event is handled once more, as if nobody had."""
    of_stops = col(Event.kind) == EventKind.RESEND_HELD
    with Session(services.engine) as session, session.begin():
        session.exec(update(Event).where(of_stops).values(handled_at=None))
    while any(perform(services, key, unwatched) for key in sweep(services)):
        pass


def test_who_is_told_of_the_whole_province_reads_what_stopped_and_what_to_do(
    place: Place, at: SimulatedEndpoints
) -> None:
    settings = configured(place, at)
    with opened(settings) as services:
        number = held(services)
        found = shown(services, number)
        unit = services.directory.get(found.request.unit)
    assert unit is not None
    (mail,) = mails(settings)
    assert (mail.unit, mail.to, mail.state) == ("", ["vanphong@h99.example"], MailState.WAITING)
    assert mail.subject == f"[Đối soát] {unit.name}: yêu cầu gửi lại số {number} đã tự dừng"
    said = words(mail)
    assert f"trong {FIRST} hồ sơ đã gửi có {FIRST} hồ sơ lệch thêm, 0 hồ sơ khớp" in said
    assert f"Còn {found.effect.asked - FIRST} hồ sơ chưa gửi." in said
    for command in ("show", "approve", "stop"):
        assert f"doisoat resend {command} {number}" in said
    assert all((row.code in said) == (row.sent_at is not None) for row in found.items)
    assert ASKER not in said
    assert APPROVER not in said


def test_a_stop_is_told_once_however_often_its_event_is_handled(
    place: Place, at: SimulatedEndpoints
) -> None:
    settings = configured(place, at)
    with opened(settings) as services:
        number = held(services)
        told_again(services)
        assert len(mails(settings)) == 1
        approve(services, number, APPROVER)
        for _ in range(2):
            told_again(services)
            assert shown(services, number).request.state is ResendState.HELD
    first, second = mails(settings)
    assert first.message_id != second.message_id
    assert f"trong {2 * FIRST} hồ sơ đã gửi" in words(second)
    with connected(settings) as engine:
        runs = [row for row in rows_of(engine, SyncRun) if row.stage == Stage.TELL]
    assert len(runs) > len(mails(settings))
    assert sum(row.counts["mails"] for row in runs) == len(mails(settings))
    assert {row.state for row in runs} == {RunState.COMPLETE}


def test_where_the_console_can_be_reached_the_mail_leads_to_the_request(
    place: Place, at: SimulatedEndpoints
) -> None:
    settings = configured(place, at, TOLD + CONSOLE)
    with opened(settings) as services:
        number = held(services)
    (mail,) = mails(settings)
    said = words(mail)
    assert f"Mở yêu cầu số {number}: https://doisoat.h99.example/resends/{number}" in said
    assert 'chọn "Cho gửi tiếp"' in said
    assert "doisoat resend" not in said


def test_nobody_is_told_what_somebody_has_ended_meanwhile(
    light_place: Place, at: SimulatedEndpoints
) -> None:
    settings = configured(light_place, at)
    with opened(settings) as services:
        number = held(services)
        with Session(services.engine) as session, session.begin():
            session.delete(session.get_one(OutboundMail, mails(settings)[0].id))
        stop(services, number, ASKER)
        told_again(services)
    assert mails(settings) == []


def test_without_anybody_to_tell_there_is_no_mail(
    light_place: Place, at: SimulatedEndpoints
) -> None:
    settings = configured(light_place, at, "[resend]\nenabled = true\ntrial = 4\n")
    with opened(settings) as services:
        held(services)
    assert mails(settings) == []


def mails_of_the_day(settings: Settings, when: datetime) -> list[OutboundMail]:
    """The mails about requests there are once the daily mails of a day were written."""
    with opened(settings, when) as services:
        (key,) = queue_computation(services, Stage.DIGEST, Wish())
        assert perform(services, key, unwatched)
    with connected(settings) as engine:
        rows = rows_of(engine, OutboundMail)
    return [row for row in rows if row.unit == "" and "yêu cầu gửi lại" in row.subject]


def test_what_nobody_decides_about_is_told_the_next_day_and_once_a_day(
    place: Place, at: SimulatedEndpoints
) -> None:
    settings = configured(place, at)
    with opened(settings) as services:
        (number,) = ask(services, Selection(unit=largest_unit(services)), ASKER, "thử")
        asked = len(shown(services, number).items)
    assert mails_of_the_day(settings, AS_OF) == []
    once, again = (mails_of_the_day(settings, MORNING) for _ in range(2))
    assert len(once) == 1
    (mail,) = again
    assert (mail.reason, mail.to) == (MailReason.DIGEST, ["vanphong@h99.example"])
    assert mail.subject == "[Đối soát] Tỉnh Mẫu: 1 yêu cầu gửi lại hồ sơ đang chờ duyệt"
    assert f"{asked} hồ sơ, chờ duyệt từ 16:00 24/7/2024" in words(mail)
    assert ASKER not in words(mail)
    assert len(mails_of_the_day(settings, MORNING + DAY)) == 2
    with opened(settings) as services:
        approve(services, number, APPROVER)
    assert len(mails_of_the_day(settings, MORNING + 2 * DAY)) == 2


def test_one_that_stopped_is_in_the_daily_mail_and_none_where_resends_are_off(
    light_place: Place, at: SimulatedEndpoints
) -> None:
    settings = configured(light_place, at)
    with opened(settings) as services:
        held(services)
    off = settings.model_copy(
        update={"resend": settings.resend.model_copy(update={"enabled": False})}
    )
    told = [mail for mail in mails_of_the_day(off, MORNING) if mail.reason is MailReason.DIGEST]
    assert told == []
    (mail,) = (
        each for each in mails_of_the_day(settings, MORNING) if each.reason is MailReason.DIGEST
    )
    assert mail.subject.endswith("1 yêu cầu gửi lại hồ sơ đã tự dừng, chờ duyệt lại")
