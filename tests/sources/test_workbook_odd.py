"""A formula that failed or was never worked out is no empty cell, whatever the format."""

import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.old_workbooks import (
    write_ods,
    write_xls,
    xls_error,
    xls_formula,
    xls_hidden,
    xls_text,
)
from worker.core.workbook.cells import NO_VALUE, Sheet
from worker.errors import PermanentError
from worker.sources.workbook import read_file

FAILED = 'office:value-type="string" office:string-value="" calcext:value-type="error"'


def only(file: Path) -> Sheet:
    (sheet,) = read_file(file).sheets
    return sheet


def ods_cell(attributes: str, text: str | None = None) -> str:
    if text is None:
        return f"<table:table-cell {attributes}/>"
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def ods_sheet(*rows: str, name: str = "S") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


TEXT = ods_cell('office:value-type="string"', "x")


def test_what_failed_in_an_open_document_is_told(tmp_path: Path) -> None:
    row = ods_row(
        TEXT,
        # As LibreOffice writes it, and as Excel does.
        ods_cell(f'table:formula="of:=1/0" {FAILED}', "#DIV/0!"),
        ods_cell(f'table:formula="of:=#REF!" {FAILED}', "Err:502"),
        ods_cell('table:formula="of:=1/0" office:value-type="float" office:value="0"', "#N/A"),
        # In other languages errors have other names.
        ods_cell(f'table:formula="of:=1/0" {FAILED}', "#ЗНАЧ!"),
    )
    assert only(write_ods(tmp_path / "a.ods", ods_sheet(row))).rows[0].cells == (
        "x",
        "#DIV/0!",
        "Err:502",
        "#N/A",
        NO_VALUE,
    )


def test_formulas_of_an_open_document_are_their_values_if_they_have_any(tmp_path: Path) -> None:
    number = 'table:formula="of:=1+1" office:value-type="float" office:value="2"'
    row = ods_row(
        ods_cell(number, "2"),
        ods_cell('table:formula="of:=&quot;&quot;"', ""),
        ods_cell('table:formula="of:=1+1"'),
        TEXT,
    )
    assert only(write_ods(tmp_path / "a.ods", ods_sheet(row))).rows[0].cells == (
        2.0,
        None,
        NO_VALUE,
        "x",
    )


def test_repeated_cells_and_rows_keep_what_failed_in_its_place(tmp_path: Path) -> None:
    failed = ods_cell(f'table:formula="of:=1/0" {FAILED}', "#DIV/0!")
    empty = ods_cell('table:number-columns-repeated="2"')
    twice = ods_cell(f'table:number-columns-repeated="2" table:formula="of:=1/0" {FAILED}', "#NUM!")
    note = "<office:annotation><text:p>x</text:p></office:annotation><text:p>#REF!</text:p>"
    noted = f'<table:table-cell table:formula="of:=1" {FAILED}>{note}</table:table-cell>'
    sheet = only(
        write_ods(
            tmp_path / "a.ods",
            ods_sheet(
                ods_row(TEXT, empty, failed),
                ods_row(TEXT, attributes='table:number-rows-repeated="3"'),
                ods_row(TEXT, twice, noted, attributes='table:number-rows-repeated="2"'),
            ),
        )
    )
    assert [(row.number, *row.texts[1:]) for row in sheet.rows] == [
        (1, "", "", "#DIV/0!"),
        *[(number, "", "", "") for number in (2, 3, 4)],
        *[(number, "#NUM!", "#NUM!", "#REF!") for number in (5, 6)],
    ]


def test_sheets_of_an_open_document_are_told_apart(tmp_path: Path) -> None:
    failed = ods_row(ods_cell(f'table:formula="of:=1/0" {FAILED}', "#REF!"), TEXT)
    file = write_ods(
        tmp_path / "a.ods",
        ods_sheet(ods_row(TEXT), name="Một"),
        ods_sheet(failed, name="Hai &amp; ba"),
    )
    told = {sheet.name: sheet.rows[0].cells for sheet in read_file(file).sheets}
    assert told == {"Một": ("x",), "Hai & ba": ("#REF!", "x")}


@pytest.mark.parametrize(
    ("code", "error"),
    [(0x07, "#DIV/0!"), (0x0F, "#VALUE!"), (0x17, "#REF!"), (0x2A, "#N/A")],
)
def test_what_failed_in_an_old_workbook_is_told(tmp_path: Path, code: int, error: str) -> None:
    file = write_xls(
        tmp_path / "a.xls",
        "Trang một",
        xls_text(0, 0, "Mã"),
        xls_error(0, 1, code),
        xls_formula(0, 2, bytes([2, 0, code, 0, 0, 0, 255, 255])),
    )
    assert only(file).rows[0].cells == ("Mã", error, error)


def test_formulas_of_an_old_workbook_are_their_values_if_they_have_any(tmp_path: Path) -> None:
    file = write_xls(
        tmp_path / "a.xls",
        "S",
        xls_text(0, 0, "x"),
        xls_formula(0, 1, struct.pack("<d", 2.0), options=2),
        xls_formula(0, 2, struct.pack("<d", 0.0)),
        # As POI leaves a formula for Excel to work out.
        xls_formula(0, 3, struct.pack("<d", 0.0), options=2),
        # Nothing, as the text that a formula came to.
        xls_formula(0, 4, bytes([3, 0, 0, 0, 0, 0, 255, 255])),
    )
    assert only(file).rows[0].cells == ("x", 2.0, 0.0, NO_VALUE, None)


def test_rows_of_an_old_workbook_that_nobody_sees_are_told(tmp_path: Path) -> None:
    records = (xls_text(0, 0, "a"), xls_text(1, 0, "b"), xls_hidden(1), xls_hidden(40))
    assert only(write_xls(tmp_path / "a.xls", "S", *records)).hidden_rows == frozenset({2})


def test_a_row_in_which_everything_failed_is_there_all_the_same(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        page.write("A3", "x")
        for cell in ("A1", "A5"):
            page.write_formula(cell, "=B1", None, "")
    failed = ods_row(ods_cell('table:formula="of:=1+1"'))
    ods = write_ods(tmp_path / "a.ods", ods_sheet(failed, ods_row(), ods_row(TEXT), failed))
    nothing = write_ods(tmp_path / "b.ods", ods_sheet(ods_row(), failed))
    found = [
        [(row.number, row.texts) for row in only(file).rows if any(row.texts)]
        for file in (tmp_path / "a.xlsx", ods, nothing)
    ]
    assert found == [
        [(1, (NO_VALUE,)), (3, ("x",)), (5, (NO_VALUE,))],
        [(1, (NO_VALUE,)), (3, ("x",)), (4, (NO_VALUE,))],
        [(2, (NO_VALUE,))],
    ]


def test_an_error_in_a_far_row_does_not_take_the_memory_of_all_before_it(tmp_path: Path) -> None:
    far = ods_row(attributes='table:number-rows-repeated="1000000"')
    failed = ods_row(ods_cell('table:formula="of:=1+1"'))
    with pytest.raises(PermanentError) as refused:
        read_file(write_ods(tmp_path / "a.ods", ods_sheet(ods_row(TEXT), far, failed)))
    assert refused.value.key == "file_too_many_cells"


def test_a_binary_workbook_is_refused_in_words(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsb", "w") as packed:
        packed.writestr("xl/workbook.bin", b"\x83\x01\x00")
    with pytest.raises(PermanentError) as refused:
        read_file(tmp_path / "a.xlsb")
    assert refused.value.key == "file_is_xlsb"
