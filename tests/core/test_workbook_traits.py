"""Columns of a list that tell traits: read in many words, and never in the way of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rates import Trait
from models.types import Unreadable
from tests.sheets import LIST, dossier, only, sheet, understood
from worker.core.workbook.cells import Cell
from worker.core.workbook.layout import TableKind
from worker.core.workbook.understanding import Understanding

ONLINE, FEE, PAID, RESULT = (
    Trait.FILED_ONLINE,
    Trait.HAS_FEE,
    Trait.PAID_ONLINE,
    Trait.E_RESULT,
)


def listing(heading: str, *cells: Cell) -> Understanding:
    """A list with one column more, one dossier for each of its cells."""
    rows = [(*dossier(number), cell) for number, cell in enumerate(cells, start=1)]
    return understood(sheet((*LIST, heading), *rows))


def verdict(trait: Trait, heading: str, *cells: Cell) -> list[bool | None]:
    return [
        bool(record.traits & trait) if record.traits_told & trait else None
        for record in listing(heading, *cells).records
    ]


@pytest.mark.parametrize(
    ("cell", "online"),
    [
        ("Trực tuyến", True),
        ("NỘP TRỰC TUYẾN TOÀN TRÌNH", True),
        ("Cổng Dịch vụ công quốc gia", True),
        ("2", True),
        (2.0, True),
        ("Trực tiếp", False),
        ("Tại bộ phận Một cửa", False),
        ("Bưu chính công ích", False),
        (1, False),
        ("Trực tiếp hoặc trực tuyến", None),
        ("Khác", None),
        ("", None),
        ("x" * 400, None),
    ],
)
def test_a_way_of_filing_is_known_by_its_words(cell: Cell, *, online: bool | None) -> None:
    assert verdict(ONLINE, "Hình thức nộp hồ sơ", cell) == [online]


@pytest.mark.parametrize("yes", ["x", "X", "✓", "Có", "1", 1, True, "Trực tuyến"])
def test_a_column_of_marks_takes_an_empty_cell_for_no(yes: Cell) -> None:
    read = listing("Nộp trực tuyến", yes, "", "-")
    assert [bool(record.traits & ONLINE) for record in read.records] == [True, False, False]
    assert all(record.traits_told & ONLINE for record in read.records)
    (note,) = read.notes
    assert (note.key, note.values) == ("blank_is_no", {"column": "filed_online"})


def test_where_no_is_said_an_empty_cell_says_nothing() -> None:
    assert verdict(ONLINE, "Nộp trực tuyến", "Có", "Không", "") == [True, False, None]
    assert listing("Nộp trực tuyến", "Có", "Không", "").notes == ()


def test_a_column_without_any_mark_says_nothing() -> None:
    assert verdict(ONLINE, "Nộp trực tuyến", "", "") == [None, None]


@pytest.mark.parametrize(
    ("cell", "paid", "fee"),
    [
        ("Đã thanh toán trực tuyến", True, True),
        ("Có", True, True),
        ("1", True, True),
        ("Không", False, None),
        ("Tiền mặt", False, True),
        ("Miễn phí", False, False),
        ("Không thu phí", False, False),
        ("Chuyển khoản", None, None),
    ],
)
def test_what_was_paid_at_all_had_a_fee(cell: Cell, *, paid: bool | None, fee: bool | None) -> None:
    assert verdict(PAID, "Hình thức thanh toán", cell) == [paid]
    assert verdict(FEE, "Hình thức thanh toán", cell) == [fee]


@pytest.mark.parametrize(
    ("cell", "there"),
    [
        ("Bản điện tử", True),
        ("ket-qua.PDF", True),
        ("https://dvc.example.vn/f/1", True),
        ("x", True),
        ("Bản giấy", False),
        ("Chưa có", False),
        ("Không có bản điện tử", False),
        ("Quyết định", None),
    ],
)
def test_an_electronic_result_is_a_file_or_said_to_be_one(
    cell: Cell, *, there: bool | None
) -> None:
    assert verdict(RESULT, "Kết quả điện tử", cell) == [there]


def test_a_list_without_such_columns_tells_no_trait() -> None:
    record = only(understood(sheet(LIST, dossier())))
    assert (record.traits, record.traits_told) == (0, 0)


@given(
    st.sampled_from(["Kênh nộp", "Nộp trực tuyến", "Hình thức thanh toán", "Tệp kết quả"]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=500)),
)
def test_whatever_stands_there_the_row_is_read(heading: str, cell: Cell) -> None:
    record = only(listing(heading, cell))
    assert record.traits & ~record.traits_told == 0


def test_the_name_of_a_file_is_not_kept_of_a_row_that_cannot_be_read() -> None:
    row = (*dossier(status="Chưa từng nghe"), "Kết quả của Người Không Có Thật.pdf")
    read = understood(sheet((*LIST, "Tệp kết quả"), row))
    (line,) = read.lines
    assert isinstance(line.reading, Unreadable)
    assert "Không Có Thật" not in line.reading.raw


def test_in_a_count_table_such_a_heading_is_no_list_of_dossiers() -> None:
    headings = ("STT", "Đơn vị", "Tổng số tiếp nhận", "Trực tuyến", "Quá hạn")
    read = understood(
        sheet(("Tháng 7/2024",), headings, (1, "Sở Thử Nghiệm", 10, 4, 1)),
    )
    assert read.kind is TableKind.COUNTS
    (counts,) = next(iter(read.counts.values()))
    assert counts.received == 10
