"""Message catalogues: ``text("states.run.complete")`` is key ``run.complete`` of states.toml.

A large area is a folder: ``text("pages.runs.title")`` is key ``title`` of pages/runs.toml.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from worker.errors import DataError, DoisoatError

LANGUAGES = ("vi", "en")
AREAS = (
    "announcing",
    "backup",
    "causes",
    "cli",
    "console",
    "doctor",
    "errors",
    "explain",
    "fields",
    "figures",
    "flags",
    "health",
    "importing",
    "improvement",
    "incidents",
    "index",
    "init",
    "mail",
    "mails",
    "numbers",
    "outbox",
    "pages",
    "publication",
    "quarantine",
    "report",
    "resend",
    "rules",
    "runs",
    "schedule",
    "statement",
    "states",
    "up",
)
# Values of an error that are themselves keys: what is wrong, what is allowed, where it stands.
_PARTS = ("problem", "expected", "place")

_language: ContextVar[str] = ContextVar("language", default="vi")
_strict: ContextVar[bool] = ContextVar("strict", default=False)


def use_language(name: str, *, strict: bool = False) -> None:
    """Speak ``name`` ("vi" or "en") from now on; anything else is Vietnamese.

    With ``strict`` a missing text raises KeyError; otherwise people see its key, which is better
    than an error about an error.
    """
    _language.set(name if name in LANGUAGES else LANGUAGES[0])
    _strict.set(strict)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak ``name`` inside the block only, then the language from before again."""
    token = _language.set(name if name in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language in use: "vi" or "en"."""
    return _language.get()


def text(key: str, **values: object) -> str:
    """The text named ``key`` ("<area>.<key>") in the language in use, its blanks filled."""
    template = _find(key)
    if template is None:
        if _strict.get():
            raise KeyError(key)
        return key
    return template.format_map(values if _strict.get() else _Blanks(values))


def has_text(key: str) -> bool:
    """Whether the language in use has a text for ``key``."""
    return _find(key) is not None


def sentence(error: DoisoatError, area: str | None = None) -> str:
    """One sentence for people that says what happened and what to do about it.

    It comes from ``area`` where one is named, else from where errors of this kind stand.
    """
    area = area or ("quarantine" if isinstance(error, DataError) else "errors")
    values: dict[str, object] = dict(error.values)
    for part in _PARTS:
        if part in values:
            values[part] = text(f"errors.{part}.{values[part]}", **error.values)
    if "detail" in values:
        values["detail"] = fault_in_words(str(values["detail"]))
    return text(f"{area}.{error.key}", **values)


def fault_in_words(detail: str) -> str:
    """A source's short fault in words where we have them, else as it is ("HTTP 503")."""
    key = "errors.detail." + detail.replace(" ", "_")
    return text(key) if has_text(key) else detail


def catalogue(name: str, area: str) -> Mapping[str, str]:
    """Every text of one area in one language, by its key inside the area."""
    return _load(name, area)


class _Blanks(dict[str, object]):
    """A blank that nothing fills stays as it is written."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _find(key: str) -> str | None:
    area, _, rest = key.partition(".")
    if area not in AREAS:
        return None
    return _load(_language.get(), area).get(rest)


@cache
def _load(name: str, area: str) -> dict[str, str]:
    """The texts of an area: of one file, or of a folder, each file under its name.

    The file named like the area holds what has no name before it.
    """
    folder = files(__package__).joinpath(name, area)
    if not folder.is_dir():
        return _read(files(__package__).joinpath(name, f"{area}.toml"), "")
    return {
        key: told
        for file in folder.iterdir()
        for key, told in _read(file, _prefix(area, file.name)).items()
    }


def _prefix(area: str, file: str) -> str:
    return "" if file == f"{area}.toml" else file.removesuffix("toml")


def _read(file: Traversable, prefix: str) -> dict[str, str]:
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")), prefix))


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
