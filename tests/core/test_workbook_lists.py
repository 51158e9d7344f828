"""Lists of dossiers: found wherever they stand, read whatever the order of their columns."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Period, Status, Unreadable
from tests.sheets import LIST, dossier, only, sheet, understood
from worker.core.times import parse_month
from worker.core.workbook.cells import NO_VALUE, Cell
from worker.core.workbook.layout import TableKind
from worker.core.workbook.rows import RowKind
from worker.core.workbook.understanding import Understanding
from worker.errors import NotFoundError

RECEIVED = datetime(2024, 7, 18, 1, 0, tzinfo=UTC)
DUE = datetime(2024, 7, 25, 10, 0, tzinfo=UTC)
END_OF_THE_25TH = datetime(2024, 7, 25, 16, 59, 59, tzinfo=UTC)


def reasons(read: Understanding) -> dict[str, str]:
    return {fault.address: fault.reason for fault in read.faults}


def keys(read: Understanding) -> list[str]:
    return [note.key for note in read.notes]


def without(heading: str, row: Sequence[Cell]) -> list[Cell]:
    place = LIST.index(heading)
    return [cell for at, cell in enumerate(row) if at != place]


def test_a_plain_list_is_read() -> None:
    read = understood(sheet(LIST, dossier()))
    record = only(read)
    assert (read.kind, read.headings, read.sheet) == (TableKind.DOSSIERS, (1, 1), "Trang 1")
    assert record.external_id == "H99.01-240718-0001"
    assert record.codes == ("H99.01-240718-0001",)
    assert (record.unit_name, record.status) == ("Sở Thử Nghiệm", Status.IN_PROCESS)
    assert (record.received_at, record.due_at) == (RECEIVED, DUE)
    assert record.events is None
    assert read.notes == ()


@given(st.permutations(range(len(LIST))))
def test_the_order_of_the_columns_changes_nothing(order: list[int]) -> None:
    rows = [[row[place] for place in order] for row in (LIST, dossier(1), dossier(2))]
    assert (
        understood(sheet(*rows)).records == understood(sheet(LIST, dossier(1), dossier(2))).records
    )


@given(
    st.lists(st.sampled_from([(), ("DANH SÁCH HỒ SƠ THÁNG 7/2024",), ("", "Kèm theo")]), max_size=9)
)
def test_titles_above_a_list_only_move_it_down(titles: list[tuple[str, ...]]) -> None:
    read = understood(sheet(*titles, LIST, dossier()))
    assert only(read).received_at == RECEIVED
    assert read.headings == (len(titles) + 1, len(titles) + 1)


def test_two_rows_of_headings_are_joined_merged_or_not() -> None:
    merged = (
        ("STT", "Mã hồ sơ", "Đơn vị", "Thời gian", "Thời gian", "Trạng thái"),
        ("STT", "Mã hồ sơ", "Đơn vị", "Tiếp nhận", "Hẹn trả", "Trạng thái"),
    )
    loose = (
        ("STT", "Mã hồ sơ", "Đơn vị", "Thời gian", "", "Trạng thái"),
        ("", "", "", "Tiếp nhận", "Hẹn trả", ""),
    )
    for headings in (merged, loose):
        read = understood(sheet(*headings, dossier()[:6]))
        assert read.headings == (1, 2)
        assert (only(read).received_at, only(read).due_at) == (RECEIVED, DUE)


def test_personal_columns_are_never_read_nor_kept() -> None:
    bad = dossier(2, received="hôm qua", name="Người Thứ Hai")
    read = understood(sheet(LIST, dossier(), bad))
    (personal,) = [column for column in read.columns if column.heading == "Họ và tên"]
    assert not personal.used
    assert "Người" not in repr(read)


def test_a_row_that_cannot_be_read_is_kept_aside_with_its_cell() -> None:
    read = understood(
        sheet(
            LIST,
            dossier(1),
            dossier(2, received="32/07/2024"),
            dossier(3, code=""),
            dossier(4, unit="Sở Lạ"),
            dossier(5, status="chờ gì đó"),
            dossier(6, code="chưa cấp mã"),
        )
    )
    assert only(read).codes == ("H99.01-240718-0001",)
    assert reasons(read) == {
        "D3": "date_unreadable",
        "B4": "row_without_code",
        "C5": "unit_unknown",
        "F6": "status_unknown",
        "B7": "code_unreadable",
    }
    aside = {line.row: line.reading for line in read.lines}
    dated, nameless, stranger = aside[3], aside[4], aside[5]
    assert isinstance(dated, Unreadable)
    assert isinstance(nameless, Unreadable)
    assert isinstance(stranger, Unreadable)
    assert (dated.detail, dated.code) == ("32/07/2024 (D3)", "H99.01-240718-0002")
    assert (nameless.external_id, nameless.code) == ("ho-so.xlsx#4", None)
    assert '"row": 4' in nameless.raw
    assert (stranger.detail, read.unknown_units) == ("Sở Lạ", {"Sở Lạ": 1})


def test_totals_groups_notes_and_repeated_headings_are_passed_over() -> None:
    read = understood(
        sheet(
            LIST,
            [f"({number})" for number in range(1, 8)],
            ("I", "Sở Thử Nghiệm"),
            dossier(1),
            LIST,
            dossier(2),
            (),
            ("Tổng cộng: 2 hồ sơ",),
            ("", "", "", "", "Người lập biểu"),
        )
    )
    assert len(read.records) == 2
    assert read.faults == ()
    assert read.ignored == {
        RowKind.NUMBERING: (2,),
        RowKind.GROUP: (3, 9),
        RowKind.HEADING: (5,),
        RowKind.TOTAL: (8,),
    }


def test_without_a_column_of_units_the_groups_name_them() -> None:
    rows = [without("Đơn vị", row) for row in (LIST, dossier(1), dossier(2))]
    read = understood(
        sheet(rows[0], ("I. Huyện Đầu",), rows[1], ("Đơn vị: Sở Ví Dụ",), rows[2]),
    )
    assert [record.unit_name for record in read.records] == ["Huyện Đầu", "Sở Ví Dụ"]
    assert keys(read) == ["units_from_groups"]


def test_without_columns_and_groups_the_code_names_the_unit() -> None:
    rows = [without("Đơn vị", row) for row in (LIST, dossier(1))]
    read = understood(sheet(*rows))
    assert only(read).unit_code == "H99.01"
    assert keys(read) == ["units_from_codes"]


def test_groups_that_are_no_units_leave_it_to_the_code() -> None:
    rows = [without("Đơn vị", row) for row in (LIST, dossier(1))]
    read = understood(sheet(rows[0], ("I. Lĩnh vực đất đai",), rows[1]))
    assert only(read).unit_code == "H99.01"


def test_without_a_column_of_statuses_the_dates_tell_them() -> None:
    headings = ("Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận", "Ngày KT", "Ngày trả KQ")
    day = "24/07/2024"
    read = understood(
        sheet(
            headings,
            ("H99.01-240718-0001", "Sở Ví Dụ", day, "", ""),
            ("H99.01-240718-0002", "Sở Ví Dụ", day, day, ""),
            ("H99.01-240718-0003", "Sở Ví Dụ", day, day, day),
        )
    )
    assert [record.status for record in read.records] == [
        Status.IN_PROCESS,
        Status.FINISHED,
        Status.RETURNED,
    ]
    assert "status_from_dates" in keys(read)


def test_a_due_day_lasts_until_its_end() -> None:
    read = understood(sheet(LIST, dossier(1, due="25/07/2024"), dossier(2)))
    assert [record.due_at for record in read.records] == [END_OF_THE_25TH, DUE]
    assert keys(read) == []


def test_due_dates_that_are_all_at_midnight_are_days() -> None:
    due = "25/07/2024 00:00:00"
    read = understood(sheet(LIST, dossier(1, due=due), dossier(2, due=due)))
    assert {record.due_at for record in read.records} == {END_OF_THE_25TH}
    assert keys(read) == ["due_by_day"]


def test_where_some_dates_put_the_month_first_those_that_fit_both_ways_are_refused() -> None:
    read = understood(
        sheet(
            LIST,
            dossier(1, received="07/24/2024"),
            dossier(2, received="07/05/2024"),
            dossier(3, received="07/07/2024"),
        )
    )
    assert reasons(read) == {"D2": "date_unreadable", "D3": "date_ambiguous"}
    assert "month_first" in keys(read)


def test_rows_that_say_the_same_are_one() -> None:
    read = understood(sheet(LIST, dossier(1), dossier(1), dossier(2)))
    assert len(read.records) == 2
    assert keys(read) == ["rows_repeated"]


def test_rows_that_differ_are_two_records_of_one_dossier_in_any_order() -> None:
    one, other = dossier(1), dossier(1, status="Đã trả kết quả")
    read, back = understood(sheet(LIST, one, other)), understood(sheet(LIST, other, one))
    assert {record.external_id for record in read.records} == {
        "H99.01-240718-0001",
        "H99.01-240718-0001#2",
    }
    assert set(read.records) == set(back.records)
    assert {record.codes for record in read.records} == {("H99.01-240718-0001",)}
    assert keys(read) == ["codes_repeated"]


def test_a_second_code_is_taken_only_where_it_is_one() -> None:
    headings = ("Mã hồ sơ", "Mã hồ sơ quốc gia", "Đơn vị")
    read = understood(
        sheet(
            headings,
            ("H99.01-240718-0001", "G22.99-240718-000123", "Sở Ví Dụ"),
            ("H99.01-240718-0002", "chưa đồng bộ", "Sở Ví Dụ"),
            ("H99.01-240718-0003; G22.99-240718-000124", "", "Sở Ví Dụ"),
        )
    )
    assert [record.codes for record in read.records] == [
        ("H99.01-240718-0001", "G22.99-240718-000123"),
        ("H99.01-240718-0002",),
        ("H99.01-240718-0003", "G22.99-240718-000124"),
    ]


def test_a_column_of_ids_goes_before_the_code() -> None:
    read = understood(sheet(("ID", "Mã hồ sơ", "Đơn vị"), (77.0, "H99.01-240718-0001", "Sở Ví Dụ")))
    assert only(read).external_id == "77"


def test_the_sheet_with_the_longest_table_is_read_unless_another_is_asked_for() -> None:
    short = sheet(LIST, dossier(1), name="Một")
    long = sheet(LIST, dossier(2), dossier(3), name="Hai")
    hidden = sheet(LIST, *(dossier(number) for number in range(4, 9)), name="Ba", hidden=True)
    read = understood(short, long, hidden)
    assert (read.sheet, read.other_sheets) == ("Hai", ("Một",))
    assert understood(short, long, hidden, asked="Ba").readable == 5
    with pytest.raises(NotFoundError) as refused:
        understood(short, asked="Bốn")
    assert refused.value.values["sheets"] == "Một"


def test_records_outside_the_period_are_counted() -> None:
    july: Period = parse_month("2024-07")
    read = understood(sheet(LIST, dossier(1), dossier(2, received="30/06/2024 10:00")), period=july)
    assert [(note.key, note.values) for note in read.notes] == [("outside_period", {"count": 1})]


@given(st.lists(st.lists(st.none() | st.text(max_size=12) | st.floats(), max_size=6), max_size=12))
def test_whatever_stands_in_a_sheet_is_understood_or_refused(rows: list[list[Cell]]) -> None:
    with pytest.raises(NotFoundError):
        understood(sheet(*rows))


@given(st.lists(st.lists(st.none() | st.text(max_size=12) | st.floats(), max_size=7), max_size=8))
def test_whatever_stands_below_the_headings_stops_nothing(rows: list[list[Cell]]) -> None:
    read = understood(sheet(LIST, dossier(), *rows))
    assert "H99.01-240718-0001" in {record.codes[0] for record in read.records}


@pytest.mark.parametrize(
    "code", [1234567890123456789, 1.2e18, "2,40718E+11", "1.5e+12", "#DIV/0!", "=…", "'"]
)
def test_a_code_that_excel_has_spoilt_is_none(code: Cell) -> None:
    read = understood(sheet(LIST, dossier(1, code=code)))
    assert [fault.address for fault in read.faults] in (["B2"], ["2:2"])
    assert read.records == []


def test_a_code_that_was_kept_from_excel_is_the_code() -> None:
    assert only(understood(sheet(LIST, dossier(1, code="'H99.01-240718-0001")))).codes == (
        "H99.01-240718-0001",
    )


@pytest.mark.parametrize(
    ("cell", "procedure"),
    [
        (1.01025, "1.010250"),
        ("1,01025", "1.010250"),
        (2.0, "2"),
        ("1.010250", "1.010250"),
        ("1.010250.000.00.00.H99", "1.010250"),
        ("TS_lop1", "TS_lop1"),
    ],
)
def test_a_procedure_that_excel_took_for_a_number_keeps_its_zeros(
    cell: Cell, procedure: str
) -> None:
    rows = ((*LIST, "Mã TTHC"), (*dossier(1), cell))
    assert only(understood(sheet(*rows))).procedure == procedure


def test_signs_of_no_width_are_nothing() -> None:
    rows = (
        tuple(f"\ufeff{text}\u200b" for text in LIST),
        dossier(1, unit="Sở Thử\u00ad Nghiệm\u200b"),
    )
    assert only(understood(sheet(*rows))).unit_name == "Sở Thử Nghiệm"


def test_rows_nobody_sees_and_formulas_nothing_worked_out_are_told() -> None:
    rows = (LIST, dossier(1), dossier(2, due=NO_VALUE), dossier(3, name=NO_VALUE))
    read = understood(sheet(*rows, hidden_rows=frozenset({1, 2})))
    told = {note.key: note.values for note in read.notes}
    assert told["hidden_rows"] == {"count": 1}
    assert told["formulas_without_values"] == {"count": 1, "example": "E3"}
    assert [fault.address for fault in read.faults] == ["E3"]


OLD = {
    "TCVN3": ("M· hå s¬", "§¬n vÞ", "Ngµy tiÕp nhËn", "Tr¹ng th¸i"),
    "VNI": ("Maõ hoà sô", "Ñôn vò", "Ngaøy tieáp nhaän", "Traïng thaùi"),
}


@pytest.mark.parametrize("letters", OLD)
@pytest.mark.parametrize("page", ["cp1252", "cp1258"])
def test_letters_from_before_unicode_are_named_as_the_obstacle(letters: str, page: str) -> None:
    headings = [text.encode("cp1252").decode(page, "replace") for text in OLD[letters]]
    rows = (headings, ("H99.01-240718-0001", "x", "18/07/2024", "y"))
    with pytest.raises(NotFoundError) as refused:
        understood(sheet(*rows))
    assert refused.value.key == "table_in_old_letters"


def test_a_second_list_beside_the_first_is_named() -> None:
    beside = understood(sheet((*LIST, None, *LIST), (*dossier(1), None, *dossier(7))))
    assert {note.key: note.values for note in beside.notes}["codes_beside"] == {"letters": "J"}
    same = understood(sheet((*LIST, None, *LIST), (*dossier(1), None, *dossier(1))))
    assert "codes_beside" not in keys(same)


@pytest.mark.parametrize("asked", ["Danh sách", "danh sa\u0301ch "])
def test_a_sheet_is_known_however_its_letters_are_composed(asked: str) -> None:
    sheets = (sheet(LIST, dossier(1), name="Danh sách"), sheet(LIST, dossier(2), name="Khác"))
    assert understood(*sheets, asked=asked).sheet == "Danh sách"
