"""Count tables as offices print them: headings in three rows, groups, totals, notes."""

from datetime import date

import pytest

from models.types import Period, Unreadable
from tests.sheets import sheet, understood
from worker.core.times import parse_month
from worker.core.workbook.cells import Cell
from worker.core.workbook.counts import UnitCounts
from worker.core.workbook.layout import TableKind
from worker.core.workbook.rows import RowKind
from worker.core.workbook.understanding import Understanding
from worker.errors import NotFoundError, PermanentError

JULY = parse_month("2024-07")
TITLES = (
    ("TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",),
    ("(Từ ngày 01/7/2024 đến ngày 31/7/2024)",),
)
HEADINGS = (
    ("STT", "Đơn vị", "Số hồ sơ tiếp nhận", "", "Đã giải quyết", "", "", "", "Đang giải quyết", ""),
    ("", "", "Tổng số", "Kỳ trước", "Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Trong hạn",
     "Quá hạn"),
)  # fmt: skip
NUMBERING = tuple(f"({number})" for number in range(1, 11))
FIRST = ("1", "Sở Thử Nghiệm", "1.000", 100, 800, 200, 500, 100, 150, 50)
SECOND = ("2", "Sở Ví Dụ", 250, 0, 200, 100, 100, 0, 50, 0)


def table(*rows: tuple[Cell, ...]) -> Understanding:
    return understood(sheet(*TITLES, *HEADINGS, NUMBERING, *rows))


def units(read: Understanding, period: Period = JULY) -> list[UnitCounts]:
    return list(read.counts[period])


def keys(read: Understanding) -> list[str]:
    return [note.key for note in read.notes]


def test_the_official_table_is_understood() -> None:
    read = table(FIRST, SECOND)
    assert (read.kind, read.headings) == (TableKind.COUNTS, (3, 4))
    assert units(read) == [
        UnitCounts(
            row=6,
            unit="H99.01",
            name="Sở Thử Nghiệm",
            received=1000,
            on_time=850,
            late=150,
            completed=800,
            resolved_late=100,
        ),
        UnitCounts(
            row=7,
            unit="H99.02",
            name="Sở Ví Dụ",
            received=250,
            on_time=250,
            late=0,
            completed=200,
            resolved_late=0,
        ),
    ]
    assert read.notes == ()
    assert read.ignored == {RowKind.NUMBERING: (5,)}


def test_a_unit_without_dossiers_has_none_of_any_kind() -> None:
    read = table(FIRST, ("2", "Sở Ví Dụ", "Không có hồ sơ"))
    assert [(each.received, each.late, each.completed) for each in units(read)] == [
        (1000, 150, 800),
        (0, 0, 0),
    ]


def test_groups_totals_and_signatures_are_no_units() -> None:
    read = table(
        ("I", "Khối sở, ngành", 1250, 100, 1000, 300, 600, 100, 200, 50),
        FIRST,
        SECOND,
        ("II", "Khối huyện"),
        ("", "Tổng cộng", 1250, 100, 1000, 300, 600, 100, 200, 50),
        ("", "", "", "", "", "", "", "", "Người lập biểu"),
        ("Người lập biểu", "", "", "", "", "Giám đốc"),
    )
    assert [each.unit for each in units(read)] == ["H99.01", "H99.02"]
    assert read.ignored[RowKind.GROUP] == (6, 9, 11, 12)
    assert read.ignored[RowKind.TOTAL] == (10,)
    assert (read.faults, read.notes) == ((), ())


def test_a_unit_numbered_like_a_group_is_a_unit() -> None:
    read = table(("I", *FIRST[1:]))
    assert [each.unit for each in units(read)] == ["H99.01"]


@pytest.mark.parametrize("first", [True, False])
def test_totals_that_do_not_add_up_are_told(*, first: bool) -> None:
    total = ("", "Tổng cộng", 1270, 100, 1000, 300, 600, 100, 200, 50)
    read = table(total, FIRST, SECOND) if first else table(FIRST, SECOND, total)
    (note,) = read.notes
    assert note.key == "total_differs"
    assert note.values["columns"] == "count_received"


def test_totals_of_parts_add_up_on_their_own() -> None:
    read = table(
        FIRST,
        ("", "Cộng", 1000, 100, 800, 200, 500, 100, 150, 50),
        SECOND,
        ("", "Cộng", 250, 0, 200, 100, 100, 0, 50, 0),
        ("", "Tổng cộng", 1250, 100, 1000, 300, 600, 100, 200, 50),
    )
    assert read.notes == ()


