"""The letter of a report, read back as an office's own program reads it."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document as File
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Length, Mm, Pt
from docx.table import Table as Grid

from tests.office import pages_of
from tests.report_documents import (
    BRIDGE,
    CUTOFF,
    FORMULAS,
    LETTERHEAD,
    NASTY,
    NONE,
    USUAL,
    document,
    section,
    series,
    units,
)
from worker.i18n import speaking, use_language
from worker.render.report.document import (
    Cell,
    Column,
    Document,
    Kind,
    Letterhead,
    Paragraph,
    Section,
    Table,
)
from worker.render.report.docx import letter, roman
from worker.render.report.docx_tables import MOST_ROWS


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi", strict=True)


@cache
def usual() -> bytes:
    return letter(USUAL)


@cache
def nasty() -> bytes:
    return letter(NASTY)


def written(report: Document) -> bytes:
    """The file; of the two that many tests read only once."""
    return usual() if report is USUAL else nasty() if report is NASTY else letter(report)


def read(report: Document) -> File:
    return docx.Document(BytesIO(written(report)))


def headed(**told: object) -> Document:
    head = {name: getattr(LETTERHEAD, name) for name in Letterhead.__slots__} | told
    return document(letterhead=Letterhead(**head))


def texts(report: Document) -> list[str]:
    return [paragraph.text for paragraph in read(report).paragraphs if paragraph.text]


def styled(file: File, name: str) -> list[str]:
    return [each.text for each in file.paragraphs if each.style and each.style.name == name]


def rows(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in grid.rows]


def part(report: Document, name: str) -> str:
    with ZipFile(BytesIO(written(report))) as archive:
        return archive.read(name).decode()


def millimetres(*lengths: Length | None) -> tuple[int, ...]:
    return tuple(round(length.mm) for length in lengths if length is not None)


def test_the_letterhead_names_state_office_number_day_and_subject() -> None:
    above, below = rows(read(USUAL).tables[0])
    assert above[0].split("\n")[:3] == ["ỦY BAN NHÂN DÂN", "TỈNH SÓC TRĂNG", "VĂN PHÒNG"]
    assert above[1].split("\n")[:2] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ]
    assert below[0].split("\n") == ["Số: ....../......", f"V/v {LETTERHEAD.subject}"]
    assert below[1] == "Sóc Trăng, ngày 05 tháng 7 năm 2024"


def test_state_and_office_have_their_lines_below() -> None:
    left, right = read(USUAL).tables[0].rows[0].cells
    for cell in (left, right):
        drawn = cell.paragraphs[-1]
        assert "<w:pBdr>" in drawn.paragraph_format.element.xml
        indents = drawn.paragraph_format
        assert indents.left_indent == indents.right_indent
        assert indents.left_indent is not None
        assert indents.left_indent > Mm(10)


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2024, 2, 9), "ngày 09 tháng 02 năm 2024"),
        (date(2024, 3, 10), "ngày 10 tháng 3 năm 2024"),
        (date(2024, 12, 31), "ngày 31 tháng 12 năm 2024"),
    ],
)
def test_small_days_and_months_have_a_nought_in_front(day: date, written: str) -> None:
    assert rows(read(headed(day=day)).tables[0])[1][1] == f"Sóc Trăng, {written}"


def test_one_receiver_stands_in_the_line_and_several_below_it() -> None:
    assert "Kính gửi: Sở Nội vụ" in texts(headed(to=("Sở Nội vụ.",)))
    assert texts(USUAL)[:3] == [
        "Kính gửi:",
        "- Các sở, ban, ngành tỉnh;",
        "- Ủy ban nhân dân các huyện, thị xã, thành phố.",
    ]
    assert re.fullmatch(r"Kính gửi: \.{20,}", texts(headed(to=()))[0])


def test_the_foot_has_the_copies_and_room_for_the_signature() -> None:
    left, right = rows(read(USUAL).tables[1])[0]
    assert left.split("\n") == [
        "Nơi nhận:",
        "- Như trên;",
        "- Thường trực Ủy ban nhân dân tỉnh (để báo cáo);",
        "- Lưu: VT, .......",
    ]
    assert right.split("\n") == ["[QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ]", "[Họ và tên]"]
    first = read(USUAL).tables[1].rows[0].cells[0].paragraphs[0].runs[0]
    assert (first.font.size, first.bold, first.italic) == (Pt(12), True, True)


def test_what_the_office_told_stands_in_place_of_the_blanks() -> None:
    told = headed(
        number="12/VP-TTHC", signer_role="Chánh Văn phòng", copies=("Như trên;", "Lưu: VT.")
    )
    file = read(told)
    assert rows(file.tables[0])[1][0].startswith("Số: 12/VP-TTHC\n")
    left, right = rows(file.tables[1])[0]
    assert left == "Nơi nhận:\n- Như trên;\n- Lưu: VT."
    assert right.startswith("CHÁNH VĂN PHÒNG\n")


def test_an_office_that_nobody_named_is_a_blank_to_fill_in() -> None:
    file = read(headed(authority="", authority_above=""))
    assert rows(file.tables[0])[0][0].split("\n")[0] == "[TÊN CƠ QUAN BAN HÀNH]"


def test_the_letter_ends_with_its_mark_and_the_last_lines_stay_with_the_signature() -> None:
    body = [each for each in read(USUAL).paragraphs if each.text.startswith("Đề nghị")]
    assert body[0].text.endswith("trước ngày 31/7/2024./.")
    assert body[0].paragraph_format.keep_with_next


def test_each_annex_begins_a_page_and_names_the_letter() -> None:
    file = read(USUAL)
    assert styled(file, "Heading 1") == [
        "Phụ lục I\nKẾT QUẢ ĐỐI SOÁT HỒ SƠ QUÁ HẠN",
        "Phụ lục II\nKẾT QUẢ THEO CƠ QUAN, ĐƠN VỊ",
        "Phụ lục III\nDIỄN BIẾN QUA CÁC KỲ",
        "Phụ lục IV\nCĂN CỨ VÀ CÁCH ĐỌC SỐ LIỆU",
    ]
    enclosed = "(Kèm theo Công văn số ....../...... ngày 05 tháng 7 năm 2024 của Văn phòng)"
    assert texts(USUAL).count(enclosed) == 4
    assert len(file.sections) == 5
    only = texts(document(section("bridge", "Cầu nối", BRIDGE)))
    assert "Phụ lục\nCẦU NỐI" in only


def test_annexes_are_counted_in_roman_numerals() -> None:
    assert [roman(n) for n in (1, 3, 4, 9, 14, 29)] == ["I", "III", "IV", "IX", "XIV", "XXIX"]


def test_the_paper_is_a4_and_lies_where_a_table_is_wide() -> None:
    sections = list(read(USUAL).sections)
    lying = [each.orientation is WD_ORIENT.LANDSCAPE for each in sections]
    assert lying == [False, False, True, False, False]
    for each, lies in zip(sections, lying, strict=True):
        assert millimetres(each.page_width, each.page_height) == (
            (297, 210) if lies else (210, 297)
        )
        assert millimetres(each.top_margin, each.bottom_margin) == (20, 20)
        assert millimetres(each.left_margin, each.right_margin) == (30, 15)


def test_the_letter_itself_stands_even_with_a_wide_table() -> None:
    wide = Section(key="wide", title="Theo đơn vị", blocks=(units(3),), is_annex=False)
    file = read(replace(USUAL, sections=(*USUAL.sections[:1], wide)))
    assert [each.orientation for each in file.sections] == [WD_ORIENT.PORTRAIT]
    widths = [column.width for column in file.tables[1].columns]
    assert sum(width.mm for width in widths if width) == pytest.approx(165, abs=1)


def test_pages_are_numbered_at_the_top_from_the_second_and_anew_in_each_annex() -> None:
    file = read(USUAL)
    header = file.sections[0].header.paragraphs[0]
    assert header.alignment is WD_ALIGN_PARAGRAPH.CENTER
    assert 'w:instr=" PAGE "' in header.paragraph_format.element.xml
    assert file.sections[0].first_page_header.paragraphs[0].text == ""
    assert all(each.different_first_page_header_footer for each in file.sections)
    assert all(each.header.is_linked_to_previous for each in list(file.sections)[1:])
    assert part(USUAL, "word/document.xml").count('<w:pgNumType w:start="1"/>') == 4


def test_numbers_stand_at_the_right_in_vietnamese_form() -> None:
    grid = read(document(section("units", "Đơn vị", units()))).tables[2]
    first = [cell.text for cell in grid.rows[3].cells]
    assert first[:6] == ["1", "Ủy ban nhân dân huyện số 1", "100", "130", "+30", "1.000"]
    assert first[6:] == ["13\u00a0%", "66,3", "-1,25", "1", "5/3/2024", "16:30 24/7/2024"]
    sides = [cell.paragraphs[0].alignment for cell in grid.rows[3].cells]
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    assert sides == [centre, WD_ALIGN_PARAGRAPH.LEFT, *[right] * 7, *[centre] * 3]


def test_headings_repeat_and_rows_stay_whole() -> None:
    grid = read(document(section("units", "Đơn vị", units(40)))).tables[2]
    xml = [row.cells[0].paragraphs[0].paragraph_format.element.getparent() for row in grid.rows]
    told = [cell.getparent().xml for cell in xml]
    assert ["<w:tblHeader/>" in each for each in told] == [True, True] + [False] * 42
    assert all("<w:cantSplit/>" in each for each in told)


def test_few_rows_at_the_end_and_a_band_stay_with_what_follows() -> None:
    grid = read(document(section("units", "Đơn vị", units()))).tables[2]
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in grid.rows[2:]]
    assert kept == [True, *[None] * 10, True, True, None]


def test_shared_headings_and_lone_texts_run_over_their_columns() -> None:
    cells = rows(read(document(section("units", "Đơn vị", units()))).tables[2])
    assert cells[0][2:5] == ["Quá hạn"] * 3
    assert cells[0][1] == cells[1][1] == "Cơ quan, đơn vị"
    assert cells[2] == ["Cấp huyện"] * 12
    assert cells[7][2:] == [NONE] * 10


def test_totals_are_bold_and_marks_are_said_in_a_legend() -> None:
    report = document(section("units", "Đơn vị", units()))
    grid = read(report).tables[2]
    assert all(cell.paragraphs[0].runs[0].bold for cell in grid.rows[15].cells[1:])
    bad = grid.rows[3].cells[3].paragraphs[0].runs[0]
    assert bad.bold
    assert str(bad.font.color.rgb) == "991B1B"
    assert any(words.startswith("Cách trình bày: chữ đậm") for words in texts(report))


def test_the_cut_off_stands_under_every_table() -> None:
    assert texts(USUAL).count(CUTOFF) == 3


def test_a_chart_is_a_picture_with_words_and_a_title() -> None:
    file = read(USUAL)
    assert len(file.inline_shapes) == 3
    assert all(shape.width <= Mm(252) for shape in file.inline_shapes)
    xml = part(USUAL, "word/document.xml")
    assert 'descr="Tại tỉnh 1.217 hồ sơ quá hạn; trên Cổng 1.498' in xml
    captions = [
        each.text for each in file.paragraphs if each.style and each.style.name == "Caption"
    ]
    assert "Từ số quá hạn tại tỉnh đến số quá hạn trên Cổng" in captions


def test_the_type_is_times_new_roman_in_vietnamese() -> None:
    styles = part(USUAL, "word/styles.xml")
    assert 'w:val="vi-VN"' in styles
    assert 'w:ascii="Times New Roman"' in styles
    file = read(USUAL)
    for name, size in (("Normal", 14), ("Body Text", 14), ("Heading 1", 14)):
        assert file.styles[name].font.size == Pt(size)
        assert file.styles[name].font.name == "Times New Roman"
    with speaking("en"):
        assert 'w:val="en-GB"' in part(document(), "word/styles.xml")


def test_empty_tables_hostile_texts_and_two_hundred_rows_are_written() -> None:
    file = read(NASTY)
    odd, empty, many = file.tables[2:5]
    assert [row[0] for row in rows(odd)[1:6]] == list(FORMULAS)
    assert rows(odd)[6][0] == "Sở Nội vụ gnăh <b>&amp;</b>"
    assert max(len(row[0]) for row in rows(odd)) == 1_000
    assert len(empty.rows) == 1
    assert "Không có số liệu." in texts(NASTY)
    assert len(many.rows) == 2 + 202


def test_a_table_too_long_for_a_letter_is_cut_and_says_so() -> None:
    columns = (Column(key="n", heading="Số", kind=Kind.COUNT),)
    cells = tuple((Cell(n),) for n in range(MOST_ROWS + 3))
    report = document(
        section("long", "Dài", Table(key="long", title="Dài", columns=columns, rows=cells))
    )
    assert len(read(report).tables[2].rows) == MOST_ROWS + 1
    assert (
        "Bảng chỉ gồm 250 dòng đầu; còn 3 dòng khác trong bảng tính (xlsx) của báo cáo."
        in texts(report)
    )


def test_the_same_report_gives_the_same_bytes_and_names_nobody() -> None:
    assert letter(USUAL) == usual()
    told = read(USUAL).core_properties
    assert told.title == USUAL.title
    assert (told.author, told.last_modified_by, told.comments) == ("", "", "")
    assert told.created is not None
    assert told.created.date() == LETTERHEAD.day
    with ZipFile(BytesIO(usual())) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert not [name for name in archive.namelist() if "thumbnail" in name]


def test_an_office_prints_it_in_whole_vietnamese_words(tmp_path: Path) -> None:
    pages = pages_of(usual(), "docx", tmp_path)
    assert len(pages) >= 5
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in pages[0]
    assert "Thực hiện chỉ đạo của Chủ tịch" in pages[0]
    assert "Nơi nhận:" in pages[0]
    assert "Phụ lục I KẾT QUẢ ĐỐI SOÁT HỒ SƠ QUÁ HẠN" in pages[1]


def test_an_office_numbers_pages_and_repeats_headings(tmp_path: Path) -> None:
    long = section("many", "Nhiều đơn vị", units(60))
    words = Paragraph("Diễn biến các kỳ.")
    report = document(long, section("series", "Diễn biến", words, series(3)))
    pages = pages_of(letter(report), "docx", tmp_path)
    assert len(pages) >= 5
    assert [page.split()[0] for page in pages[1:4]] == ["Phụ", "2", "3"]
    assert all("Bộ chỉ số 766" in page for page in pages[1:-2])
    assert pages[-1].startswith("Phụ lục II")
