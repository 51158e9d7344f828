"""Files are read as they come, and never trusted."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from tests.workbooks import write_csv, write_xlsx
from worker.core.workbook.cells import NO_VALUE, Row, Sheet
from worker.errors import NotFoundError, PermanentError
from worker.sources.workbook import read_file

LIST = (
    ("Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận"),
    ("H99.01-240718-0001", "Sở Thử Nghiệm", "18/07/2024 08:00"),
)
# Without a blank between the tags, as programs write it.
ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="S"><table:table-row table:number-rows-repeated="{rows}">
<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string">
<text:p>x</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"""
MANIFEST = """<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/"
 manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>"""


def only(file: Path) -> Sheet:
    (sheet,) = read_file(file).sheets
    return sheet


def refusal(file: Path) -> str:
    with pytest.raises((NotFoundError, PermanentError)) as refused:
        read_file(file)
    return refused.value.key


def write_ods(file: Path, rows: int, columns: int) -> Path:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", MANIFEST)
        packed.writestr("content.xml", ODS.format(rows=rows, columns=columns).replace(">\n<", "><"))
    return file


def test_cells_come_as_they_are_shown_with_the_numbers_of_their_rows(tmp_path: Path) -> None:
    moment, day = datetime(2024, 7, 24, 16, 30), datetime(2024, 7, 24)  # noqa: DTZ001
    rows = [(), (None, "a", 7, 12.5, True, moment, day), (), (None, "z")]
    sheet = only(write_xlsx(tmp_path / "a.xlsx", {"Danh sách": rows}))
    assert sheet.name == "Danh sách"
    assert sheet.rows[0] == Row(2, (None, "a", 7.0, 12.5, True, moment, date(2024, 7, 24)))
    assert [(row.number, row.texts[1]) for row in sheet.rows] == [(2, "a"), (3, ""), (4, "z")]


def test_merged_cells_show_their_text_in_every_cell(tmp_path: Path) -> None:
    rows = [("Mã", "Thời gian"), (), ("1", "2", "3")]
    sheet = only(write_xlsx(tmp_path / "a.xlsx", {"S": rows}, merged=["A1:A2", "B1:C1"]))
    assert [row.texts for row in sheet.rows] == [
        ("Mã", "Thời gian", "Thời gian"),
        ("Mã", "", ""),
        ("1", "2", "3"),
    ]


