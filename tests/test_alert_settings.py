"""The settings of alerts, and what the core is told of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.test_settings import GOOD
from worker.core.alerts.policy import Policy, Thresholds
from worker.errors import SettingsError
from worker.settings.load import load_settings


def policy(folder: Path, more: str, environment: dict[str, str] | None = None) -> Policy:
    """The policy of an installation whose last table is that of the alerts."""
    (folder / "doisoat.toml").write_text(GOOD + more, encoding="utf-8")
    return load_settings(environment=environment or {}, working_folder=folder).alerts.policy


def test_without_a_word_the_policy_is_the_usual_one(tmp_path: Path) -> None:
    assert policy(tmp_path, "") == Policy()


def test_thresholds_and_times_are_the_provinces(tmp_path: Path) -> None:
    told = policy(
        tmp_path,
        'confirm_after = "0s"\nmin_difference = 5\nmin_sync_rate = 0.8\nmax_sync_lag = "2h"\n'
        'repeat_every = "7d"\nescalate_after = "8h"\n',
    )
    assert told.usual == Thresholds(
        min_difference=5, min_sync_rate=0.8, max_sync_lag=timedelta(hours=2)
    )
    assert told.confirm_after == timedelta(0)
    assert told.repeat_every == timedelta(days=7)
    assert told.escalate_after == timedelta(hours=8)


def test_a_unit_has_its_own_thresholds_over_the_provinces(tmp_path: Path) -> None:
    told = policy(tmp_path, 'min_difference = 5\n[alerts.units."H51.12"]\nmin_late_share = 0.5\n')
    assert told.of("H51.12") == Thresholds(min_difference=5, min_late_share=0.5)
    assert told.of("H51.13") == Thresholds(min_difference=5)


def test_the_environment_has_the_last_word(tmp_path: Path) -> None:
    told = policy(tmp_path, "min_difference = 5\n", {"DOISOAT_ALERTS__MIN_DIFFERENCE": "7"})
    assert told.usual.min_difference == 7


@pytest.mark.parametrize(
    "wrong",
    [
        "min_difference = 0",
        "min_late_share = 1.5",
        'repeat_every = "0s"',
        '[alerts.units."H51.12"]\nmax_quarantined = 3',
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError):
        policy(tmp_path, wrong)
