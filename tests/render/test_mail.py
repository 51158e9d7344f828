"""The mail to a unit's office: what stands in it, in every form and language."""

import re
from dataclasses import fields, is_dataclass, replace

import pytest

from models.types import Cause, IncidentKind, MailReason
from tests.letters import (
    AGREED,
    DIFFERENCE,
    FIGURES,
    LETTER,
    LETTERS,
    WRITTEN,
    code,
    dossier,
    incident,
    over,
    warnings,
)
from tests.mails import Page, sent
from worker.core.alerts import letter as letters
from worker.core.alerts.letter import Letter, LetterLinks, LetterResent, LetterStep
from worker.i18n import language, use_language
from worker.render.mail import MailParts, render_mail
from worker.render.mail.plain import WIDTH


def joined(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi", strict=True)


@pytest.fixture(scope="module")
def changed() -> MailParts:
    use_language("vi", strict=True)
    return render_mail(LETTER)


def subject(letter: Letter) -> str:
    return render_mail(replace(letter, steps=(), dossiers=(), warnings=())).subject


def both_say(parts: MailParts, *facts: str) -> None:
    """The page and the plain text both hold every fact."""
    page, text = Page(parts.html).text, joined(parts.text)
    for fact in facts:
        assert fact in page, fact
        assert fact in text, fact


def test_the_subject_says_how_many_dossiers_and_how_it_changed() -> None:
    change = "[Đối soát] Sở Nội vụ: Cổng tính nhiều hơn tỉnh 23 hồ sơ quá hạn"
    assert subject(LETTER) == f"{change} (tăng 5)"
    assert subject(LETTERS["first"]) == change
    less = replace(LETTER, figures=replace(FIGURES, previous_difference=30))
    assert subject(less) == f"{change} (giảm 7)"
    assert subject(LETTERS["fewer"]).endswith(
        "Cổng tính ít hơn tỉnh 5 hồ sơ quá hạn (thư trước +2)"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resolved", "[Đối soát] Sở Nội vụ: số hồ sơ quá hạn trên Cổng và tại tỉnh đã khớp"),
        (
            "digest_agreed",
            "[Đối soát] Sở Nội vụ, bản tin 24/7/2024: số hồ sơ quá hạn khớp với Cổng",
        ),
        ("down", "[Đối soát] Tỉnh Sóc Trăng: mất kết nối với Cổng DVCQG"),
        ("up_again", "[Đối soát] Sở Nội vụ: Cổng DVCQG đã kết nối trở lại"),
        ("quarantine", "[Đối soát] Sở Nội vụ: 1.250 bản ghi không đọc được"),
    ],
)
def test_every_occasion_has_its_subject(name: str, expected: str) -> None:
    assert subject(LETTERS[name]) == expected


def test_an_escalation_a_reminder_and_a_digest_name_themselves_in_the_subject() -> None:
    what = "Cổng tính nhiều hơn tỉnh 23 hồ sơ quá hạn (tăng 5)"
    assert subject(LETTERS["escalated"]) == (
        f"[Đối soát] Chưa ai xử lý: Sở Nội vụ: {what}; và 4 cảnh báo khác"
    )
    assert subject(LETTERS["province"]) == f"[Đối soát] Nhắc lại: Tỉnh Sóc Trăng: {what}"
    digest = replace(LETTER, reason=MailReason.DIGEST, dossiers=(), warnings=warnings(4))
    assert render_mail(digest).subject == (
        f"[Đối soát] Sở Nội vụ, bản tin 24/7/2024: {what}, 4 hồ sơ sắp quá hạn"
    )


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (IncidentKind.LATE_SHARE, {"share": 0.1299}, "12,99 % hồ sơ đã giải quyết bị quá hạn"),
        (IncidentKind.UNEXPLAINED, {"unexplained": -4}, "lệch -4 chưa rõ nguyên nhân"),
        (IncidentKind.SYNC_RATE, {"rate": 0.87}, "mới có 87 % hồ sơ lên Cổng"),
        (IncidentKind.SYNC_LAG, {"lag": 7200}, "hồ sơ lên Cổng chậm 2 giờ"),
    ],
)
def test_every_kind_of_incident_has_its_subject_and_its_sentence(
    kind: IncidentKind, values: dict[str, float], expected: str
) -> None:
    told = replace(LETTERS["digest_agreed"], incidents=(incident(kind, **values),))
    parts = render_mail(replace(told, reason=MailReason.OPENED))
    assert expected in parts.subject
    both_say(parts, "từ 13:00 23/7/2024")


