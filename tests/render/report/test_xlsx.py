"""The workbook of a report, read back as an office's own program reads it."""

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from tests.office import pages_of
from tests.report_documents import (
    CUTOFF,
    EMPTY,
    FORMULAS,
    LONG_NAME,
    NASTY,
    NONE,
    ODD,
    SERIES_CHART,
    UNITS_CHART,
    USUAL,
    document,
    section,
    series,
    units,
)
from worker.i18n import speaking, use_language
from worker.render.report import xlsx_table
from worker.render.report.document import Cell, Column, Document, Kind, Table
from worker.render.report.xlsx import workbook
from worker.render.report.xlsx_names import sheet_names

NAMES = [
    "Trang bìa",
    "1. Cầu nối số hồ sơ quá hạn…",
    "2. Số hồ sơ quá hạn và kết…",
    "3. Điểm số tổng hợp qua các kỳ",
    "Biểu đồ",
]
HEAD = 5


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi", strict=True)


def sheets(report: Document) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(report)))
    return {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in book.sheet_names
    }


def parts(report: Document, name: str) -> str:
    with ZipFile(BytesIO(workbook(report))) as archive:
        found = sorted(part for part in archive.namelist() if re.fullmatch(name, part))
        return "".join(archive.read(part).decode() for part in found)


def test_a_table_has_a_sheet_with_cells_of_their_own_types() -> None:
    rows = sheets(USUAL)[NAMES[2]]
    assert rows[HEAD][:7] == [
        "STT",
        "Cơ quan, đơn vị",
        "Tại tỉnh",
        "Trên Cổng",
        "Chênh lệch",
        "Tổng số hồ sơ",
        "Tỷ lệ quá hạn",
    ]
    first = rows[HEAD + 2]
    assert first[:6] == [1, "Ủy ban nhân dân huyện số 1", 100, 130, 30, 1_000]
    assert first[6:10] == [13, 66.3, -1.25, 1]
    assert first[10:] == [date(2024, 3, 5), datetime.fromisoformat("2024-07-24T16:30:59")]


def test_what_has_no_value_is_said_and_is_never_nought() -> None:
    rows = sheets(USUAL)[NAMES[2]]
    assert rows[HEAD + 6][2:] == [NONE, *[""] * 9]


def test_shared_headings_are_merged_over_their_columns() -> None:
    rows = sheets(USUAL)[NAMES[2]]
    assert [words for words in rows[HEAD - 1] if words] == ["Quá hạn", "Bộ chỉ số 766"]
    merged = set(re.findall(r'<mergeCell ref="([^"]+)"', parts(USUAL, "xl/worksheets/sheet3.xml")))
    assert {"C5:E5", "H5:J5"} <= merged


def test_numbers_have_the_forms_of_their_kinds() -> None:
    styles = parts(USUAL, "xl/styles.xml")
    for form in ("0.00&quot; %&quot;", "+#,##0;-#,##0;0", "+0.00;-0.00;0", "hh:mm dd/mm/yyyy"):
        assert f'formatCode="{form}"' in styles


def test_headings_stay_in_sight_filter_and_print_on_every_page() -> None:
    sheet = parts(USUAL, "xl/worksheets/sheet3.xml")
    assert 'xSplit="2" ySplit="6"' in sheet
    assert 'state="frozen"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'paperSize="9"' in sheet
    assert 'fitToHeight="0"' in sheet
    names = parts(USUAL, "xl/workbook.xml")
    assert "$5:$6</definedName>" in names
    assert "_xlnm.Print_Titles" in names


def test_a_filter_leaves_the_total_at_the_end_where_it_is() -> None:
    rows = sheets(USUAL)[NAMES[2]]
    assert rows[19][1] == "Toàn tỉnh"
    assert '<autoFilter ref="A6:L19"' in parts(USUAL, "xl/worksheets/sheet3.xml")


def test_the_cut_off_and_the_notes_stand_on_every_sheet_of_a_table() -> None:
    written = sheets(USUAL)
    for name in NAMES[1:4]:
        column = [row[0] for row in written[name]]
        assert column[1] == CUTOFF
        assert column.count(CUTOFF) == 2
    marks = [row[0] for row in written[NAMES[2]] if str(row[0]).startswith("Cách trình bày")]
    assert "chữ đậm trên nền hồng là số liệu cần chú ý" in str(marks[0])


def test_the_cover_says_what_it_is_and_leads_to_every_sheet() -> None:
    written = sheets(USUAL)
    assert list(written) == NAMES
    words = [str(cell) for row in written["Trang bìa"] for cell in row if cell]
    assert words[:5] == [
        "ỦY BAN NHÂN DÂN TỈNH SÓC TRĂNG",
        "VĂN PHÒNG",
        USUAL.title,
        USUAL.subtitle,
        CUTOFF,
    ]
    assert "Cổng Dịch vụ công quốc gia: đọc lúc 16:00 24/7/2024." in words
    links = re.findall(r'location="([^"]+)"', parts(USUAL, "xl/worksheets/sheet1.xml"))
    assert links == [f"'{name}'!A1" for name in NAMES[1:]]


@pytest.mark.parametrize("words", FORMULAS)
def test_a_cell_that_looks_like_a_formula_is_text(words: str) -> None:
    report = document(section("odd", "=Lạ", replace(ODD, rows=((Cell(words), Cell(words)),))))
    rows = next(rows for name, rows in sheets(report).items() if name.startswith("1."))
    assert [words, words] in [row[:2] for row in rows]
    everything = parts(report, "xl/worksheets/sheet.*xml")
    assert "<f>" not in everything
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]+"', "", everything)
    assert 'quotePrefix="1"' in parts(report, "xl/styles.xml")


