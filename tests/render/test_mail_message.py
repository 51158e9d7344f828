"""The mail as it goes over the wire."""

import pytest

from tests.letters import LETTER, LETTERS, WRITTEN
from tests.mails import sent
from worker.i18n import use_language
from worker.render.mail import MailParts, render_mail


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi", strict=True)


@pytest.fixture(scope="module")
def changed() -> MailParts:
    use_language("vi", strict=True)
    return render_mail(LETTER)


def test_the_message_comes_back_as_it_was_made(changed: MailParts) -> None:
    mail = sent(changed)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    plain, page, picture, workbook = (each for each in mail.walk() if not each.is_multipart())
    assert plain.get_content().replace("\r\n", "\n") == changed.text
    assert page.get_content().replace("\r\n", "\n") == f"{changed.html}\n"
    assert picture.get_content() == changed.png
    assert picture["Content-ID"] == f"<{changed.picture}>"
    assert workbook.get_content() == changed.xlsx
    assert workbook.get_filename() == "doi-soat-H51.12-20240724-1600.xlsx"


def test_the_envelope_threads_by_unit_and_keeps_robots_quiet(changed: MailParts) -> None:
    mail = sent(changed)
    assert mail["Subject"] == changed.subject
    assert mail["From"] == "Đối soát Sở Nội vụ <doisoat@soctrang.example>"
    assert mail["To"] == "motcua@soctrang.example, vanphong@soctrang.example"
    assert mail["Date"].datetime == WRITTEN
    assert mail["In-Reply-To"] == mail["References"] == "<t1.h51-12@soctrang.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<H51.12.soctrang.example>"
    assert mail["Precedence"] == "list"
    start = sent(changed, thread="<m2.h51-12@soctrang.example>")
    assert start["References"] is None
    assert start["In-Reply-To"] is None


def test_a_mail_without_picture_and_workbook_has_only_its_two_texts() -> None:
    mail = sent(render_mail(LETTERS["resolved"]))
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_same_letter_gives_the_same_bytes(changed: MailParts) -> None:
    again = render_mail(LETTER)
    assert again == changed
    assert sent(again).as_bytes() == sent(changed).as_bytes()
