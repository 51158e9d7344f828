"""The secret that signs webhooks: where it may stand, and where not."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.console.conftest import SECRET
from worker.errors import SettingsError
from worker.i18n import sentence
from worker.settings.load import load_settings
from worker.settings.model import Settings, WorkbookSettings

VARIABLE = "DOISOAT_SOURCES__TINH__WEBHOOK_SECRET"
TOML = """
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "mau"
[sources.tinh]
kind = "opencps"
url = "http://tinh.example"
username = "doisoat"
group_id = "1"
"""


def loaded(folder: Path, more: str = "", **environment: str) -> Settings:
    (folder / "doisoat.toml").write_text(TOML + more, encoding="utf-8")
    return load_settings(environment=environment, working_folder=folder)


def secret_of(settings: Settings) -> SecretStr | None:
    source = settings.sources["tinh"]
    assert not isinstance(source, WorkbookSettings)
    return source.webhook_secret


def test_it_comes_from_the_environment_or_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "bi-mat").write_text(f"{SECRET}\n", encoding="utf-8")
    assert secret_of(loaded(tmp_path)) is None
    for settings in (
        loaded(tmp_path, **{VARIABLE: SECRET}),
        loaded(tmp_path, **{f"{VARIABLE}_FILE": "bi-mat"}),
        loaded(tmp_path, 'webhook_secret_file = "bi-mat"\n'),
    ):
        found = secret_of(settings)
        assert found is not None
        assert found.get_secret_value() == SECRET
        assert SECRET not in repr(settings)


def test_in_the_settings_file_itself_it_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        loaded(tmp_path, f'webhook_secret = "{SECRET}"\n')
    assert raised.value.key == "settings_secret_in_file"
    assert VARIABLE in sentence(raised.value)
    assert SECRET not in sentence(raised.value)


def test_a_short_one_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        loaded(tmp_path, **{VARIABLE: "mot-hai-ba-bon-n"[:15]})
    assert "16 ký tự" in sentence(raised.value)
    assert "mot-hai" not in sentence(raised.value)
    assert secret_of(loaded(tmp_path, **{VARIABLE: "mot-hai-ba-bon-n"})) is not None


def test_the_console_listens_to_its_own_machine_alone_unless_told_otherwise(
    tmp_path: Path,
) -> None:
    assert loaded(tmp_path).console.host == "127.0.0.1"
    assert loaded(tmp_path, DOISOAT_CONSOLE__HOST="0.0.0.0").console.host == "0.0.0.0"  # noqa: S104
