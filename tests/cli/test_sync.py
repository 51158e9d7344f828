import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Office, doisoat, write_settings
from worker.cli.sync import Journey

PARTS = ("dossier", "unit", "portal_unit", "cause", "contribution")


def keys(items: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(item[part] for part in PARTS) for item in items)


def test_a_sync_finds_exactly_what_was_planted(office: Office) -> None:
    report = office.first_sync.json["reconciliation"]
    assert office.first_sync.code == 0
    assert keys(report["discrepancies"]) == keys(office.truth["discrepancies"])
    planted = office.truth["totals"]
    assert {name: report["totals"][name] for name in planted} == planted


def test_a_sync_says_what_each_source_gave(office: Office) -> None:
    home, portal = office.first_sync.json["runs"]
    assert (home["source"], portal["source"]) == ("tinh", "cong")
    assert home["state"] == portal["state"] == "complete"
    assert home["by"] == "ca trực"
    assert home["counts"]["rows"] == len(office.world.home_rows())
    assert home["counts"]["quarantined"] == 4
    assert portal["counts"]["looked_up"] >= portal["counts"]["found"] > 0


def test_a_second_sync_is_told_in_tables_without_colour(office: Office) -> None:
    done = office.do("sync", "--wait")
    assert done.code == 0
    assert "đầy đủ" in done.out
    assert "Huyện Mỹ Tú" in done.out
    assert "Số liệu hai bên đầy đủ." in done.out
    assert "\x1b" not in done.out
    assert done.err == ""


def test_a_pull_alone_reconciles_nothing(office: Office) -> None:
    done = office.do("sync", "--wait", "--pull-only", "--json")
    assert done.code == 0
    assert done.json["reconciliation"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--source", "bo"], 1, '"bo"'),
        (["--unit", "Sở Không Có"], 1, '"Sở Không Có"'),
        (["--since", "1/7/2024"], 2, '"1/7/2024"'),
    ],
)
def test_what_does_not_exist_is_said_before_anything_is_pulled(
    office: Office, arguments: list[str], code: int, says: str
) -> None:
    done = office.do("sync", "--wait", *arguments)
    assert done.code == code
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_a_wrong_password_is_one_sentence_that_names_the_source(
    office: Office, tmp_path: Path
) -> None:
    write_settings(tmp_path, office.world, office.endpoints, password="sai")
    done = doisoat(tmp_path, "sync", "--wait")
    assert done.code == 1
    assert '"tinh" từ chối đăng nhập' in done.err
    assert doisoat(tmp_path, "runs", "--json").json["items"][0]["state"] == "failed"


def item(state: str, error: str | None = None, **counts: int) -> dict[str, Any]:
    return {"source": "tinh", "state": state, "error": error, "counts": counts}


@pytest.mark.parametrize(
    ("runs", "code"),
    [
        ([item("complete", pages=1), item("complete", looked_up=2)], 0),
        ([item("interrupted", "down")], 1),
        ([item("interrupted", "down", pages=3), item("complete")], 4),
        ([item("complete"), item("incomplete", None, not_asked=3)], 4),
        ([item("incomplete", "down", published=28, looked_up=0)], 4),
    ],
)
def test_the_exit_code_tells_unreached_from_incomplete(
    runs: list[dict[str, Any]], code: int
) -> None:
    assert Journey(tuple(runs), None).exit_code == code


def test_what_went_wrong_beside_the_runs_is_told_and_changes_no_exit_code(
    office: Office, tmp_path: Path
) -> None:
    for name in ("doisoat.toml", "password"):
        shutil.copy(office.as_pulled / name, tmp_path / name)
    settings = tmp_path / "doisoat.toml"
    legacy = f'legacy_url = "{office.endpoints.legacy_url}/nowhere"\nlegacy_province_id = "1"\n'
    text = settings.read_text("utf-8").replace('kind = "portal"\n', f'kind = "portal"\n{legacy}')
    settings.write_text(text, encoding="utf-8")
    done = doisoat(tmp_path, "sync", "--wait")
    assert done.code == 0, done.err
    assert "Lưu ý: " in done.err
    assert "cong" in done.err
