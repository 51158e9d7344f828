from pathlib import Path

import pytest

from models.types import EventKind
from tests.test_settings import GOOD, load, mistake
from worker.i18n import sentence, use_language

WEBHOOK = GOOD + '\n[webhooks.soyte]\nurl = "https://soyte.example/tin"\n'


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def test_a_webhook_hears_of_everything_unless_it_says_of_what(tmp_path: Path) -> None:
    webhook = load(tmp_path, WEBHOOK).webhooks["soyte"]
    assert (webhook.events, webhook.units, webhook.secret) == (
        frozenset(EventKind),
        frozenset(),
        None,
    )
    chosen = WEBHOOK + 'events = ["DiscrepancyOpened"]\nunits = ["H51.12"]\n'
    webhook = load(tmp_path, chosen).webhooks["soyte"]
    assert (webhook.events, webhook.units) == (
        frozenset({EventKind.DISCREPANCY_OPENED}),
        frozenset({"H51.12"}),
    )


def test_the_secret_of_a_webhook_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    variable = "DOISOAT_WEBHOOKS__SOYTE__SECRET"
    (tmp_path / "secret").write_text("from-a-file-long-enough\n", encoding="utf-8")
    for environment in ({variable: "from-a-file-long-enough"}, {variable + "_FILE": "secret"}):
        secret = load(tmp_path, WEBHOOK, environment).webhooks["soyte"].secret
        assert secret is not None
        assert secret.get_secret_value() == "from-a-file-long-enough"
    error = mistake(tmp_path, WEBHOOK + 'secret = "in-the-file-itself"\n')
    assert error.key == "settings_secret_in_file"
    assert variable in sentence(error)
    assert "in-the-file-itself" not in sentence(error)
    error = mistake(tmp_path, WEBHOOK, {variable: "too-short"})
    assert "too-short" not in sentence(error)


def test_a_wrong_key_of_a_webhook_is_told_with_the_right_one(tmp_path: Path) -> None:
    error = mistake(tmp_path, WEBHOOK + 'event = ["DiscrepancyOpened"]\n')
    assert error.key == "settings_unknown_key_near"
    assert '"events"' in sentence(error)
    error = mistake(tmp_path, WEBHOOK + 'events = ["DiscrepancyGone"]\n')
    assert "DiscrepancyClosed" in sentence(error)


def test_the_log_goes_to_a_file_or_to_standard_error(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).log_file == tmp_path / ".doisoat" / "doisoat.log"
    assert load(tmp_path, GOOD, {"DOISOAT_LOG_TO": "stderr"}).log_file is None