def test_names_of_sheets_are_short_unique_and_allowed() -> None:
    titles = ["", "  ", LONG_NAME, LONG_NAME.upper(), "a/b\\c?d*e[f]g:h'i", "x" * 90, "😀" * 40]
    names = sheet_names(titles, "Bảng")
    assert len({name.lower() for name in names}) == len(titles)
    for name in names:
        assert len(name.encode("utf-16-le")) <= 62
        assert not set(name) & set("[]:*?/\\'")
        assert unicodedata.is_normalized("NFC", name)
    assert names[0] == "1. Bảng"
    assert names[2] == "3. Trung tâm Phục vụ hành…"


def test_empty_tables_hostile_texts_and_two_hundred_rows_are_written() -> None:
    written = list(sheets(NASTY).values())
    odd = [str(row[0]) for row in written[1]]
    assert "Sở Nội vụ gnăh <b>&amp;</b>" in odd
    assert max(map(len, odd)) == 1_000
    assert [row[0] for row in written[2] if "Không có" in str(row[0])] == ["Không có số liệu."]
    assert [row[0] for row in written[3]][7:207] == list(range(1, 201))


def test_a_table_too_long_for_a_sheet_is_cut_and_says_so() -> None:
    most = xlsx_table.MOST_ROWS
    columns = (Column(key="n", heading="Số", kind=Kind.COUNT),)
    long = Table(
        key="long", title="Dài", columns=columns, rows=tuple((Cell(n),) for n in range(most + 2))
    )
    rows = sheets(document(section("long", "Dài", long)))["1. Dài"]
    assert rows[-1][0] == "Trang tính chỉ gồm 10.000 dòng đầu; còn 2 dòng khác."
    assert rows[-3][0] == most - 1


def test_bars_are_drawn_from_the_cells_of_the_table_and_begin_at_nought() -> None:
    whole = replace(units(4), totals=frozenset({5}))
    report = document(section("units", "Đơn vị", whole, UNITS_CHART))
    chart = parts(report, "xl/charts/chart1.xml")
    assert re.findall("<c:f>([^<]+)</c:f>", chart) == [
        "'1. Số hồ sơ quá hạn và kết…'!$G$6",
        "'1. Số hồ sơ quá hạn và kết…'!$B$8:$B$11",
        "'1. Số hồ sơ quá hạn và kết…'!$G$8:$G$11",
    ]
    assert '<c:barDir val="bar"/>' in chart
    assert '<c:min val="0"/>' in chart
    assert UNITS_CHART.alt in parts(report, "xl/drawings/drawing1.xml")


def test_a_line_has_a_gap_where_nothing_is_published() -> None:
    report = document(section("series", "Diễn biến", series(), SERIES_CHART))
    chart = parts(report, "xl/charts/chart1.xml")
    assert "$N$6:$N$9" in chart
    rows = sheets(report)["Biểu đồ"]
    assert [row[12:15] for row in rows[5:9]] == [
        ["Tháng 4/2024", 52.5, 61.2],
        ["Tháng 5/2024", 63.11, 61.2],
        ["Tháng 6/2024", "", 61.2],
        ["Tháng 7/2024", 66.31, 61.2],
    ]


def test_the_bars_of_a_waterfall_stack_to_the_heights_reached() -> None:
    rows = sheets(USUAL)["Biểu đồ"]
    steps = [row[12:16] for row in rows[5:12]]
    assert steps[0] == ["Quá hạn tại tỉnh", 0, 1217, 0]
    assert steps[1] == ["Cổng tính theo ngày, tỉnh tính theo giờ", 1182, 35, 0]
    assert steps[3] == ["Trạng thái trên Cổng chậm cập nhật", 1182, 340, 0]
    assert steps[6] == ["Quá hạn trên Cổng", 0, 1498, 0]
    chart = parts(USUAL, "xl/charts/chart1.xml")
    assert '<c:grouping val="stacked"/>' in chart
    assert "+340" in chart


def test_a_chart_of_nothing_is_left_out() -> None:
    blank = replace(EMPTY, key="series")
    assert "Biểu đồ" not in sheets(document(section("empty", "Trống", blank, SERIES_CHART)))


def test_the_same_report_gives_the_same_bytes_and_names_nobody() -> None:
    assert workbook(USUAL) == workbook(USUAL)
    told = parts(USUAL, "docProps/core.xml")
    assert "2024-07-05T00:00:00Z" in told
    assert "<dc:creator></dc:creator>" in told
    assert "<cp:lastModifiedBy></cp:lastModifiedBy>" in told
    assert "<Company>Văn phòng</Company>" in parts(USUAL, "docProps/app.xml")


def test_the_english_workbook_speaks_english() -> None:
    with speaking("en"):
        assert list(sheets(USUAL))[::4] == ["Cover", "Charts"]


def test_an_office_prints_it_in_whole_vietnamese_words(tmp_path: Path) -> None:
    pages = pages_of(workbook(USUAL), "xlsx", tmp_path)
    assert len(pages) == 7
    assert "Báo cáo kết quả đối soát và Bộ chỉ số 766 tháng 7/2024" in pages[0]
    assert "Trạng thái trên Cổng chậm cập nhật" in pages[1]
    assert "Ủy ban nhân dân huyện số 12" in pages[2]
    assert "Trang 3/7" in pages[2]


def test_an_office_repeats_the_headings_of_a_long_table(tmp_path: Path) -> None:
    report = document(section("many", "Nhiều", units(200)))
    pages = pages_of(workbook(report), "xlsx", tmp_path)
    assert len(pages) > 3
    assert all("Bộ chỉ số 766" in page and "Xếp hạng" in page for page in pages[1:])
