"""The README is true: its commands, its settings, the test command that CI runs."""

import re
from pathlib import Path

from pydantic import BaseModel

from worker.cli.app import COMMANDS, LISTINGS
from worker.core.rules.catalogue import RULES
from worker.settings.model import KINDS, Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def test_every_command_stands_in_the_readme() -> None:
    named = {name for name, *_ in (*COMMANDS, *LISTINGS)}
    assert named
    assert {name for name in named if f"`{name}" not in README} == set()


def test_every_setting_of_a_source_stands_in_the_readme() -> None:
    keys = {key for kind in KINDS.values() for key in _names(kind)} - {"password_file"}
    assert {key for key in keys if f"`{key}`" not in README and f".{key}`" not in README} == set()


def test_every_section_and_key_of_the_settings_stands_in_the_readme() -> None:
    assert {key for key in _names(Settings) if f"{key}" not in README} == set()


def test_every_kind_and_rule_stands_in_the_readme() -> None:
    assert {name for name in (*KINDS, *RULES) if f"`{name}`" not in README} == set()


def test_both_commands_begin_with_the_installer_and_the_rest_comes_by_it() -> None:
    for mark in ("demo", "test"):
        found = re.search(rf"<!-- {mark} -->\n```sh\n(.+)\n```", README)
        assert found is not None
        assert found.group(1).startswith("pip install uv && uv run ")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test -->" in script
    assert "uv run pytest" not in script
