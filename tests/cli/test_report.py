"""``report`` writes one period in every form, and says where."""

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.conftest import Done, Office, doisoat

SIGNS = {"xlsx": b"PK", "docx": b"PK", "html": b"<!DOCTYPE html>", "json": b"{", "csv": b"PK"}


@pytest.fixture(scope="module")
def folder(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office as it was after its first sync."""
    return shutil.copytree(office.as_pulled, tmp_path_factory.mktemp("report") / "office")


def report(folder: Path, *arguments: str) -> Done:
    return doisoat(folder, "report", "--period", "2024-07", *arguments)


@pytest.mark.parametrize("form", SIGNS)
def test_each_form_is_written_under_its_usual_name(folder: Path, form: str) -> None:
    done = report(folder, "--format", form)
    name = f"doisoat-H51-2024-07.{'zip' if form == 'csv' else form}"
    assert (done.code, done.err) == (0, "")
    assert (folder / name).read_bytes().startswith(SIGNS[form])
    assert name in done.out.replace("\n", "")
    assert "tháng 7/2024 (tạm thời)" in done.out


def test_a_workbook_is_written_where_no_form_is_asked_for(folder: Path) -> None:
    assert report(folder, "--output", "out/bao-cao.xlsx").code == 0
    with ZipFile(folder / "out" / "bao-cao.xlsx") as book:
        assert "xl/workbook.xml" in book.namelist()


def test_the_report_says_what_reconciling_says(folder: Path) -> None:
    told = json.loads(report(folder, "--format", "json", "--output", "-").out)
    found = doisoat(folder, "reconcile", "--period", "2024-07", "--json").json
    (late,) = (
        each
        for part in told["sections"]
        for each in part["tables"]
        if each["key"] == "late_by_unit"
    )
    rows = {row["values"]["unit"]: row["values"] for row in late["rows"]}
    assert rows["Tổng cộng"]["late_portal"] == found["totals"]["late_portal"]
    assert rows["Tổng cộng"]["published"] == found["totals"]["late_published"]
    for unit in found["units"]:
        if unit["counted_province"] or unit["counted_portal"]:
            assert rows[unit["name"]]["late_province"] == unit["late_province"]
            assert rows[unit["name"]]["difference"] == unit["difference"]


def test_one_unit_has_a_report_of_its_own(folder: Path) -> None:
    done = report(folder, "--unit", "Sở Nội vụ", "--format", "html")
    assert done.code == 0
    page = (folder / "doisoat-H51.12-2024-07.html").read_text(encoding="utf-8")
    assert "Sở Nội vụ" in page
    assert "Sở Tài chính" not in page


def test_months_stand_side_by_side(folder: Path) -> None:
    done = report(folder, "--compare", "2024-04, 2024-06", "--format", "html", "--output", "-")
    assert all(month in done.out for month in ("Tháng 4/2024", "Tháng 6/2024", "Tháng 7/2024"))
    alone = report(folder, "--compare", "2024-06", "--format", "html", "--output", "-").out
    assert "Tháng 4/2024" not in alone


def test_the_letterhead_comes_from_the_settings(folder: Path, tmp_path: Path) -> None:
    office = shutil.copytree(folder, tmp_path / "office")
    with (office / "doisoat.toml").open("a", encoding="utf-8") as file:
        file.write('\n[report]\nauthority_above = "UBND TỈNH SÓC TRĂNG"\nauthority = "VĂN PHÒNG"\n')
    out = report(office, "--format", "html", "--output", "-").out
    assert "UBND TỈNH SÓC TRĂNG" in out
    assert "VĂN PHÒNG" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--format", "pdf"), 2, "xlsx, docx, html, json, csv"),
        (("--output", "-"), 2, "html, json"),
        (("--unit", "Sở Xa"), 1, "Sở Xa"),
        (("--output", "doisoat.toml/x.xlsx"), 1, "Không ghi được"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    folder: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = report(folder, *arguments)
    assert done.code == code
    assert says in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_month_still_to_come_and_one_before_all_figures_are_refused(folder: Path) -> None:
    assert doisoat(folder, "report", "--period", "2024-08").code == 2
    done = doisoat(folder, "report", "--period", "2020-01")
    assert done.code == 1
    assert "doisoat reconcile --period 2020-01" in done.err


def test_the_report_is_written_in_english_where_that_is_spoken(folder: Path) -> None:
    english = {"DOISOAT_LANGUAGE": "en"}
    done = doisoat(folder, "report", "--format", "html", "--output", "-", environment=english)
    assert 'lang="en"' in done.out
    assert "Reconciliation of late dossiers" in done.out
    assert "Hồ sơ quá hạn" not in done.out
