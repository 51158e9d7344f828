"""A report for programs: everything it says, in types they can reckon with."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest

from tests.report_documents import FORMULAS
from tests.report_facts import facts, index
from worker.i18n import use_language
from worker.render.report.contents import document_of
from worker.render.report.document import Cell, Column, Document, Kind, Section, Table
from worker.render.report.machine import as_csv, as_json


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def whole() -> Document:
    return document_of(facts(index=index()))


def of(row: tuple[Cell, ...], kinds: tuple[Kind, ...]) -> Document:
    columns = tuple(
        Column(key=f"c{place}", heading=f"Cột {place}", kind=kind)
        for place, kind in enumerate(kinds)
    )
    table = Table(key="one", title="Bảng", columns=columns, rows=(row,), notes=("Ghi chú.",))
    part = Section(key="part", title="Phần", blocks=(table,))
    return replace(document_of(facts()), sections=(part,))


def files(document: Document) -> dict[str, list[list[str]]]:
    with ZipFile(BytesIO(as_csv(document))) as bundle:
        return {
            name: list(csv.reader(StringIO(bundle.read(name).decode("utf-8-sig"))))
            for name in bundle.namelist()
        }


def tables(told: Any) -> dict[str, Any]:
    return {each["key"]: each for part in told["sections"] for each in part["tables"]}


def test_the_json_says_of_what_period_and_cutoff_it_is() -> None:
    told = json.loads(as_json(whole()))
    assert told["period"] == {"from": "2024-07-01", "to": "2024-07-31"}
    assert told["as_of"] == "2024-07-24T16:00:00+07:00"
    assert told["provisional"] is True
    assert told["province"] == "H51"
    assert told["unit"] is None


def test_the_json_holds_every_table_with_values_by_key() -> None:
    document = whole()
    told = tables(json.loads(as_json(document)))
    assert list(told) == [each.key for each in document.tables]
    late = told["late_by_unit"]
    (row,) = (each for each in late["rows"] if each["values"]["unit"] == "Sở Nội vụ")
    assert row["values"]["late_portal"] == 33
    assert row["values"]["late_share"] == "35.48"
    assert late["rows"][-1]["kind"] == "total"


def test_what_is_said_in_place_of_a_value_stands_beside_the_null() -> None:
    rows = tables(json.loads(as_json(whole())))["late_by_unit"]["rows"]
    (row,) = (each for each in rows if each["values"]["unit"] == "Sở Tài chính")
    assert row["values"]["late_province"] is None
    assert row["said"]["late_province"] == "Không có hồ sơ"


def test_the_archive_has_a_file_a_table_that_spreadsheets_read_as_utf8() -> None:
    document = whole()
    with ZipFile(BytesIO(as_csv(document))) as bundle:
        names = bundle.namelist()
        assert bundle.read(names[0]).startswith(b"\xef\xbb\xbf")
    assert len(names) == len(document.tables) + 1
    assert names[0] == "01-worst-units.csv"
    assert names[-1] == "ghi-chu.csv"


def test_the_files_have_one_row_a_row_and_the_notes_a_file_of_their_own() -> None:
    document = whole()
    read = files(document)
    for (name, rows), table in zip(read.items(), document.tables, strict=False):
        assert len(rows) == len(table.rows) + 1, name
        assert {len(row) for row in rows} == {len(table.columns)}, name
    assert any("Thời điểm" in row[2] or "chốt lúc" in row[2] for row in read["ghi-chu.csv"])


@pytest.mark.parametrize("nasty", FORMULAS)
def test_text_is_never_a_formula(nasty: str) -> None:
    read = files(of((Cell(nasty),), (Kind.TEXT,)))["01-one.csv"]
    assert read[1] == [f"'{nasty}"]


def test_numbers_stay_numbers_also_below_nought() -> None:
    at = datetime(2024, 7, 24, 9, tzinfo=UTC)
    row = (Cell(-3), Cell(Decimal("12.99")), Cell(at), Cell(at.date()), Cell(said="–"))
    kinds = (Kind.SIGNED, Kind.PERCENT, Kind.INSTANT, Kind.DAY, Kind.COUNT)
    read = files(of(row, kinds))["01-one.csv"]
    assert read[1] == ["-3", "12.99", "2024-07-24 16:00:00", "2024-07-24", "–"]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert as_csv(whole()) == as_csv(whole())
    assert as_json(whole()) == as_json(whole())