def test_every_sheet_is_read_and_hidden_ones_are_marked(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", {"Một": LIST, "Hai": LIST, "Ba": ()}, hidden=["Hai"])
    sheets = read_file(file).sheets
    assert [(each.name, each.hidden, len(each.rows)) for each in sheets] == [
        ("Một", False, 2),
        ("Hai", True, 2),
        ("Ba", False, 0),
    ]


def test_days_counted_from_1904_are_told(tmp_path: Path) -> None:
    new = write_xlsx(tmp_path / "new.xlsx", {"S": LIST})
    old = write_xlsx(tmp_path / "old.xlsx", {"S": LIST}, from_1904=True)
    assert (only(new).from_1904, only(old).from_1904) == (False, True)


def test_formulas_are_their_values(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        page.write_formula("A1", "=1+1", None, 2)
        page.write_formula("B1", "='[khac.xlsx]S'!A1", None, "đã lưu")
        page.write_formula("C1", '=IF(A1>9,"x","")', None, "")
    # As Excel itself writes a formula whose value is an empty text.
    rewritten(tmp_path / "a.xlsx", lambda xml: xml.replace('"C1">', '"C1" t="str">'))
    assert only(tmp_path / "a.xlsx").rows[0].cells == (2.0, "đã lưu", None)


def test_errors_are_told_as_they_are_shown(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet("Danh sách & <khác>")
        for row, error in enumerate(("#REF!", "#DIV/0!", "#N/A")):
            page.write(row, 0, "x")
            page.write_formula(row, 3, "=1/0", None, error)
    cells = [row.cell(3) for row in only(tmp_path / "a.xlsx").rows]
    assert cells == ["#REF!", "#DIV/0!", "#N/A"]


@pytest.mark.parametrize("value", ["", "<v></v>", "<v/>", "<v>0</v>"])
def test_a_formula_that_was_never_worked_out_is_no_empty_cell(tmp_path: Path, value: str) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        page = book.add_worksheet()
        page.write("A1", 5)
        page.write_formula("B1", "=A1+1", None, 6)
    rewritten(file, lambda xml: xml.replace("<v>6</v>", value))
    assert only(file).rows[0].cells == (5.0, NO_VALUE)


def rewritten(file: Path, change: Callable[[str], str]) -> None:
    """The file with another XML of its first sheet."""
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = change(parts["xl/worksheets/sheet1.xml"].decode()).encode()
    with zipfile.ZipFile(file, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)


def test_rows_that_nobody_sees_are_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        page.write_column("A2", ["a", "b", "c"])
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(50, None, None, {"hidden": True})
    sheet = only(tmp_path / "a.xlsx")
    assert (len(sheet.rows), sheet.hidden_rows) == (3, frozenset({3}))


def test_an_open_document_is_read(tmp_path: Path) -> None:
    sheet = only(write_ods(tmp_path / "a.ods", rows=2, columns=3))
    assert [row.texts for row in sheet.rows] == [("x", "x", "x")] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_csv_is_read_in_any_usual_dress(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [("DANH SACH, THANG 7", "", ""), ("Mã", "Đơn vị", "Ngày"), ("1", "Sở A", "18/07/2024")]
    if encoding == "cp1258":
        # In this code page tones stand apart from their letters.
        rows[1:] = [("Ma\u0303", "Đơn vi\u0323", "Nga\u0300y"), ("1", "Sơ\u0309 A", "18/07/2024")]
    if separator == ",":
        rows[0] = ("DANH SACH", "", "")
    sheet = only(write_csv(tmp_path / "a.csv", rows, encoding=encoding, separator=separator))
    assert [row.texts for row in sheet.rows[1:]] == [
        ("Mã", "Đơn vị", "Ngày"),
        ("1", "Sở A", "18/07/2024"),
    ]
    assert [row.number for row in sheet.rows] == [1, 2, 3]


def test_a_field_in_quotes_may_hold_separators_and_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('a;b\n"x;y\nz";2\n', encoding="utf-8")
    assert [row.texts for row in only(file).rows] == [("a", "b"), ("x;y z", "2")]


def test_a_stray_quotation_mark_swallows_no_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'Tên;Mã\n"Cơ sở Mẫu;A-1\n"Cơ sở ""Hai""";A-2\n', encoding="utf-8"
    )
    assert [row.text(1) for row in only(tmp_path / "a.csv").rows] == ["Mã", "A-1", "A-2"]


def test_a_text_that_is_kept_from_excel_is_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('="001";"=""002""";x="3"\n', encoding="utf-8")
    assert only(tmp_path / "a.csv").rows[0].texts == ("001", "002", 'x="3"')


def test_the_same_content_has_the_same_mark_under_any_name(tmp_path: Path) -> None:
    one = write_csv(tmp_path / "a.csv", LIST)
    other = write_csv(tmp_path / "b.csv", LIST)
    assert read_file(one).sha256 == read_file(other).sha256
    assert (read_file(one).name, read_file(other).name) == ("a.csv", "b.csv")


def test_what_is_no_table_is_refused_in_words(tmp_path: Path) -> None:
    page = tmp_path / "a.xls"
    page.write_text("\n<html><table><tr><td>1</td></tr></table></html>", encoding="utf-8")
    picture = tmp_path / "b.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 100)
    cut = write_xlsx(tmp_path / "c.xlsx", {"S": LIST})
    cut.write_bytes(cut.read_bytes()[:2000])
    document = tmp_path / "d.xlsx"
    with zipfile.ZipFile(document, "w") as packed:
        packed.writestr("word/document.xml", "<x/>")
    (tmp_path / "e.xlsx").write_bytes(b" \n")
    assert refusal(tmp_path / "none.xlsx") == "file_missing"
    assert refusal(tmp_path / "e.xlsx") == "file_empty"
    assert refusal(page) == "file_is_web_page"
    assert refusal(picture) == "file_not_text"
    assert refusal(cut) == "file_broken"
    assert refusal(document) == "file_broken"


def test_a_password_is_named_as_the_obstacle(tmp_path: Path) -> None:
    # What Excel makes of a workbook with a password: another container with it inside.
    old_office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
    (tmp_path / "a.xlsx").write_bytes(old_office + "EncryptedPackage".encode("utf-16-le"))
    (tmp_path / "b.xls").write_bytes(old_office)
    assert refusal(tmp_path / "a.xlsx") == "file_has_password"
    assert refusal(tmp_path / "b.xls") == "file_broken"


def test_the_content_counts_and_not_the_ending_of_the_name(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", {"S": LIST})
    assert only(file.rename(tmp_path / "a.xls")).rows[0].texts == LIST[0]
    assert only(write_csv(tmp_path / "b.xlsx", LIST)).rows[0].texts == LIST[0]


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with file.open("wb") as stream:
        stream.truncate(60_000_000)
    assert refusal(file) == "file_too_large"


def test_what_unpacks_to_too_much_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<x/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    assert refusal(file) == "file_unpacks_too_large"
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(2001):
            packed.writestr(f"{number}.xml", "")
    assert refusal(file) == "file_unpacks_too_large"


def test_one_far_cell_does_not_take_the_memory_of_a_whole_sheet(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        page.write(0, 0, 1)
        page.write(1_048_575, 16_383, 1)
    assert refusal(tmp_path / "a.xlsx") == "file_too_many_cells"


def test_repeated_rows_do_not_take_it_either(tmp_path: Path) -> None:
    assert refusal(write_ods(tmp_path / "a.ods", rows=1_000_000, columns=10_000)) in (
        "file_broken",
        "file_too_many_cells",
    )


@pytest.mark.parametrize(("rows", "columns"), [(1, 501), (200_001, 1)])
def test_more_rows_or_columns_than_a_table_has_are_refused(
    tmp_path: Path, rows: int, columns: int
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("\n".join(["x" + ";x" * (columns - 1)] * rows), encoding="utf-8")
    assert refusal(file) == "file_too_many_cells"


def test_long_cells_are_cut(tmp_path: Path) -> None:
    sheet = only(write_xlsx(tmp_path / "a.xlsx", {"S": [("x" * 30_000,)]}))
    assert len(sheet.rows[0].texts[0]) == 2000
