"""A report as a page: self-contained, for everybody, whatever stands in its texts."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from typing_extensions import override

from tests.report_documents import HOSTILE
from tests.report_facts import facts, index
from worker.i18n import use_language
from worker.render.report.contents import document_of
from worker.render.report.document import Cell, Column, Document, Kind, Paragraph, Section, Table
from worker.render.report.html import page

VOID = frozenset({"meta", "br", "hr", "img", "link", "input", "path", "rect"})


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


class Read(HTMLParser):
    """The elements of a page, and whether each one opened is closed again in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def whole() -> Document:
    return document_of(facts(index=index()))


def of(*rows: tuple[Cell, ...], columns: tuple[Column, ...]) -> Document:
    """A report of one table."""
    table = Table(key="one", title="Bảng", columns=columns, rows=rows)
    section = Section(key="part", title="Phần", blocks=(Paragraph("lời"), table))
    return replace(document_of(facts()), sections=(section,))


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    text = page(whole())
    read = Read(text)
    assert read.open == []
    assert not read.named("script")
    assert not read.named("link")
    assert not re.search(r'(?:src|href)="(?!#)[^"]', text.replace("xlink:href", ""))
    assert "@import" not in text
    assert "url(http" not in text


def test_the_page_names_its_language_and_every_heading_says_what_it_is_over() -> None:
    read = Read(page(whole()))
    assert read.named("html")[0]["lang"] == "vi"
    assert all(each.get("scope") for each in read.named("th"))
    assert len(read.named("caption")) == len(read.named("table")) == len(whole().tables)


def test_anchors_lead_somewhere_and_ids_are_unique() -> None:
    read = Read(page(whole()))
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for link in read.named("a"):
        assert str(link["href"]).removeprefix("#") in ids


def test_a_chart_is_drawn_in_the_page_and_told_in_words() -> None:
    document = whole()
    text = page(document)
    read = Read(text)
    (drawn,) = (each for each in read.named("div") if each.get("role") == "img")
    assert "Quá hạn tại tỉnh 24" in str(drawn["aria-label"])
    assert len(read.named("svg")) == 1


def test_numbers_are_written_the_vietnamese_way() -> None:
    columns = (
        Column(key="a", heading="Tỷ lệ", kind=Kind.PERCENT),
        Column(key="b", heading="Số", kind=Kind.SIGNED),
    )
    from decimal import Decimal

    text = page(of((Cell(Decimal("12.99")), Cell(1217)), columns=columns))
    assert "12,99\u00a0%" in text
    assert "+1.217" in text


def test_neighbours_share_a_heading_above_and_the_others_reach_down() -> None:
    columns = (
        Column(key="unit", heading="Đơn vị"),
        Column(key="a", heading="Điểm", above="Tháng 7"),
        Column(key="b", heading="Tỷ lệ", above="Tháng 7"),
    )
    read = Read(page(of((Cell("x"), Cell("y"), Cell("z")), columns=columns)))
    heads = read.named("th")
    assert [(each.get("colspan"), each.get("rowspan")) for each in heads[:2]] == [
        (None, "2"),
        ("2", None),
    ]


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    nasty = f'<script>alert(1)</script>{HOSTILE}"'
    document = of((Cell(nasty),), columns=(Column(key="a", heading=nasty),))
    text = page(replace(document, title=nasty, subtitle=nasty))
    assert not Read(text).named("script")
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text


def test_a_table_without_rows_says_so() -> None:
    assert "Không có số liệu." in page(of(columns=(Column(key="a", heading="Tỷ lệ"),)))


def test_the_same_report_gives_the_same_page() -> None:
    assert page(whole()) == page(whole())
