import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Period, Status
from worker.core.workbook.count_headings import count_meaning
from worker.core.workbook.headings import Field
from worker.core.workbook.list_headings import dossier_meaning
from worker.core.workbook.periods import period_in
from worker.core.workbook.statuses import ListStatuses
from worker.errors import DataError

SPELLINGS = {
    Field.NUMBER: ["STT", "TT", "Số TT", "Số thứ tự"],
    Field.CODE: ["Mã hồ sơ", "MHS", "Mã HS", "Số hồ sơ", "Mã số hồ sơ"],
    Field.SECOND_CODE: ["Mã hồ sơ quốc gia", "Mã hồ sơ DVCQG", "Mã hồ sơ trên Cổng DVC"],
    Field.UNIT_CODE: ["Mã đơn vị", "Mã cơ quan"],
    Field.UNIT: ["Đơn vị", "Cơ quan/Đơn vị", "Tên đơn vị", "Đơn vị xử lý", "Cơ quan giải quyết"],
    Field.PROCEDURE: ["Mã TTHC", "Mã thủ tục hành chính", "Mã thủ tục"],
    Field.STATUS: ["Trạng thái", "Tình trạng hồ sơ", "Trạng thái xử lý hồ sơ", "Status"],
    Field.SUBMITTED: ["Ngày nộp", "Ngày nộp hồ sơ"],
    Field.RECEIVED: ["Ngày tiếp nhận", "Ngày TN", "Thời gian tiếp nhận", "Ngày nhận hồ sơ"],
    Field.DUE: ["Ngày hẹn trả", "Hẹn trả", "Hạn trả KQ", "Hạn xử lý", "Ngày hẹn trả kết quả"],
    Field.FINISHED: ["Ngày kết thúc", "Ngày KT", "Ngày kết thúc xử lý", "Ngày có kết quả"],
    Field.RETURNED: ["Ngày trả", "Ngày trả KQ", "Ngày trả kết quả cho công dân"],
    Field.CHANNEL: ["Kênh nộp", "Hình thức nộp hồ sơ", "Kênh thực hiện", "Hình thức tiếp nhận HS"],
    Field.FILED_ONLINE: ["Trực tuyến", "Nộp trực tuyến", "Hồ sơ trực tuyến", "Nộp HS qua mạng"],
    Field.PAID_ONLINE: ["Thanh toán trực tuyến", "Hình thức thanh toán", "Nộp phí trực tuyến"],
    Field.E_RESULT: ["Kết quả điện tử", "KQ điện tử", "Tệp kết quả", "File KQ đính kèm"],
    Field.PERSONAL: ["Họ và tên", "Chủ hồ sơ", "Địa chỉ", "SĐT", "Số CCCD", "Người nộp"],
}
KNOWN = [(field, heading) for field, headings in SPELLINGS.items() for heading in headings]


def handwritings(heading: str) -> list[str]:
    """A heading as different hands write it."""
    bare = unicodedata.normalize("NFD", heading.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return [
        heading,
        heading.upper(),
        heading.lower(),
        unicodedata.normalize("NFD", heading),
        bare,
        heading.replace(" ", "\n"),
        f"{heading} (dd/mm/yyyy)",
        f"{heading}:",
    ]


@given(st.sampled_from(KNOWN), st.integers(0, 7))
def test_a_heading_is_known_in_every_hand(known: tuple[Field, str], hand: int) -> None:
    field, heading = known
    meaning = dossier_meaning([handwritings(heading)[hand]])
    assert meaning is not None
    assert meaning.field is field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("dossierNo", Field.CODE),
        ("govAgencyCode", Field.UNIT_CODE),
        ("ngayTiepNhan", Field.RECEIVED),
        ("MA_HO_SO", Field.CODE),
        ("dueDate", Field.DUE),
    ],
)
def test_the_names_that_programs_give_are_known_too(heading: str, field: Field) -> None:
    meaning = dossier_meaning([heading])
    assert meaning is not None
    assert meaning.field is field


@pytest.mark.parametrize("heading", ["Tên TTHC", "Lĩnh vực", "Tình trạng hạn", "Ghi chú", "Lệ phí"])
def test_what_means_nothing_to_us_is_no_field(heading: str) -> None:
    assert dossier_meaning([heading]) is None


