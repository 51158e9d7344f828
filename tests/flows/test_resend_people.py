"""Who may ask for re-sends, who may approve them, and what the trail and the mails say."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from models.mail import OutboundMail
from models.roles import Role
from models.types import MailReason
from tests.journeys import UNSCHEDULED
from tests.places import Place, connected, journey, opened, serving
from tests.resend_requests import ON, approved, largest_unit, sent
from tests.stores import rows_of
from worker.bootstrap import Services
from worker.core.resend.selection import Selection
from worker.errors import AccessError, ResendError
from worker.journey.accounts import add_operator
from worker.journey.asking_again import ask
from worker.journey.resending import approve, shown, stop
from worker.settings.model import Settings

ALERTS = """
[alerts]
from = "doisoat@mau.example"
default_to = ["vanphong@mau.example"]
confirm_after = "0s"
min_difference = 15
min_late_share = 1
"""


@pytest.fixture
def settings(light_place: Place) -> Iterator[Settings]:
    with serving(light_place.world()) as at:
        found = light_place.configure(at, more=ON + ALERTS + UNSCHEDULED)
        assert journey(found).is_complete
        yield found


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    with opened(settings) as found:
        yield found


def test_where_there_are_accounts_each_step_needs_its_role(services: Services) -> None:
    for name, role in (
        ("xem.le", Role.VIEWER),
        ("an.nguyen", Role.OPERATOR),
        ("binh.tran", Role.APPROVER),
    ):
        add_operator(services, name, role, (), "quan.tri")
    selection = Selection(unit=largest_unit(services))
    for by in ("xem.le", "nguoi.la"):
        with pytest.raises(AccessError):
            ask(services, selection, by, "thử")
    (number,) = ask(services, selection, "an.nguyen", "thử")
    with pytest.raises(AccessError) as refused:
        approve(services, number, "an.nguyen")
    assert refused.value.key == "may_not"
    with pytest.raises(AccessError):
        stop(services, number, "xem.le")
    approve(services, number, "binh.tran")


def test_an_approver_does_not_approve_what_he_asked_for(services: Services) -> None:
    add_operator(services, "binh.tran", Role.APPROVER, (), "quan.tri")
    (number,) = ask(services, Selection(unit=largest_unit(services)), "binh.tran", "thử")
    with pytest.raises(ResendError) as refused:
        approve(services, number, "Binh.Tran")
    assert refused.value.key == "resend_same_person"


def test_a_reason_keeps_no_personal_data(services: Services) -> None:
    reason = "Ông A gọi 0912345678, xem a@mau.example"
    (number,) = ask(services, Selection(unit=largest_unit(services)), "an", reason)
    kept = shown(services, number).request.reason
    assert "0912345678" not in kept
    assert "a@mau.example" not in kept


def bodies(settings: Settings, reason: MailReason) -> list[str]:
    found = []
    with connected(settings) as engine:
        for row in rows_of(engine, OutboundMail):
            if row.reason is reason:
                message: Any = message_from_bytes(row.content, policy=default)
                found.append(message.get_body(("plain",)).get_content())
    return found


def test_the_mail_that_says_it_is_over_says_what_sending_again_did(
    services: Services, settings: Settings
) -> None:
    unit = largest_unit(services)
    assert all("gửi lại:" not in each for each in bodies(settings, MailReason.OPENED))
    found = sent(services, approved(services, Selection(unit=unit)))
    (told,) = [
        text
        for text in (" ".join(each.split()) for each in bodies(settings, MailReason.RESOLVED))
        if "đã được gửi lại" in text
    ]
    closed = found.effect.closed
    assert f"{closed} hồ sơ của đơn vị đã được gửi lại: {closed} đã khớp, 0 còn lệch" in told
