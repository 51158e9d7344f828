"""Cells whose formulas failed: what needs them is put aside, and what is put aside says why."""

import pytest

from models.types import Status, Unreadable
from tests.sheets import LIST, dossier, only, sheet, understood
from worker.core.workbook.cells import NO_VALUE, is_error
from worker.core.workbook.rows import RowKind
from worker.core.workbook.understanding import Understanding
from worker.errors import PermanentError

ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "Err:502", NO_VALUE)
COLUMNS = {"code": "B2", "unit": "C2", "received": "D2", "due": "E2", "status": "F2"}
FINISHED = (*LIST, "Ngày có kết quả")

COUNT_HEADINGS = ("TT", "Đơn vị", "Tổng số tiếp nhận", "Đúng hạn", "Quá hạn")
TITLE = ("Số liệu tháng 7 năm 2024",)


def aside(read: Understanding) -> Unreadable:
    (line,) = read.lines
    assert isinstance(line.reading, Unreadable)
    return line.reading


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("field", COLUMNS)
def test_a_dossier_whose_needed_cell_failed_is_put_aside_with_what_stands_there(
    field: str, error: str
) -> None:
    told = aside(understood(sheet(LIST, dossier(1, **{field: error}))))
    assert told.reason == "cell_in_error"
    assert told.detail == f"{error} ({COLUMNS[field]})"
    assert f'"{error}"' in told.raw
    assert told.code == (None if field == "code" else "H99.01-240718-0001")


def test_nothing_found_is_not_there_yet_and_said_to_be_read_so() -> None:
    rows = [(*dossier(number), cell) for number, cell in ((1, "#N/A"), (2, None), (3, "#N/A"))]
    read = understood(sheet(FINISHED, *rows))
    assert [record.finished_at for record in read.records] == [None] * 3
    notes = {note.key: note.values for note in read.notes}
    assert notes["errors_as_blanks"] == {"count": 2, "example": "H2"}


def test_any_other_error_is_not_the_same_as_not_yet() -> None:
    told = aside(understood(sheet(FINISHED, (*dossier(1), "#REF!"))))
    assert (told.reason, told.detail) == ("cell_in_error", "#REF! (H2)")


def test_a_column_that_nobody_needs_may_fail() -> None:
    assert only(understood(sheet(LIST, dossier(1, name="#REF!")))).status is Status.IN_PROCESS


def test_a_row_that_only_waits_for_its_dossier_is_none_and_begins_no_group() -> None:
    rows = [(*dossier(number)[:2], *dossier(number)[3:]) for number in (1, 2)]
    headings = (*LIST[:2], *LIST[3:])
    waiting = ("#N/A",) * len(headings)
    read = understood(sheet(headings, ("Sở Ví Dụ",), rows[0], waiting, rows[1], waiting))
    assert [record.unit_name for record in read.records] == ["Sở Ví Dụ"] * 2
    assert read.ignored == {RowKind.GROUP: (2,)}


@pytest.mark.parametrize("error", ["#REF!", "#N/A", NO_VALUE])
@pytest.mark.parametrize(("column", "cell"), [(1, "B1"), (4, "E1"), (6, "G1")])
def test_a_list_with_a_heading_that_failed_is_refused_in_words(
    error: str, column: int, cell: str
) -> None:
    headings = [error if place == column else text for place, text in enumerate(LIST)]
    with pytest.raises(PermanentError) as refused:
        understood(sheet(headings, dossier(1), dossier(2)))
    assert refused.value.key == "heading_in_error"
    assert refused.value.values == {"cell": cell, "error": error, "sheet": "Trang 1"}


@pytest.mark.parametrize("place", range(1, 5))
def test_a_count_table_with_a_heading_that_failed_is_refused_in_words(place: int) -> None:
    headings = list(COUNT_HEADINGS)
    headings[place] = "#REF!"
    with pytest.raises(PermanentError) as refused:
        understood(sheet(TITLE, headings, (1, "Sở Thử Nghiệm", 9, 8, 1)))
    assert refused.value.key == "heading_in_error"


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("place", [1, 2, 4])
def test_a_unit_whose_count_failed_has_no_count_of_zero(place: int, error: str) -> None:
    row: list[str | int] = [1, "Sở Thử Nghiệm", 9, 8, 1]
    row[place] = error
    read = understood(sheet(TITLE, COUNT_HEADINGS, row, (2, "Sở Ví Dụ", 5, 5, 0)))
    (fault,) = read.faults
    assert (fault.reason, fault.detail, fault.row) == ("cell_in_error", error, 3)
    (counts,) = read.counts.values()
    assert [each.unit for each in counts] == ["H99.02"]


def test_a_unit_whose_counts_all_failed_is_not_passed_over() -> None:
    failed = (1, "Sở Thử Nghiệm", *("#N/A",) * 3)
    read = understood(sheet(TITLE, COUNT_HEADINGS, failed, (2, "Sở Ví Dụ", 5, 5, 0)))
    assert [fault.row for fault in read.faults] == [3]


@pytest.mark.parametrize(
    "text", ["", "#", "#1", "#ID", "Err:", "N/A", "#N/A x", "REF!", "=", "###"]
)
def test_no_other_text_is_an_error(text: str) -> None:
    assert not is_error(text)
