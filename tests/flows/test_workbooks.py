"""Offices that have nothing but files: both sides imported, reconciled to the dossier."""

from pathlib import Path

import pytest

from tests.cli.conftest import doisoat
from tests.workbooks import write_csv
from worker.core.workbook.cells import Cell

_TOML = """
now = "2024-07-24T16:00:00+07:00"
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.tinh]
kind = "workbook"
side = "province"
rule = "portal"
[sources.cong]
kind = "workbook"
side = "portal"
"""
_HEAD = ("Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc", "Trạng thái")
_HOME = [
    ("H99.01-240705-0001", "05/07/2024 08:00", "10/07/2024 17:00", "09/07/2024 10:00"),
    ("H99.01-240705-0002", "05/07/2024 09:00", "10/07/2024 17:00", "12/07/2024 10:00"),
    ("H99.01-240705-0003", "05/07/2024 10:00", "10/07/2024 17:00", ""),
]
# The first ended later on the portal, the second is the same, the third is not there.
_PORTAL = [
    ("H99.01-240705-0001", "05/07/2024 08:00", "10/07/2024 17:00", "15/07/2024 10:00"),
    ("H99.01-240705-0002", "05/07/2024 09:00", "10/07/2024 17:00", "12/07/2024 10:00"),
]


@pytest.fixture
def desk(tmp_path: Path, province_folder: Path) -> Path:
    (tmp_path / "doisoat.toml").write_text(_TOML.format(seeds=province_folder), encoding="utf-8")
    write_csv(tmp_path / "tinh.csv", _rows(_HOME))
    write_csv(tmp_path / "cong.csv", _rows(_PORTAL))
    return tmp_path


def _rows(dossiers: list[tuple[str, str, str, str]]) -> list[tuple[Cell, ...]]:
    return [_HEAD, *((c, "Sở Thử Nghiệm", r, d, e, _status(e)) for c, r, d, e in dossiers)]


def _status(ended: str) -> str:
    return "Đã xử lý xong" if ended else "Đang xử lý"


def _bring(desk: Path, source: str, *options: str) -> None:
    done = doisoat(desk, "import", f"{source}.csv", "--source", source, *options)
    assert done.code == 0, done.err


def test_two_whole_lists_are_reconciled_without_a_single_call(desk: Path) -> None:
    _bring(desk, "tinh")
    _bring(desk, "cong", "--period", "2024-07", "--complete")
    report = doisoat(desk, "reconcile", "--json").json
    assert report["complete"] is True
    assert {item["dossier"][-4:]: item["cause"] for item in report["discrepancies"]} == {
        "0001": "END_DIFFERS",
        "0003": "NOT_ON_PORTAL",
    }
    totals = report["totals"]
    assert (totals["late_province"], totals["late_portal"], totals["presumed"]) == (2, 2, 0)


def test_a_list_of_some_dossiers_says_nothing_of_the_others(desk: Path) -> None:
    _bring(desk, "tinh")
    _bring(desk, "cong")
    report = doisoat(desk, "reconcile", "--json").json
    assert [item["cause"] for item in report["discrepancies"]] == ["END_DIFFERS"]
    assert report["totals"]["presumed"] == 1


def test_a_journey_over_files_reads_nothing_and_reconciles_what_was_imported(desk: Path) -> None:
    _bring(desk, "tinh")
    _bring(desk, "cong", "--period", "2024-07", "--complete")
    done = doisoat(desk, "sync", "--wait", "--json")
    assert done.code == 0, done.err
    told = done.json
    assert told["runs"] == []
    assert len(told["reconciliation"]["discrepancies"]) == 2
    assert doisoat(desk, "discrepancies", "--json").json["total"] == 2
    assert doisoat(desk, "health").code == 0
