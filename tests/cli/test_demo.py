import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Done, doisoat

WORST = ["Huyện Mỹ Tú", "Sở Nội vụ", "Sở Tài nguyên và Môi trường"]
SIMULATE = [sys.executable, "-m", "worker.cli.main", "simulate", "--dossiers", "300", "--json"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("demo")
    elsewhere = {"DOISOAT_DATABASE_URL": f"sqlite:///{folder}/elsewhere.db"}
    return folder, doisoat(folder, "demo", "--once", "--dossiers", "300", environment=elsewhere)


def test_the_demo_says_what_is_invented_and_names_the_units_of_the_letter(
    demo: tuple[Path, Done],
) -> None:
    _, done = demo
    assert done.code == 0, done.err
    opening, _, _ = " ".join(done.out.split()).partition("Lấy dữ liệu")
    assert "số lượng hồ sơ là giả định" in opening
    assert "2326/UBND-TTHC" in opening
    assert all(unit in opening for unit in WORST)
    assert "Tổng cộng" in done.out
    assert "doisoat explain H51.12" in done.out


def test_commands_without_a_config_work_on_the_demo_and_take_its_time(
    demo: tuple[Path, Done],
) -> None:
    folder, _ = demo
    report = doisoat(folder, "reconcile", "--json").json
    assert report["as_of"] == "2024-07-24T16:00:00+07:00"
    assert report["totals"]["late_portal"] > 0
    assert doisoat(folder, "quarantine", "--json").json["total"] > 0
    assert doisoat(folder, "units", "--json").json["total"] == 28


def test_the_demo_keeps_to_a_database_of_its_own(demo: tuple[Path, Done]) -> None:
    folder, done = demo
    assert not (folder / "elsewhere.db").exists()
    assert "DOISOAT_DATABASE_URL" in done.err
    assert (folder / ".doisoat" / "demo.db").exists()


@pytest.mark.slow
def test_a_fresh_demo_replaces_an_earlier_one(tmp_path: Path) -> None:
    first = doisoat(tmp_path, "demo", "--once", "--dossiers", "300", "--json")
    again = doisoat(tmp_path, "demo", "--once", "--dossiers", "300", "--seed", "2", "--json")
    assert first.code == again.code == 0
    assert again.json["reconciliation"]["reconciliation"] == 1
    assert doisoat(tmp_path, "runs", "--json").json["total"] == 2


@pytest.mark.slow
def test_the_simulation_ends_with_its_caller_and_tells_all_a_config_needs(tmp_path: Path) -> None:
    files = ["--config-out", "mo-phong.toml", "--truth", "truth.json"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*SIMULATE, *files, "--until-input-ends"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert {"province_url", "adapter_url", "reporting_url", "password"} <= told.keys()
        config = ["--config", "mo-phong.toml"]
        assert doisoat(tmp_path, *config, "sync", "--wait", "--full", "--json").code == 0
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    report = doisoat(tmp_path, *config, "reconcile", "--json").json
    assert report["totals"]["late_portal"] == truth["totals"]["late_portal"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--faults", "earthquake"], 2, "server_error"),
        (["--resends", "gi-do"], 2, "gives_up"),
        (["--as-of", "2024-07-02"], 2, "ngày thứ tư"),
        (["--province", "khong-co"], 1, "khong-co"),
        (["--dossiers", "0"], 2, "--dossiers"),
        (["--host", "192.0.2.1"], 1, "192.0.2.1"),
    ],
)
def test_a_simulation_that_can_not_be_says_why(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    done = doisoat(tmp_path, "simulate", *arguments)
    assert done.code == code
    assert says in done.err
