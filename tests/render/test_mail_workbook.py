"""The workbook of a mail, read back as an office's own program reads it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from models.types import Cause
from tests.letters import LETTER, LETTERS, code, dossier, warnings
from worker.core.alerts.letter import Letter
from worker.i18n import speaking, use_language
from worker.render.mail.columns import DOSSIERS, PRINTED
from worker.render.mail.workbook import workbook_of


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi", strict=True)


def sheets(letter: Letter, most: int = 1000) -> dict[str, list[list[object]]]:
    written = workbook_of(letter, most)
    assert written is not None
    book = CalamineWorkbook.from_filelike(BytesIO(written))
    return {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python()]
        for name in book.sheet_names
    }


def column(rows: list[list[object]], heading: str) -> list[object]:
    place = rows[0].index(heading)
    return [row[place] for row in rows[1:]]


def xml(letter: Letter, part: str) -> str:
    written = workbook_of(letter)
    assert written is not None
    with ZipFile(BytesIO(written)) as archive:
        return archive.read(part).decode()


def test_every_dossier_is_listed_with_cells_of_its_own_types() -> None:
    rows = sheets(LETTER)["Hồ sơ chênh lệch"]
    assert column(rows, "Mã hồ sơ") == [code(number) for number in range(1, 28)]
    assert set(column(rows, "Hẹn trả tại tỉnh")) == {datetime.fromisoformat("2024-07-18T16:30")}
    assert set(column(rows, "Số ngày quá hạn")) == {6.0}
    assert Counter(column(rows, "Làm chênh")) == {1.0: 25, -1.0: 2}
    assert column(rows, "Trạng thái trên Cổng").count("không có hồ sơ") == 2
    assert column(rows, "Cổng tính cho").count("Huyện Mỹ Tú") == 3


def test_the_summary_adds_up_and_says_of_when_it_is() -> None:
    rows = sheets(LETTER)["Tóm tắt"]
    assert rows[0][0] == "Đối soát hồ sơ: Sở Nội vụ"
    figures = {str(row[0]): row[1] for row in rows if isinstance(row[1], float)}
    assert figures["Quá hạn tại tỉnh"] == 17
    assert figures["Quá hạn trên Cổng"] == 40
    totals = ("Quá hạn tại tỉnh", "Theo cách tính của Cổng", "Quá hạn trên Cổng", "Cổng công bố")
    steps = [int(str(value)[:-2]) for name, value in figures.items() if name not in totals]
    assert 17 + sum(steps) == figures["Cổng công bố"] == 41
    assert "Số liệu tính đến 16:00 24/7/2024; kỳ từ 1/7/2024 đến 31/7/2024." in [
        row[0] for row in rows
    ]


def test_the_dossiers_about_to_be_late_have_a_sheet_of_their_own() -> None:
    rows = sheets(replace(LETTER, dossiers=(), warnings=warnings(300)))
    assert list(rows) == ["Tóm tắt", "Sắp quá hạn"]
    assert len(rows["Sắp quá hạn"]) == 301
    assert column(rows["Sắp quá hạn"], "Quá hạn từ")[0] == datetime.fromisoformat(
        "2024-07-25T12:00:01"
    )


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_cell_that_looks_like_a_formula_is_text(sign: str) -> None:
    hostile = f'{sign}HYPERLINK("http://a.example")'
    listed = replace(dossier(1, Cause.STATUS_BEHIND), code=hostile, unit="https://a.example")
    letter = replace(LETTER, dossiers=(listed,))
    assert column(sheets(letter)["Hồ sơ chênh lệch"], "Mã hồ sơ") == [hostile]
    sheet = xml(letter, "xl/worksheets/sheet2.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert 'quotePrefix="1"' in xml(letter, "xl/styles.xml")


def test_headings_stay_in_sight_and_filter_and_print_on_every_page() -> None:
    sheet = xml(LETTER, "xl/worksheets/sheet2.xml")
    assert 'state="frozen"' in sheet
    assert f'<autoFilter ref="A1:{chr(ord("A") + len(DOSSIERS) - 1)}28"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'fitToHeight="0"' in sheet
    names = xml(LETTER, "xl/workbook.xml")
    assert f"$A$1:${chr(ord('A') + PRINTED - 1)}$30" in names
    assert "_xlnm.Print_Titles" in names


def test_a_list_too_long_for_a_mail_is_cut_and_says_so() -> None:
    cut = sheets(replace(LETTER, left_out=30_000), most=25)
    assert cut["Hồ sơ chênh lệch"][25][0] == code(25)
    assert cut["Hồ sơ chênh lệch"][-1][0] == (
        "Danh sách chỉ gồm 25 dòng đầu; còn 30.002 dòng khác trên trang đối soát."
    )
    assert len(cut["Sắp quá hạn"]) == 5
    assert len(sheets(LETTER, most=27)["Hồ sơ chênh lệch"]) == 28


def test_nothing_to_list_is_no_workbook() -> None:
    assert workbook_of(LETTERS["resolved"]) is None


def test_the_english_workbook_speaks_english() -> None:
    with speaking("en"):
        written = sheets(LETTERS["english"])
    assert list(written) == ["Summary", "Dossiers that differ", "About to be late"]
    assert column(written["Dossiers that differ"], "Cause")[0] == "Status behind"


def test_the_same_letter_gives_the_same_workbook() -> None:
    assert workbook_of(LETTER) == workbook_of(LETTER)
    assert "2024-07-24T16:12:00Z" in xml(LETTER, "docProps/core.xml")
