"""Joining the real parts."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from worker.bootstrap import is_alive, upstream
from worker.errors import SettingsError
from worker.settings.load import load_settings
from worker.settings.model import Settings

TOML = """
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"

[sources.cong]
side = "portal"
kind = "portal"
adapter_url = "http://127.0.0.1:9"
madonvi = "H51"
username = "doisoat"
"""


_REPORTING = """
reporting_url = "http://127.0.0.1:9/api"
root_department_id = "0"
"""


def _settings(folder: Path, more: str, environment: dict[str, str]) -> Settings:
    (folder / "doisoat.toml").write_text(TOML + more, encoding="utf-8")
    return load_settings(environment=environment, working_folder=folder)


def test_a_portal_without_a_reporting_address_publishes_nothing(tmp_path: Path) -> None:
    secret = {"DOISOAT_SOURCES__CONG__PASSWORD": "x"}
    source = upstream(_settings(tmp_path, "", secret), "cong")
    assert source.lookups is not None
    assert source.published is None
    source.lookups.close()


@pytest.mark.parametrize(
    "half", ['reporting_url = "http://127.0.0.1:9/api"', 'root_department_id = "0"']
)
def test_half_a_reporting_address_is_refused(tmp_path: Path, half: str) -> None:
    settings = _settings(tmp_path, half, {"DOISOAT_SOURCES__CONG__PASSWORD": "x"})
    with pytest.raises(SettingsError) as refused:
        upstream(settings, "cong")
    assert refused.value.key == "settings_reporting_half"


_LEGACY = """
legacy_url = "http://127.0.0.1:9/jsp/rest.jsp"
legacy_province_id = 398051
"""


@pytest.mark.parametrize(
    ("more", "generations"),
    [
        ("", []),
        (_REPORTING, ["reporting"]),
        (_LEGACY, ["legacy"]),
        (_REPORTING + _LEGACY, ["reporting", "legacy"]),
        (_REPORTING + _LEGACY + "figures = false", []),
    ],
)
def test_a_portal_publishes_its_evaluation_where_there_is_an_address(
    tmp_path: Path, more: str, generations: list[str]
) -> None:
    source = upstream(_settings(tmp_path, more, {"DOISOAT_SOURCES__CONG__PASSWORD": "x"}), "cong")
    assert [each.generation for each in source.figures] == generations
    assert {f"figures_{each}" for each in generations} <= source.capabilities.keys()
    source.close()


@pytest.mark.parametrize("half", _LEGACY.strip().splitlines())
def test_half_an_address_of_the_older_reports_is_refused(tmp_path: Path, half: str) -> None:
    settings = _settings(tmp_path, half, {"DOISOAT_SOURCES__CONG__PASSWORD": "x"})
    with pytest.raises(SettingsError) as refused:
        upstream(settings, "cong")
    assert refused.value.key == "settings_legacy_half"


def test_a_missing_password_names_the_variable_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        upstream(_settings(tmp_path, "", {}), "cong")
    assert refused.value.values["variable"] == "DOISOAT_SOURCES__CONG__PASSWORD"


def test_an_owner_lives_as_long_as_its_process() -> None:
    here = platform.node()
    assert is_alive(f"{here}/1:{os.getppid()}") is True
    assert is_alive(f"{here}/1:4194999") is False
    assert is_alive("elsewhere/1:1") is None


def test_a_process_that_is_over_is_dead_before_its_parent_notices() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = f"{platform.node()}/{os.getpid()}:{child.pid}"
    try:
        assert is_alive(owner) is True
        child.kill()
        # Waits for its end without taking notice of it.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_alive(owner) is False
    finally:
        child.communicate()
    assert is_alive(owner) is False


BASES = """
from pathlib import Path
from worker.bootstrap import services
from worker.settings.load import load_settings
with services(load_settings(environment={}, working_folder=Path.cwd())) as joined:
    print(sorted(joined.bases("portal", "opencps_month").items()))
"""


def _bases(folder: Path, more: str, seed: str) -> str:
    (folder / "doisoat.toml").write_text(TOML + more, encoding="utf-8")
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())}  # noqa: TID251
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", BASES],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_what_verdicts_rest_on_is_the_same_in_every_process_until_a_rule_changes(
    tmp_path: Path,
) -> None:
    one, same = (_bases(tmp_path, "", seed) for seed in ("1", "2"))
    assert one == same
    for change in ('[rules.portal]\ngranularity = "day"', "[rules.province]\nto_period_end = true"):
        assert _bases(tmp_path, change, "1") != one
