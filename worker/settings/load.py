"""Loading: find the file, lay the environment over it, fill in secrets, check everything."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from worker.errors import SettingsError
from worker.settings.environment import (
    CONFIG_VARIABLE,
    KeyPath,
    Variables,
    early_data_dir,
    process_environment,
    read_variables,
)
from worker.settings.jobs import first_job_mistake
from worker.settings.mistakes import BARE_SECRETS, SECRETS, first_mistake
from worker.settings.model import Settings
from worker.settings.origin import Origins

DEFAULT_FILE = "doisoat.toml"
DEMO_FILE = "demo.toml"
_FILE_LIMIT = 1_000_000
_SECRET_LIMIT = 4_096
_AT_LINE = re.compile(r"at line (\d+)")


def load_settings(
    config: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    working_folder: Path | None = None,
) -> Settings:
    """The settings from one TOML file and, over it, the environment.

    Args:
        config: The file asked for; else ``DOISOAT_CONFIG``, ``doisoat.toml`` in the working
            folder, and at last the demo's file in the data folder.
        environment: Our variables; those of this process where None.
        working_folder: Where relative paths start; the process's own where None.

    Raises:
        SettingsError: No file, an unreadable one, or a wrong key or value; says where.
    """
    variables = process_environment() if environment is None else environment
    folder = working_folder or Path.cwd()
    file = find_file(config, variables, folder)
    return _checked(file, read_variables(variables), folder)


def find_file(config: Path | None, environment: Mapping[str, str], folder: Path) -> Path:
    """The settings file to read.

    Raises:
        SettingsError: The file asked for does not exist, or there is none at all.
    """
    asked = config or (environment.get(CONFIG_VARIABLE) and Path(environment[CONFIG_VARIABLE]))
    if asked:
        if not (folder / asked).is_file():
            raise SettingsError("settings_file_missing", file=str(asked))
        return folder / asked
    for candidate in (folder / DEFAULT_FILE, early_data_dir(environment, folder) / DEMO_FILE):
        if candidate.is_file():
            return candidate
    raise SettingsError("settings_no_file", file=DEFAULT_FILE)


def _checked(file: Path, variables: Variables, working_folder: Path) -> Settings:
    text = _read_text(file)
    tree = _parse(file, text)
    origins = Origins(str(file), text, variables.names)
    _refuse_secrets(tree, origins)
    secret_folders = dict.fromkeys(variables.names, working_folder)
    merged = _merged(tree, variables.tree)
    _fill_secrets(merged, (), _Folders(file.parent, secret_folders), origins)
    context = {"working_folder": working_folder, "file_folder": file.parent.absolute()}
    try:
        settings = Settings.model_validate(merged, context=context)
    except ValidationError as error:
        raise first_mistake(error, merged, origins) from None
    contradiction = first_job_mistake(settings, origins)
    if contradiction is not None:
        raise contradiction
    return settings


def _read_text(file: Path) -> str:
    try:
        if file.stat().st_size > _FILE_LIMIT:
            raise SettingsError("settings_file_too_big", file=str(file))
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError("settings_file_unreadable", file=str(file)) from error
    except UnicodeDecodeError as error:
        raise SettingsError("settings_file_not_utf8", file=str(file)) from error


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        written = text.splitlines()[line - 1].strip() if 0 < line <= len(text.splitlines()) else ""
        raise SettingsError(
            "settings_syntax", value=_harmless(written), place="line", file=str(file), line=line
        ) from None


def _harmless(line: str) -> str:
    """A line that can't be read, but for what may be a secret in it."""
    key = line.split("=", maxsplit=1)[0].strip()
    return key if any(secret in key for secret in SECRETS) else line[:80]


def _refuse_secrets(tree: Mapping[str, Any], origins: Origins) -> None:
    for path, value in _leaves(tree):
        if path[-1] in BARE_SECRETS or (path[-1] in SECRETS and _has_password(value)):
            variable = "DOISOAT_" + "__".join(path).upper()
            key = ".".join(path)
            where = origins.of(path)
            raise SettingsError(
                "settings_secret_in_file", setting=key, variable_to_set=variable, **where
            )


def _has_password(value: object) -> bool:
    try:
        return urlsplit(str(value)).password is not None
    except ValueError:
        return False


def _leaves(tree: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from (((key, *path), leaf) for path, leaf in _leaves(value))
        else:
            yield (key,), value


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


class _Folders:
    """Where the path of a secret's file starts: the settings file's folder, or the working one."""

    def __init__(self, file_folder: Path, of_variables: Mapping[KeyPath, Path]) -> None:
        self._file_folder = file_folder
        self._of_variables = of_variables

    def of(self, path: KeyPath) -> Path:
        return self._of_variables.get(path, self._file_folder)


def _fill_secrets(tree: dict[str, Any], path: KeyPath, folders: _Folders, origins: Origins) -> None:
    """Replace every ``<secret>_file`` by what stands in that file; a secret itself goes first.

    An empty file counts as not set: container files can't leave one out.
    """
    for key in list(tree):
        if isinstance(tree[key], dict):
            tree[key] = dict(tree[key])
            _fill_secrets(tree[key], (*path, key), folders, origins)
        secret = key.removesuffix("_file")
        if secret != key and secret in SECRETS:
            here = (*path, key)
            content = _secret(folders.of(here) / str(tree.pop(key)), here, origins)
            if content:
                tree.setdefault(secret, content)


def _secret(file: Path, path: KeyPath, origins: Origins) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            return stream.read(_SECRET_LIMIT).strip()
    except (OSError, UnicodeDecodeError):
        where = origins.of(path)
        key = ".".join(path)
        raise SettingsError(
            "settings_secret_unreadable", setting=key, value=str(file), **where
        ) from None