def test_page_and_text_say_the_same_numbers(changed: MailParts) -> None:
    both_say(
        changed,
        "Cổng DVCQG đang tính quá hạn 25 hồ sơ của Sở Nội vụ mà Hệ thống tỉnh không tính quá hạn.",
        "Ngược lại, 2 hồ sơ chỉ Hệ thống tỉnh tính quá hạn; chênh lệch là +23.",
        "Nguyên nhân nhiều nhất: chậm cập nhật trạng thái (12 hồ sơ).",
        "tăng 5 so với thư trước",
        "21 theo cách tính của Cổng",
        "Cổng công bố 41",
        "Gửi lại trạng thái và tiến trình hồ sơ: 12 hồ sơ",
        "4 hồ sơ khác nhau do cách tính của hai bên: không cần gửi lại.",
        "4 hồ sơ sẽ quá hạn trong 24 giờ làm việc tới (ngày mai 1, sau đó 3).",
        "quá hạn từ 12:00 25/7/2024",
        "Số liệu tính đến 16:00 24/7/2024; kỳ từ 1/7/2024 đến 31/7/2024.",
        "Cổng DVCQG: lấy đầy đủ lần cuối lúc 13:55 24/7/2024, cách lúc gửi thư 2 giờ 17 phút.",
        "120 hồ sơ chưa tra cứu trên Cổng",
        "Còn 17 mục khác",
    )
    assert re.search(r"Tại tỉnh +17 ", changed.text)
    assert re.search(r"Trên Cổng +40 ", changed.text)
    assert re.search(r"Chênh lệch +\+23 ", changed.text)
    assert "Tại tỉnh 17 21 theo" in Page(changed.html).text


def test_the_ten_most_urgent_dossiers_stand_in_the_mail_and_no_other(changed: MailParts) -> None:
    both_say(changed, *(code(number) for number in range(1, 11)))
    assert code(11) not in changed.html
    assert code(11) not in changed.text


def test_a_dossier_says_what_either_side_has_and_what_to_do() -> None:
    parts = render_mail(LETTERS["province"])
    both_say(
        parts,
        "Khác ngày hẹn trả",
        "đã trả kết quả; kết thúc 16:30 18/7/2024; hẹn trả 16:30 18/7/2024",
        "đang xử lý; hẹn trả 16:30 15/7/2024",
        "Lưu ý: thời điểm kết thúc trùng khớp đến từng giây với ngày hẹn trả",
        "Kiểm tra dấu hiệu chỉnh thời gian trước, chưa gửi lại.",
        "Còn 30.018 mục khác",
        "vanphong@soctrang.example",
        "Đơn vị: Sở Nội vụ",
        "7 bản ghi không đọc được",
    )


def test_the_picture_and_its_words_add_up(changed: MailParts) -> None:
    assert changed.png is not None
    assert changed.png.startswith(b"\x89PNG")
    [alt] = Page(changed.html).values("alt")
    assert alt.startswith("Biểu đồ: Quá hạn tại tỉnh 17; cách tính bổ sung hồ sơ +4; Theo cách")
    assert alt.endswith("Quá hạn trên Cổng 40; chưa rõ nguyên nhân +1; Cổng công bố 41.")
    steps = [int(each) for each in re.findall(r" ([+-]\d+)", alt)]
    assert 17 + sum(steps) == 41


def test_many_causes_are_drawn_as_the_largest_and_the_rest_together() -> None:
    causes = [cause for cause in Cause if cause.kind.value == "data"]
    steps = tuple(LetterStep(cause, place + 1) for place, cause in enumerate(causes))
    late = sum(step.count for step in steps)
    figures = replace(AGREED, late_portal=17 + late)
    parts = render_mail(replace(LETTER, steps=steps, figures=figures, dossiers=(), warnings=()))
    [alt] = Page(parts.html).values("alt")
    shown = [int(each) for each in re.findall(r" \+(\d+)", alt)]
    assert len(shown) == 7
    assert sum(shown) == late
    assert f"các nguyên nhân khác ({len(steps) - 6})" in alt


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_is_whole_in_both_languages(name: str) -> None:
    for spoken in ("vi", "en"):
        parts = render_mail(replace(LETTERS[name], language=spoken))
        page = Page(parts.html)
        assert page.tags[0] == ("html", {"lang": spoken})
        assert language() == "vi"
        assert not re.search(
            r"\{\w*\}|\bNone\b|mail\.\w+\.", parts.text + page.text + parts.subject
        )
        assert (parts.png is None) == (not page.values("alt"))
        prose = [line for line in parts.text.splitlines() if "://" not in line]
        assert max(map(len, prose)) <= WIDTH
        assert parts.subject.isprintable()
        for word in re.findall(r"[\w.:/+-]+", parts.text):
            assert word.strip(".:/-").casefold() in page.text.casefold()


