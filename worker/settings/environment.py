"""What the environment says: variables that start with ``DOISOAT_``, nested by ``__``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.errors import SettingsError

PREFIX = "DOISOAT_"
CONFIG_VARIABLE = "DOISOAT_CONFIG"
DEFAULT_DATA_DIR = Path(".doisoat")
_DATA_DIR_VARIABLE = "DOISOAT_DATA_DIR"
_LANGUAGE_VARIABLE = "DOISOAT_LANGUAGE"

KeyPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variables:
    """The settings in the environment as a tree, and the variable each key came from."""

    tree: dict[str, Any]
    names: Mapping[KeyPath, str]


def process_environment() -> dict[str, str]:
    """Our variables of this process."""
    return {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}  # noqa: TID251 - the one place


def read_variables(environment: Mapping[str, str]) -> Variables:
    """The tree of settings in ``environment``.

    ``DOISOAT_SOURCES__TINH__PASSWORD`` is the key ``sources.tinh.password``. An empty variable
    counts as not set: container files can't leave one out.

    Raises:
        SettingsError: Two variables can't both hold, such as ``DOISOAT_A`` and ``DOISOAT_A__B``.
    """
    tree: dict[str, Any] = {}
    names: dict[KeyPath, str] = {}
    for name in sorted(environment):
        ours = name.startswith(PREFIX) and name != CONFIG_VARIABLE
        if not ours or not environment[name]:
            continue
        path = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if not _plant(tree, path, environment[name]):
            raise SettingsError("settings_variables_clash", variable=name)
        names[path] = name
    return Variables(tree, names)


def _plant(tree: dict[str, Any], path: KeyPath, value: str) -> bool:
    """Put ``value`` at ``path``; False where a value and a table want the same place."""
    for part in path[:-1]:
        below = tree.setdefault(part, {})
        if not isinstance(below, dict):
            return False
        tree = below
    if path[-1] in tree:
        return False
    tree[path[-1]] = value
    return True


def early_language(environment: Mapping[str, str]) -> str:
    """The language for help and for errors met before the settings are known."""
    return environment.get(_LANGUAGE_VARIABLE, "").strip().lower()


def early_data_dir(environment: Mapping[str, str], folder: Path) -> Path:
    """The data folder as far as the environment tells, resolved against ``folder``."""
    return folder / (environment.get(_DATA_DIR_VARIABLE) or DEFAULT_DATA_DIR)
