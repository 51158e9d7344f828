"""``doisoat publish``: files that agree with each other, name nobody, and stay where they are."""

import csv
import json
import re
import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from tests.cli.conftest import Done, Office, doisoat

_DOSSIER = re.compile(r"\d{6}-\d{4}")
_MONTH = "data/2024-07"


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Path:
    """A copy of the office as it was pulled: closing a month there disturbs no other test."""
    folder = tmp_path / "office"
    shutil.copytree(office.as_pulled, folder)
    return folder


def publish(folder: Path, to: Path, *more: str) -> Done:
    return doisoat(folder, "publish", "--to", str(to), "--period", "2024-07", *more)


def table(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def index(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "data/index.json").read_text("utf-8"))
    return told


def test_the_counts_are_those_of_reconciling_and_add_up(desk: Path, tmp_path: Path) -> None:
    assert publish(desk, tmp_path / "open").code == 0
    report = doisoat(desk, "reconcile", "--period", "2024-07", "--json").json
    rows = {row["unit"]: row for row in table(tmp_path / "open" / _MONTH / "late.csv")}
    assert rows.pop("H51")["late_portal"] == str(report["totals"]["late_portal"])
    told = {unit["code"]: unit for unit in report["units"]}
    assert rows.keys() == told.keys()
    for code, row in rows.items():
        for name in ("late_province", "late_portal", "received"):
            assert row[name] == str(told[code][name])
    steps = table(tmp_path / "open" / _MONTH / "bridge.csv")
    of_province = sum(int(each["count"]) for each in steps if each["unit"] == "H51")
    assert of_province == report["totals"]["difference"]


def test_both_forms_of_a_table_hold_the_same(desk: Path, tmp_path: Path) -> None:
    publish(desk, tmp_path)
    for name in ("late", "bridge", "indicators", "corrections"):
        items = json.loads((tmp_path / _MONTH / f"{name}.json").read_text("utf-8"))["items"]
        plain = [
            {key: "" if value is None else str(value) for key, value in item.items()}
            for item in items
        ]
        assert plain == table(tmp_path / _MONTH / f"{name}.csv")


def test_every_file_is_named_with_its_hash_and_every_link_leads_somewhere(
    desk: Path, tmp_path: Path
) -> None:
    publish(desk, tmp_path)
    (month,) = index(tmp_path)["periods"]
    for each in month["files"]:
        content = (tmp_path / "data" / each["path"]).read_bytes()
        assert sha256(content).hexdigest() == each["sha256"]
    assert sha256((tmp_path / _MONTH / "figures.json").read_bytes()).hexdigest() == month["sha256"]
    links = _links((tmp_path / "index.html").read_text("utf-8"))
    assert len(links) > len(month["files"])
    assert all((tmp_path / link).is_file() for link in links)


def test_nothing_names_a_dossier_or_a_person_and_nothing_is_loaded_from_elsewhere(
    desk: Path, tmp_path: Path
) -> None:
    publish(desk, tmp_path)
    for file in tmp_path.rglob("*.*"):
        if file.is_file() and desk not in file.parents:
            told = file.read_text("utf-8")
            assert not _DOSSIER.search(told)
            assert "Nguyễn Thị Mẫu" not in told
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "http" not in page
    assert "<script" not in page


def test_publishing_again_changes_no_byte_and_leaves_other_files_alone(
    desk: Path, tmp_path: Path
) -> None:
    first = publish(desk, tmp_path / "open", "--json").json
    (tmp_path / "open" / "logo.txt").write_text("của tỉnh", encoding="utf-8")
    again = publish(desk, tmp_path / "open", "--json").json
    assert first["unchanged"] == again["changed"] == 0
    assert first["changed"] == again["unchanged"] > 0
    assert (tmp_path / "open" / "logo.txt").read_text("utf-8") == "của tỉnh"


def test_a_month_is_provisional_until_it_is_closed(desk: Path, tmp_path: Path) -> None:
    publish(desk, tmp_path)
    assert [each["state"] for each in index(tmp_path)["periods"]] == ["provisional"]
    assert "Tạm thời" in (tmp_path / "index.html").read_text("utf-8")
    of_july = ("--period", "2024-07", "--role", "Văn phòng UBND tỉnh", "--by", "ca trực")
    closed = doisoat(desk, "close", *of_july)
    assert closed.code == 0, closed.err
    publish(desk, tmp_path)
    (month,) = index(tmp_path)["periods"]
    assert month["state"] == "closed"
    assert sha256((tmp_path / _MONTH / "figures.json").read_bytes()).hexdigest() == month["sha256"]
    assert "Đã chốt" in (tmp_path / "index.html").read_text("utf-8")


def test_a_close_that_somebody_changed_is_not_published(desk: Path, tmp_path: Path) -> None:
    doisoat(desk, "close", "--period", "2024-07", "--role", "Văn phòng", "--by", "an")
    with closing(sqlite3.connect(desk / ".doisoat" / "doisoat.db")) as opened, opened:
        opened.execute(
            "UPDATE statement SET content = replace(content, '\"count\":1,', '\"count\":2,')"
        )
    told = publish(desk, tmp_path / "open")
    assert told.code == 1
    assert "đã bị sửa" in told.err
    assert not (tmp_path / "open").exists()


def test_a_folder_that_is_a_file_is_refused_in_one_sentence(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "open").write_text("", encoding="utf-8")
    told = publish(desk, tmp_path / "open")
    assert told.code == 1
    assert "hãy chọn thư mục khác" in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_where_nothing_was_reconciled_the_page_says_so(desk: Path, tmp_path: Path) -> None:
    told = doisoat(desk, "publish", "--to", str(tmp_path / "open"), "--period", "2019-01")
    assert "Chưa có kỳ nào" in told.out
    assert "Chưa có kỳ nào" in (tmp_path / "open" / "index.html").read_text("utf-8")


def test_without_a_folder_nothing_is_written_and_the_settings_may_name_one(desk: Path) -> None:
    assert doisoat(desk, "publish").code == 2
    file = desk / "doisoat.toml"
    kept = file.read_text("utf-8") + '[publication]\nfolder = "cong-khai"\n'
    file.write_text(kept, encoding="utf-8")
    assert doisoat(desk, "publish", "--period", "2024-07").code == 0
    assert (desk / "cong-khai" / "index.html").is_file()


def test_a_job_without_a_folder_is_a_mistake_of_the_settings(desk: Path) -> None:
    file = desk / "doisoat.toml"
    job = '[schedule.cong_khai]\ndo = "publish"\nat = ["15:00"]\n'
    file.write_text(file.read_text("utf-8") + job, encoding="utf-8")
    told = doisoat(desk, "schedule")
    assert told.code == 1
    assert "[publication] folder" in told.err


def _links(page: str) -> list[str]:
    class Links(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        @override
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                self.found += [value for name, value in attrs if name == "href" and value]

    reader = Links()
    reader.feed(page)
    return reader.found