def test_a_mail_loads_nothing_and_leads_only_to_its_links(changed: MailParts) -> None:
    page = Page(changed.html)
    assert page.values("src") == [f"cid:{changed.picture}"]
    assert "url(" not in changed.html
    assert "<script" not in changed.html
    assert "<link" not in changed.html
    links = LETTER.links
    assert page.values("href") == [links.console, links.handled, links.not_ours]
    tables = [attrs for tag, attrs in page.tags if tag == "table"]
    assert all(attrs.get("role") == "presentation" for attrs in tables)


def test_a_link_that_is_no_page_is_left_out() -> None:
    links = LetterLinks(console="javascript:alert(1)", handled='https://a.example/?x=1&y="2')
    parts = render_mail(replace(LETTER, links=links))
    assert Page(parts.html).values("href") == [links.handled]
    assert "javascript" not in parts.html + parts.text


def test_hostile_names_are_shown_as_text_in_one_line() -> None:
    hostile = "<script>alert('x')</script>\r\nBcc: a@b.example\u202e\x00 & \"Sở\""
    listed = replace(
        dossier(1, Cause.UNIT_DIFFERS), code=hostile, portal_unit=hostile, unit=hostile
    )
    letter = replace(LETTER, unit=hostile, province=hostile, dossiers=(listed,))
    parts = render_mail(letter)
    assert "<script" not in parts.html
    assert "<script>alert('x')</script> Bcc: a@b.example" in Page(parts.html).text
    assert "\u202e" not in parts.html + parts.text + parts.subject
    assert "\n" not in parts.subject
    parsed = sent(parts)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == parts.subject


def test_a_very_long_name_leaves_the_subject_readable() -> None:
    long = "Ủy ban nhân dân " + "xã Thạnh Thới An " * 60
    parts = render_mail(replace(LETTER, unit=long, steps=(), dossiers=(), warnings=()))
    assert len(parts.subject) < 150
    assert parts.subject.endswith("…: Cổng tính nhiều hơn tỉnh 23 hồ sơ quá hạn (tăng 5)")


def test_figures_that_agree_by_chance_are_not_said_to_be_the_same_dossiers() -> None:
    opposite = (dossier(1, Cause.STATUS_BEHIND), dossier(2, Cause.NOT_ON_PORTAL, -1))
    letter = replace(LETTER, figures=AGREED, dossiers=opposite, steps=(), warnings=())
    both_say(render_mail(letter), "không phải cùng những hồ sơ: 1 hồ sơ chỉ Cổng tính")


def test_no_field_of_a_letter_can_hold_anything_personal() -> None:
    kinds = [each for each in vars(letters).values() if is_dataclass(each)]
    assert Letter in kinds
    assert {field.name for kind in kinds for field in fields(kind)} <= {
        *("ages", "as_of", "cause", "code", "complete", "console", "contact", "contribution"),
        *("count", "days_late", "dossiers", "due_at", "ended_at", "fault", "faults", "figures"),
        *("flags", "handled", "incidents", "kind", "language", "late", "late_by_portal_rule"),
        *("late_from", "late_portal", "late_province", "left_out", "level", "links", "not_ours"),
        *("opened_at", "period", "portal", "portal_unit", "presumed", "previous_difference"),
        *("procedure", "province", "published", "quarantined", "read_at", "reason", "received_at"),
        *("resolved_at", "side", "since", "source", "status", "steps", "told", "unexplained"),
        *("unit", "unit_code", "value", "warnings", "written_at", "first", "last"),
        *("resent", "sent", "closed", "left", "late_before", "late_after"),
    }