def test_a_heading_over_several_columns_helps_to_read_them() -> None:
    received = dossier_meaning(["Thời gian", "Tiếp nhận"])
    assert received is not None
    assert received.field is Field.RECEIVED
    assert dossier_meaning(["Tiếp nhận"]) is None


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        (["Tổng số tiếp nhận"], Field.COUNT_RECEIVED),
        (["Tổng số hồ sơ"], Field.COUNT_RECEIVED),
        (["Số hồ sơ nhận giải quyết", "Tổng số"], Field.COUNT_RECEIVED),
        (["Số hồ sơ nhận giải quyết", "Trong đó", "Số mới tiếp nhận"], Field.COUNT_NEW),
        (["Số hồ sơ nhận giải quyết", "Trong đó", "Số kỳ trước chuyển qua"], Field.COUNT_CARRIED),
        (["Kết quả giải quyết", "Số hồ sơ đã giải quyết", "Tổng số"], Field.COUNT_COMPLETED),
        (["Số hồ sơ đã giải quyết", "Trước hạn"], Field.COUNT_EARLY),
        (["Số hồ sơ đã giải quyết", "Trả đúng thời hạn"], Field.COUNT_RESOLVED_ON_TIME),
        (["Số hồ sơ đã giải quyết", "Trả quá hạn"], Field.COUNT_RESOLVED_LATE),
        (["Số hồ sơ đang giải quyết", "Chưa đến hạn"], Field.COUNT_OPEN_IN_TIME),
        (["Số hồ sơ đang giải quyết", "Quá hạn"], Field.COUNT_OPEN_LATE),
        (["Đang xử lý"], Field.COUNT_OPEN),
        (["Đúng hạn"], Field.COUNT_ON_TIME),
        (["Kết quả tháng 7/2024", "Hồ sơ trễ hạn"], Field.COUNT_LATE),
        (["Tỷ lệ hồ sơ xử lý quá hạn"], Field.RATE_LATE),
        (["Tỷ lệ đúng hạn (%)"], Field.RATE_ON_TIME),
        (["Số hồ sơ nhận giải quyết", "Trong kỳ", "Trực tuyến"], None),
        (["Chờ bổ sung"], None),
        (["Trả lại/Rút HS"], None),
        (["Tỷ lệ hài lòng"], None),
        (["Ghi chú"], None),
    ],
)
def test_a_column_of_counts_is_read_from_its_lowest_heading_up(
    parts: list[str], field: Field | None
) -> None:
    meaning = count_meaning(parts)
    assert (meaning.field if meaning else None) is field


@pytest.mark.parametrize(
    ("title", "first", "last"),
    [
        ("Từ ngày 15/6/2024 đến ngày 14/7/2024", date(2024, 6, 15), date(2024, 7, 14)),
        ("(15/06/2024 - 14/07/2024)", date(2024, 6, 15), date(2024, 7, 14)),
        ("BÁO CÁO THÁNG 7/2024", date(2024, 7, 1), date(2024, 7, 31)),
        ("tháng 02 năm 2024 (tính đến 18/2/2024)", date(2024, 2, 1), date(2024, 2, 29)),
        ("Quý III/2024", date(2024, 7, 1), date(2024, 9, 30)),
        ("6 tháng đầu năm 2024", date(2024, 1, 1), date(2024, 6, 30)),
        ("Năm 2023", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_a_title_names_its_period(title: str, first: date, last: date) -> None:
    assert period_in(title) == Period(first, last)


@pytest.mark.parametrize(
    "title",
    ["Sóc Trăng, ngày 25 tháng 7 năm 2024", "Công văn số 2326 ngày 25/7/2024", "Tháng 13/2024", ""],
)
def test_the_day_of_a_letter_is_no_period(title: str) -> None:
    assert period_in(title) is None


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Đang xử lý", Status.IN_PROCESS),
        ("ĐANG XỬ LÝ HỒ SƠ", Status.IN_PROCESS),
        ("Đã giải quyết đúng hạn", Status.FINISHED),
        ("Đang giải quyết quá hạn", Status.IN_PROCESS),
        ("Đã trả KQ", Status.RETURNED),
        ("Yêu cầu thực hiện NVTC", Status.PAYMENT_REQUESTED),
        ("10", Status.RETURNED),
        ("10 - Đã trả kết quả", Status.RETURNED),
        ("Chờ văn thư", Status.IN_PROCESS),
    ],
)
def test_statuses_go_by_name_number_and_settings(name: str, status: Status) -> None:
    own = ListStatuses({"Chờ Văn Thư": Status.IN_PROCESS})
    assert own.meaning(name) is status


@pytest.mark.parametrize("name", ["", "chờ gì đó", "11", "4 - Đã trả kết quả"])
def test_an_unknown_status_is_refused(name: str) -> None:
    with pytest.raises(DataError) as refused:
        ListStatuses({}).meaning(name)
    assert refused.value.key == "status_unknown"
