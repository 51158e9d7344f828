import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.times import VIETNAM
from worker.core.workbook.cells import (
    Cell,
    checked_text,
    column_letters,
    count_of_cell,
    decimal_of_cell,
    plain_words,
    says_no_dossiers,
    shown,
)
from worker.core.workbook.dates import moment_of_cell, puts_month_first
from worker.errors import DataError

HALF_PAST_FOUR = datetime(2024, 7, 24, 16, 30, tzinfo=VIETNAM)
MIDNIGHT = datetime(2024, 7, 24, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "cell",
    [
        "24/07/2024 16:30",
        "24/7/2024 16:30:00",
        "24-07-2024 16h30",
        "24.7.2024 4:30 PM",
        "04:30:00 CH 24/07/2024",
        "16:30 24/7/2024",
        "16h30 ngày 24/7/2024",
        "16 giờ 30 phút, ngày 24/7/2024",
        "Thứ tư, 24/7/2024 16:30",
        "2024-07-24T16:30:00",
        "2024-07-24T09:30:00Z",
        "2024-07-24T16:30:00.123+07:00",
        "20240724163000",
        20240724163000.0,
        45497.6875,
        "45497,6875",
        datetime(2024, 7, 24, 16, 30),  # noqa: DTZ001 - a clock time, as the reader gives it
    ],
)
def test_a_time_is_read_in_every_usual_spelling(cell: Cell) -> None:
    moment = moment_of_cell(cell)
    assert moment is not None
    assert (moment.local, moment.has_time) == (HALF_PAST_FOUR, True)
    assert moment.instant == datetime(2024, 7, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        *("24/07/2024", "24/7/2024", "ngày 24/7/2024", "2024-07-24", "20240724", 45497, 45497.0),
        *("ngày 24 tháng 7 năm 2024", "24 Tháng 07, 2024", "24 tháng 7 2024"),
    ],
)
def test_a_day_without_a_time_says_so(cell: Cell) -> None:
    moment = moment_of_cell(cell)
    assert moment is not None
    assert (moment.local, moment.has_time) == (MIDNIGHT, False)
    assert moment.end_of_day == datetime(2024, 7, 24, 16, 59, 59, tzinfo=UTC)


def test_a_cell_that_is_a_date_is_one() -> None:
    moment = moment_of_cell(date(2024, 7, 24))
    assert moment is not None
    assert moment.local == MIDNIGHT


def test_serial_days_may_count_from_1904() -> None:
    moment = moment_of_cell(45497 - 1462, from_1904=True)
    assert moment is not None
    assert moment.local == MIDNIGHT


@pytest.mark.parametrize(
    "cell",
    [
        *(None, "", "  ", "-", "–", "null", "1/1/0001", "01/01/0001 00:00:00", "31/12/9999"),
        *(0, 0.0, "0", "00/01/1900", datetime(1899, 12, 31), datetime(9999, 12, 31)),  # noqa: DTZ001
    ],
)
def test_nothing_is_no_date(cell: Cell) -> None:
    assert moment_of_cell(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "31/02/2024",
        "7/24/2024",
        "24/07/24",
        "24/7/2024 25:00",
        "1/2/0001",
        "1/1/1900",
        "24 tháng 13 năm 2024",
        "24/7/2024 đến 25/7/2024",
        "chưa có",
        "24/7/2024 chờ ký",
        5,
        3.7e9,
        float("nan"),
        True,
        time(8, 30),
    ],
)
def test_what_is_no_date_is_refused(cell: Cell) -> None:
    with pytest.raises(DataError) as refused:
        moment_of_cell(cell)
    assert refused.value.key == "date_unreadable"


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001
        lambda local: local.replace(microsecond=0, tzinfo=VIETNAM)
    ),
    st.sampled_from(
        ["%d/%m/%Y %H:%M:%S", "%H:%M:%S %d-%m-%Y", "%Y-%m-%dT%H:%M:%S+07:00", "%Y%m%d%H%M%S"]
    ),
)
def test_what_was_written_is_read(local: datetime, pattern: str) -> None:
    moment = moment_of_cell(local.strftime(pattern))
    assert moment is not None
    assert (moment.local, moment.has_time) == (local, True)


@given(st.integers(32_874, 73_000), st.integers(0, 86_399))
def test_a_serial_day_is_read_to_the_second(days: int, seconds: int) -> None:
    moment = moment_of_cell(days + seconds / 86_400)
    assert moment is not None
    wanted = datetime(1899, 12, 30, tzinfo=VIETNAM) + timedelta(days=days, seconds=seconds)
    assert moment.local.replace(tzinfo=None) == wanted.replace(tzinfo=None)


@given(st.text(max_size=80) | st.floats() | st.integers())
def test_any_cell_is_a_date_or_refused(cell: Cell) -> None:
    try:
        moment = moment_of_cell(cell)
    except DataError:
        return
    assert moment is None or 1990 <= moment.local.year <= 2100


def test_a_month_before_the_day_is_noticed() -> None:
    assert puts_month_first("07/24/2024")
    assert not puts_month_first("24/07/2024")
    assert not puts_month_first(date(2024, 7, 24))


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (12.0, 12),
        ("1.234", 1234),
        ("1,234,567", 1_234_567),
        ("1 234", 1234),
        ("12,0", 12),
        ("-", 0),
        ("Không có hồ sơ", 0),
        ("<i>Không có hồ sơ</i>", 0),
        ("", None),
        (None, None),
    ],
)
def test_counts_are_read_the_vietnamese_way(cell: Cell, count: int | None) -> None:
    assert count_of_cell(cell) == count


@pytest.mark.parametrize("cell", ["12,5", 12.5, -3, "x2", True, "9" * 30, "1.23", 2**31])
def test_what_is_no_count_is_refused(cell: Cell) -> None:
    with pytest.raises(DataError) as refused:
        count_of_cell(cell)
    assert refused.value.key == "count_unreadable"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12,99 %", "12.99"),
        ("12.99%", "12.99"),
        ("1.234,5", "1234.5"),
        ("1.234", "1234"),
        (0.5, "0.5"),
        ("-", None),
        ("Không có hồ sơ", None),
    ],
)
def test_decimals_have_a_comma(cell: Cell, number: str | None) -> None:
    assert decimal_of_cell(cell) == (Decimal(number) if number else None)


def test_all_spellings_of_a_heading_are_one() -> None:
    spellings = ["Ngày hẹn trả", "NGÀY HẸN TRẢ", "ngayHenTra", "ngay_hen-tra", "Ngày  hẹn\ntrả"]
    spellings += [unicodedata.normalize("NFD", "Ngày hẹn trả")]
    assert {plain_words(spelling) for spelling in spellings} == {"ngay hen tra"}
    assert plain_words("Hoà Đồng") == plain_words("HÒA ĐỒNG") == "hoa dong"


def test_no_dossiers_is_a_value_of_its_own() -> None:
    assert says_no_dossiers("KHÔNG CÓ HỒ SƠ")
    assert not says_no_dossiers("0")


def test_texts_lose_markup_and_line_breaks() -> None:
    assert shown(" Sở\n<b>Thử</b>\tNghiệm\x00 ") == "Sở Thử Nghiệm"
    assert shown(7.0) == "7"
    with pytest.raises(DataError):
        checked_text("x" * 301, "code")


def test_columns_have_the_letters_that_excel_shows() -> None:
    assert [column_letters(place) for place in (0, 25, 26, 27, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AB",
        "ZZ",
        "AAA",
    ]
