"""The mails about requests that wait for a decision: what they say, in every form and language."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.resend_types import ResendGround
from tests.mails import Page, sent
from worker.core.improvement import Standing
from worker.core.resend.effect import Effect
from worker.core.resend.letter import HeldLetter, Undecided, UndecidedLetter
from worker.i18n import language, use_language
from worker.render.mail import MailParts, render_held, render_undecided
from worker.render.mail.plain import WIDTH

PAGE = "https://doisoat.soctrang.example/resends/3"
CODES = [f"H51.12-240718-{number:04}" for number in range(1, 13)]
LETTER = HeldLetter(
    language="vi",
    province="Tỉnh Sóc Trăng",
    request=3,
    unit_code="H51.12",
    unit="Sở Nội vụ",
    effect=Effect(
        asked=1024,
        sent=16,
        closed=1,
        worse=12,
        waiting=3,
        before=Standing(120, 31),
        after=Standing(120, 36),
    ),
    worse=CODES,
    grounds=[(ResendGround.TWO_CODES, 11), (ResendGround.SENT_OTHERWISE, 1)],
    written_at=datetime(2024, 7, 24, 9, 12, tzinfo=UTC),
    page=PAGE,
    contact="vanphong@soctrang.example",
)
FEW = replace(LETTER, worse=CODES[:2], grounds=(), effect=Effect(asked=9, sent=2, worse=2))
COMMANDS = replace(LETTER, page=None, contact=None)
WAITING = [
    Undecided(
        number=number,
        unit="Sở Nội vụ",
        dossiers=1050,
        asked_at=LETTER.written_at,
        is_held=not number % 2,
    )
    for number in range(1, 24)
]
UNDECIDED = UndecidedLetter(
    language="vi",
    province="Tỉnh Sóc Trăng",
    requests=WAITING,
    written_at=LETTER.written_at,
    page="https://doisoat.soctrang.example/resends",
)
LETTERS: dict[str, HeldLetter | UndecidedLetter] = {
    "whole": LETTER,
    "commands": COMMANDS,
    "few": FEW,
    "undecided": UNDECIDED,
    "undecided_commands": replace(UNDECIDED, page=None, requests=WAITING[:1]),
}


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi", strict=True)


def rendered(letter: HeldLetter | UndecidedLetter) -> MailParts:
    return render_held(letter) if isinstance(letter, HeldLetter) else render_undecided(letter)


def said(letter: HeldLetter | UndecidedLetter) -> tuple[str, str]:
    """What the page says, and the plain text."""
    parts = rendered(letter)
    return Page(parts.html).text, " ".join(parts.text.split())


@pytest.mark.parametrize("spoken", ["vi", "en"])
@pytest.mark.parametrize("name", LETTERS)
def test_page_and_text_say_the_same_in_both_languages(name: str, spoken: str) -> None:
    parts = rendered(replace(LETTERS[name], language=spoken))
    page = Page(parts.html)
    assert page.tags[0] == ("html", {"lang": spoken})
    assert language() == "vi"
    assert not re.search(r"\{\w*\}|\bNone\b|mail\.\w+\.", parts.text + page.text + parts.subject)
    assert max(len(line) for line in parts.text.splitlines() if "://" not in line) <= WIDTH
    unnumbered = re.sub(r"^\d\. ", "", parts.text, flags=re.MULTILINE)
    for word in re.findall(r"[\w.:/+-]+", unnumbered):
        assert word.strip(".:/-").casefold() in page.text.casefold()


def test_it_says_which_request_what_came_of_it_and_why() -> None:
    assert render_held(LETTER).subject == "[Đối soát] Sở Nội vụ: yêu cầu gửi lại số 3 đã tự dừng"
    for words in said(LETTER):
        assert "Yêu cầu số 3 gửi lại hồ sơ của Sở Nội vụ (H51.12)" in words
        assert "trong 16 hồ sơ đã gửi có 12 hồ sơ lệch thêm, 1 hồ sơ khớp" in words
        assert "Còn 1.008 hồ sơ chưa gửi." in words
        assert "3 chờ xem lại" in words
        assert "31/120 hồ sơ (25,83 %); khi xem lại: 36/120 hồ sơ (30 %)" in words
        assert "Mang mã khác trên Cổng (11 hồ sơ)" in words
        assert "Đừng gửi lại nữa" in words


def test_of_very_many_dossiers_the_first_ten_are_named() -> None:
    for words in said(LETTER):
        assert [code in words for code in CODES] == [True] * 10 + [False] * 2
        assert "và 2 hồ sơ khác" in words


def test_before_anybody_looked_no_figures_are_compared() -> None:
    for words in said(FEW):
        assert "Quá hạn trên Cổng" not in words


def test_it_leads_to_the_page_or_names_the_commands() -> None:
    page = render_held(LETTER)
    assert Page(page.html).values("href") == [PAGE]
    assert f"Mở yêu cầu số 3: {PAGE}" in page.text
    assert "doisoat resend" not in page.text
    commands = render_held(COMMANDS)
    assert Page(commands.html).values("href") == []
    lines = commands.text.splitlines()
    for place, command in enumerate(("show", "approve", "stop"), start=1):
        assert sum(line.startswith(f"{place}. doisoat resend {command} 3:") for line in lines) == 1


def test_names_from_outside_make_no_further_header_and_no_other_text() -> None:
    hostile = replace(LETTER, unit="Sở\r\nBcc: x@y.example <b>\u202e", province="Tỉnh\nMẫu")
    mail = sent(render_held(hostile))
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].display_name == "Đối soát Tỉnh Mẫu"
    assert "<b>" not in render_held(hostile).html


def test_what_nobody_decides_about_is_counted_and_the_oldest_are_named() -> None:
    subject = render_undecided(UNDECIDED).subject
    assert subject.endswith("12 yêu cầu gửi lại hồ sơ đang chờ duyệt, 11 yêu cầu đã tự dừng")
    for words in said(UNDECIDED):
        assert "Số 1, Sở Nội vụ: 1.050 hồ sơ, chờ duyệt từ 16:12 24/7/2024" in words
        assert "đã tự dừng vì hồ sơ lệch thêm" in words
        assert [f"Số {each.number}," in words for each in WAITING] == [True] * 20 + [False] * 3
        assert "và 3 yêu cầu khác" in words


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        (WAITING[:1], "1 yêu cầu gửi lại hồ sơ đang chờ duyệt"),
        (WAITING[1:2], "1 yêu cầu gửi lại hồ sơ đã tự dừng, chờ duyệt lại"),
    ],
)
def test_of_one_kind_alone_only_that_is_told(requests: list[Undecided], expected: str) -> None:
    parts = render_undecided(replace(UNDECIDED, requests=requests))
    assert parts.subject == f"[Đối soát] Tỉnh Sóc Trăng: {expected}"
    assert f"{expected}, chưa có ai quyết định." in " ".join(parts.text.split())