def test_what_cannot_be_read_is_kept_aside_and_stops_no_other_unit() -> None:
    read = table(FIRST, ("2", "Sở Lạ", *SECOND[2:]), ("3", "Huyện Đầu", "x2", *SECOND[3:]), FIRST)
    assert [each.unit for each in units(read)] == ["H99.01"]
    assert {fault.address: fault.reason for fault in read.faults} == {
        "B7": "unit_unknown",
        "C8": "count_unreadable",
        "B9": "unit_twice",
    }
    assert read.unknown_units == {"Sở Lạ": 1}
    aside = [line.reading for line in read.lines]
    assert all(isinstance(each, Unreadable) for each in aside)
    assert [getattr(each, "external_id", None) for each in aside] == [
        "ho-so.xlsx#7",
        "ho-so.xlsx#8",
        "ho-so.xlsx#9",
    ]


def test_one_column_for_all_late_dossiers_is_enough() -> None:
    headings = ("TT", "Tên đơn vị, địa phương", "Tổng số tiếp nhận", "Đúng hạn", "Quá hạn")
    read = understood(sheet(*TITLES, headings, (1, "Huyện Đầu", 10, 7, 3)))
    (told,) = units(read)
    assert (told.received, told.on_time, told.late, told.completed) == (10, 7, 3, None)


def test_late_dossiers_told_by_half_are_not_known() -> None:
    headings = ("Đơn vị", "Tiếp nhận", "Giải quyết đúng hạn", "Giải quyết quá hạn")
    read = understood(sheet(*TITLES, headings, ("Huyện Đầu", 10, 5, 3)))
    (told,) = units(read)
    assert (told.late, told.resolved_late, told.completed) == (None, 3, 8)
    assert keys(read) == ["late_not_told"]


@pytest.mark.parametrize(("rate", "fits"), [("30 %", True), ("30,04%", True), ("12,99%", False)])
def test_printed_rates_check_the_counts(rate: str, *, fits: bool) -> None:
    headings = ("Đơn vị", "Tổng số tiếp nhận", "Quá hạn", "Tỷ lệ quá hạn")
    read = understood(sheet(*TITLES, headings, ("Huyện Đầu", 10, 3, rate)))
    assert keys(read) == ([] if fits else ["rates_differ"])


def test_several_periods_side_by_side_are_each_read() -> None:
    june = parse_month("2024-06")
    rows = (
        ("STT", "Đơn vị", "Kết quả tháng 6/2024", "", "Kết quả tháng 7/2024 (đến 18/7/2024)", ""),
        ("", "", "Tiếp nhận", "Quá hạn", "Tiếp nhận", "Quá hạn"),
        (1, "Huyện Đầu", 10, 1, 20, 2),
    )
    read = understood(sheet(*rows))
    assert [(each.received, each.late) for each in units(read, june)] == [(10, 1)]
    assert [(each.received, each.late) for each in units(read)] == [(20, 2)]
    assert list(understood(sheet(*rows), period=june).counts) == [june]
    with pytest.raises(PermanentError) as refused:
        understood(sheet(*rows), period=parse_month("2024-01"))
    assert refused.value.key == "period_not_in_table"


def test_a_period_is_asked_for_where_nobody_tells_it() -> None:
    rows = (("Đơn vị", "Tiếp nhận", "Quá hạn"), ("Huyện Đầu", 10, 1))
    with pytest.raises(PermanentError) as refused:
        understood(sheet(*rows))
    assert refused.value.key == "period_not_told"
    assert list(understood(sheet(*rows), period=JULY).counts) == [JULY]
    assert list(understood(sheet(*rows, name="Tháng 7.2024")).counts) == [JULY]


def test_any_period_may_be_told() -> None:
    title = ("Từ ngày 15/6/2024 đến ngày 14/7/2024",)
    rows = (title, ("Đơn vị", "Tiếp nhận", "Quá hạn"), ("Huyện Đầu", 10, 1))
    (period,) = understood(sheet(*rows)).counts
    assert period == Period(date(2024, 6, 15), date(2024, 7, 14))


def test_a_table_of_shares_alone_is_refused() -> None:
    rows = (("Đơn vị", "Tỷ lệ đúng hạn"), ("Huyện Đầu", "87,1%"))
    with pytest.raises(NotFoundError) as refused:
        understood(sheet(*rows))
    assert refused.value.key == "table_only_rates"


def test_a_column_called_so_ho_so_counts_where_it_holds_counts() -> None:
    rows = (("Đơn vị", "Số hồ sơ", "Quá hạn"), ("Huyện Đầu", 10, 1), ("Sở Ví Dụ", 20, 2))
    read = understood(sheet(*TITLES, *rows))
    assert [(each.received, each.late) for each in units(read)] == [(10, 1), (20, 2)]
