"""An answer to a re-send is believed only where its code and its words agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.resend_types import ResendAnswer
from worker.core.resend.answers import Verdict, judged, judged_together

TAKEN = ResendAnswer.TAKEN
ALREADY_THERE = ResendAnswer.ALREADY_THERE
HEADER_ONLY = ResendAnswer.HEADER_ONLY
REFUSED = ResendAnswer.REFUSED
NOTHING_SENT = ResendAnswer.NOTHING_SENT
UNCLEAR = ResendAnswer.UNCLEAR
NO_ANSWER = ResendAnswer.NO_ANSWER

GOOD = "Đồng bộ hồ sơ thành công"


@pytest.mark.parametrize("code", [0, "0", "00", 0.0, " 0 "])
@pytest.mark.parametrize("words", [GOOD, GOOD.upper(), "Dong bo ho so thanh cong", "Success"])
def test_a_good_code_with_good_words_is_taken_however_they_are_written(
    code: str | float, words: str
) -> None:
    assert judged(code, words).answer is TAKEN


def test_words_are_read_the_same_in_either_form_of_unicode() -> None:
    composed, decomposed = "th\u00e0nh c\u00f4ng", "tha\u0300nh co\u0302ng"
    assert judged(0, composed).answer is judged(0, decomposed).answer is TAKEN


@pytest.mark.parametrize("code", [0, "3", -3, -1, None, "lỗi"])
@pytest.mark.parametrize(
    "words", ["Hồ sơ H99.12.03-260302-0007 đã tồn tại", "ho so DA TON TAI", "already exists"]
)
def test_a_duplicate_is_one_whatever_code_it_bears(code: str | int | None, words: str) -> None:
    assert judged(code, words).answer is ALREADY_THERE


@pytest.mark.parametrize(
    "words",
    [
        "Đồng bộ hồ sơ thành công, cập nhật tiến độ thất bại",
        "Cập nhật hồ sơ thành công nhưng tiến trình xử lý bị lỗi",
        "Hồ sơ H99.12-260302-0007: cập nhật thành công. Tiến độ: không hợp lệ",
        "Dong bo ho so thanh cong; qua trinh xu ly khong thanh cong",
    ],
)
def test_success_beside_a_step_that_failed_is_only_the_header(words: str) -> None:
    assert judged(0, words).answer is HEADER_ONLY


@pytest.mark.parametrize(
    ("code", "words", "answer"),
    [
        (0, "", NOTHING_SENT),
        ("0", None, NOTHING_SENT),
        (0, "Không tìm thấy hồ sơ", NOTHING_SENT),
        (0, "Đồng bộ thành công 0 hồ sơ", NOTHING_SENT),
        (0, "Đồng bộ thành công 10 hồ sơ", TAKEN),
        (0, "Đồng bộ thành công hồ sơ H99.12-260302-0000", TAKEN),
        (0, "Đã đưa vào hàng đợi", TAKEN),
        (0, "Đồng bộ không thành công", UNCLEAR),
        (0, "Xin chào", UNCLEAR),
        (0, "Thành công 9 hồ sơ, 1 hồ sơ bị lỗi", UNCLEAR),
        (3, GOOD, TAKEN),
        ("-3", "", UNCLEAR),
        (3, "Dữ liệu không hợp lệ", REFUSED),
        (-1, "Thiếu TrangThaiHoSo", REFUSED),
        (-1, "", REFUSED),
        ("-1", "Không tồn tại dữ liệu", REFUSED),
        (-1, GOOD, UNCLEAR),
        ("E05", GOOD, UNCLEAR),
        (None, None, NO_ANSWER),
        ("", " ", NO_ANSWER),
        (None, GOOD, TAKEN),
        (None, "Không kết nối được do lỗi hệ thống", REFUSED),
        (None, "Trả lời sau", UNCLEAR),
        (True, GOOD, TAKEN),
    ],
)
def test_where_code_and_words_disagree_nobody_guesses(
    code: str | int | None, words: str | None, answer: ResendAnswer
) -> None:
    assert judged(code, words).answer is answer


@pytest.mark.parametrize(
    ("code", "words", "answer"),
    [
        ("success", None, TAKEN),
        ("success", "Đã gửi lại", TAKEN),
        ("success", "Không tìm thấy hồ sơ", NOTHING_SENT),
        ("success", "Gửi lại thất bại", UNCLEAR),
        ("error", "Lỗi không xác định", REFUSED),
        ("fail", None, REFUSED),
    ],
)
def test_a_status_in_words_counts_like_a_code(
    code: str, words: str | None, answer: ResendAnswer
) -> None:
    assert judged(code, words).answer is answer


def test_tds_flag_is_a_code_of_its_own() -> None:
    assert judged(None, "trangThaiDongBoDVC:1") == Verdict(TAKEN, "trangThaiDongBoDVC:1")
    assert judged(None, "trangThaiDongBoDVC:0").answer is NOTHING_SENT
    assert judged(None, "trangThaiDongBoDVC:2").answer is UNCLEAR


@pytest.mark.parametrize(
    ("header", "course", "together"),
    [
        (TAKEN, TAKEN, TAKEN),
        (TAKEN, ALREADY_THERE, TAKEN),
        (TAKEN, REFUSED, HEADER_ONLY),
        (TAKEN, NOTHING_SENT, HEADER_ONLY),
        (TAKEN, NO_ANSWER, NO_ANSWER),
        (TAKEN, UNCLEAR, UNCLEAR),
        (ALREADY_THERE, TAKEN, ALREADY_THERE),
        (REFUSED, TAKEN, REFUSED),
    ],
)
def test_a_header_and_its_course_are_judged_together(
    header: ResendAnswer, course: ResendAnswer, together: ResendAnswer
) -> None:
    assert judged_together(Verdict(header, "một"), Verdict(course, "hai")).answer is together


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Hồ sơ H99.12.03-260302-0007 đã tồn tại", "Hồ sơ H99.12.03-260302-0007 đã tồn tại"),
        ("Hồ sơ của Nguyễn Thị Mẫu đã rút", "Hồ sơ của … đã rút"),
        ("Nguyễn Thị Mẫu đã rút", "… đã rút"),
        ("NGUYỄN THỊ MẪU đã rút", "… đã rút"),
        ("Hồ sơ của bà Mẫu.", "Hồ sơ của bà …"),
        ("Lỗi: Thiếu TrangThaiHoSo", "Lỗi: Thiếu TrangThaiHoSo"),
        ("Không kết nối được DVCQG", "Không kết nối được DVCQG"),
        ("số 0900000000, mau@example.vn", "số …, …"),
    ],
)
def test_words_are_kept_without_people(words: str, kept: str) -> None:
    assert judged(-1, words).words == f"-1: {kept}"


@given(
    code=st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    words=st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
)
def test_whatever_comes_is_judged_and_its_words_are_short(
    code: str | float | None, words: str | float | None
) -> None:
    verdict = judged(code, words)
    assert verdict.answer in ResendAnswer
    assert len(verdict.words) <= 160
    assert "\n" not in verdict.words


@given(st.text(max_size=30))
def test_a_long_answer_is_judged_in_no_time_and_cut(text: str) -> None:
    assert len(judged(0, text * 100_000).words) <= 160