def test_what_sending_again_did_is_said_where_an_incident_is_over() -> None:
    resent = LetterResent(sent=17, closed=15, left=2, late_before=37, late_after=22)
    parts = render_mail(replace(LETTERS["resolved"], resent=resent))
    both_say(parts, "17 hồ sơ của đơn vị đã được gửi lại: 15 đã khớp, 2 còn lệch.", "37 → 22")
    unseen = replace(resent, late_after=None)
    parts = render_mail(replace(LETTERS["resolved"], resent=unseen))
    assert "→" not in joined(parts.text).partition("còn lệch.")[0]


def test_a_dossier_with_two_causes_counts_once() -> None:
    twice = (
        dossier(1, Cause.STATUS_BEHIND),
        dossier(1, Cause.SUPPLEMENTS, -1),
        dossier(2, Cause.STATUS_BEHIND),
    )
    assert replace(LETTER, dossiers=twice).late_on_one_side() == (1, 0)
    assert replace(LETTER, dossiers=twice, left_out=1).late_on_one_side() is None


def test_a_source_that_is_down_is_said_first_and_why() -> None:
    parts = render_mail(LETTERS["down_before_all"])
    assert parts.text.startswith("Cổng DVCQG không trả lời từ 13:00 23/7/2024 (quá thời gian chờ).")
    both_say(parts, "Kiểm tra đường truyền", "Cổng DVCQG: chưa lần nào lấy được đầy đủ.")
    assert (parts.png, parts.xlsx, parts.workbook) == (None, None, None)


def test_a_resolved_incident_is_said_to_be_over() -> None:
    both_say(
        render_mail(LETTERS["resolved"]),
        "Đã hết cảnh báo: số hồ sơ quá hạn trên Cổng và tại tỉnh đã khớp.",
        "Không có việc cần làm.",
    )


def test_what_is_left_of_an_incident_that_is_over_is_told_by_the_figures_of_now() -> None:
    beyond = replace(DIFFERENCE, resolved_at=WRITTEN, value={"difference": 9})
    figures = replace(AGREED, late_portal=AGREED.late_portal + 2, published=20, unexplained=1)
    left = replace(LETTERS["resolved"], incidents=(beyond,), figures=figures)
    both_say(render_mail(left), "đã xuống dưới ngưỡng cảnh báo, Cổng và tỉnh hiện chênh +2")
    published = over(IncidentKind.UNEXPLAINED, unexplained=45)
    some = render_mail(replace(left, incidents=(published,)))
    both_say(some, "số quá hạn Cổng công bố chỉ còn lệch +1, dưới ngưỡng cảnh báo")
    assert "45" not in some.subject
    none = replace(left, incidents=(published,), figures=replace(figures, unexplained=0))
    both_say(render_mail(none), "số quá hạn Cổng công bố đã khớp với số tính lại từ từng hồ sơ")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (IncidentKind.LATE_SHARE, {"share": 0.4762, "late": 20, "resolved": 42}),
        (IncidentKind.SYNC_RATE, {"rate": 0.4762, "on_portal": 20, "received": 42}),
        (IncidentKind.QUARANTINE, {"count": 4762}),
        (IncidentKind.SYNC_LAG, {"lag": 476_200}),
    ],
)
def test_the_number_that_raised_an_incident_is_not_told_as_the_one_it_ended_with(
    kind: IncidentKind, value: dict[str, float]
) -> None:
    parts = render_mail(replace(LETTERS["resolved"], incidents=(over(kind, **value),)))
    assert "ngưỡng" in parts.subject or "mức yêu cầu" in parts.subject
    assert not any(letter.isdigit() for letter in parts.subject)


def test_unreadable_records_of_all_units_are_no_alert_of_this_one() -> None:
    parts = render_mail(replace(LETTERS["resolved"], quarantined=10))
    both_say(parts, "Trên toàn tỉnh có 10 bản ghi không đọc được")
    alerts, freshness = parts.text.split("THỜI ĐIỂM SỐ LIỆU")
    assert ("bản ghi" in alerts, "bản ghi" in freshness) == (False, True)


def test_a_thousand_dossiers_make_no_longer_a_mail_than_ten(changed: MailParts) -> None:
    many = tuple(dossier(number, Cause.STATUS_BEHIND) for number in range(1, 1001))
    parts = render_mail(replace(LETTER, dossiers=many, warnings=warnings(300)))
    both_say(parts, "Còn 990 mục khác", "Còn 280 hồ sơ khác", "1.000 hồ sơ")
    assert len(parts.html) < 2 * len(changed.html)
    assert len(parts.html) < 100_000
