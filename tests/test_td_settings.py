"""What can be set of a TD, and what it is where nothing is."""

from pathlib import Path

import pytest

from models.types import Side
from worker.errors import SettingsError
from worker.settings.load import load_settings
from worker.settings.model import TdSettings
from worker.sources import td

TEXT = """
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
[sources.tinh]
kind = "td"
url = "http://td.example"
username = "doisoat"
"""


def load(folder: Path, more: str = "") -> TdSettings:
    path = folder / "doisoat.toml"
    path.write_text(TEXT + more, encoding="utf-8")
    settings = load_settings(path, environment={}, working_folder=folder)
    source = settings.sources["tinh"]
    assert isinstance(source, TdSettings)
    return source


def test_where_nothing_is_set_paths_are_those_of_tds_public_source(tmp_path: Path) -> None:
    source = load(tmp_path)
    assert (source.side, source.rule, source.statistics) == (Side.PROVINCE, "td_general", True)
    assert (source.list_path, source.login_path) == (td.LIST_PATH, td.LOGIN_PATH)
    assert (source.report_path, source.tenant) == (td.REPORT_PATH, td.TENANT)
    assert (source.page_size, source.month_first) == (td.PAGE_SIZE, False)


def test_an_installation_may_answer_elsewhere_and_name_statuses_otherwise(tmp_path: Path) -> None:
    more = (
        'side = "ministry"\nlist_path = "/ho-so"\nrule = "td_766"\n[sources.tinh.statuses]\n12 = 4'
    )
    source = load(tmp_path, more)
    assert (source.side, source.list_path, source.rule) == (Side.MINISTRY, "/ho-so", "td_766")
    assert source.statuses == {"12": 4}


@pytest.mark.parametrize("more", ["page_size = 0", "page_size = 5000", 'tenant = ""', "cong = 1"])
def test_what_makes_no_sense_is_a_mistake(tmp_path: Path, more: str) -> None:
    with pytest.raises(SettingsError):
        load(tmp_path, more)
