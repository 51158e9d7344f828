"""From pydantic's list of mistakes to one error that says where, what, and what is allowed."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from worker.errors import SettingsError
from worker.settings.environment import KeyPath
from worker.settings.model import KINDS, Settings, WebhookSettings
from worker.settings.origin import Origins
from worker.settings.schedule import ScheduleSettings

# Never in the file at all, unlike an address, which may stand there without its password.
BARE_SECRETS = frozenset({"password", "secret", "webhook_secret", "link_secret"})
SECRETS = BARE_SECRETS | {"database_url", "broker_url", "smtp_url"}
HIDDEN = "…"
_SHOWN = 80
_KEY_MARK = "[key]"

_EXPECTED = {
    "int_type": "integer",
    "int_parsing": "integer",
    "int_from_float": "integer",
    "int_parsing_size": "integer",
    "float_type": "number",
    "float_parsing": "number",
    "finite_number": "number",
    "string_type": "text",
    "string_too_short": "text_not_empty",
    "string_too_long": "text_shorter",
    "string_pattern_mismatch": "province_code",
    "model_type": "table",
    "model_attributes_type": "table",
    "dict_type": "table",
    "tuple_type": "list",
    "path_type": "text",
    "greater_than": "more_than",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "literal_error": "one_of",
    "enum": "one_of",
}
_LIMITS = ("gt", "ge", "le", "lt")


def first_mistake(
    error: ValidationError, tree: Mapping[str, Any], origins: Origins
) -> SettingsError:
    """The first mistake as an error; unknown keys first, for they explain missing ones."""
    details = min(error.errors(include_url=False), key=_is_no_unknown_key)
    path = _key_path(details)
    match details["type"]:
        case "extra_forbidden":
            return unknown_key(path, tree, origins)
        case "missing":
            return SettingsError("settings_missing", setting=".".join(path), **origins.of(path))
        case "union_tag_not_found":
            kind = ".".join((*path, "kind"))
            place = origins.of(path)
            return SettingsError("settings_kind_missing", setting=kind, allowed=_kinds(), **place)
        case "union_tag_invalid":
            return _wrong_kind(details, path, origins)
        case _:
            return _wrong_value(details, path, origins)


def unknown_key(path: KeyPath, tree: Mapping[str, Any], origins: Origins) -> SettingsError:
    """An error for a key that does not exist, with the nearest one that does."""
    keys = sorted(_keys_beside(path, tree))
    near = get_close_matches(path[-1], keys, n=1, cutoff=0.6)
    return SettingsError(
        "settings_unknown_key_near" if near else "settings_unknown_key",
        setting=".".join(path),
        nearest=near[0] if near else "",
        allowed=", ".join(keys),
        **origins.of(path),
    )


def shown(path: KeyPath, value: object) -> str:
    """The value as an error may show it: short, and never a secret."""
    text = str(value)
    if path[-1] in SECRETS or ("@" in text and "://" in text):
        return HIDDEN
    return text if len(text) <= _SHOWN else text[:_SHOWN] + HIDDEN


def _is_no_unknown_key(details: ErrorDetails) -> bool:
    return details["type"] != "extra_forbidden"


def _key_path(details: ErrorDetails) -> KeyPath:
    """The path of the key in the file: pydantic also names the kind it chose."""
    parts = [str(part) for part in details["loc"] if part != _KEY_MARK]
    if parts[0] == "sources" and len(parts) > 2 and parts[2] in KINDS:  # noqa: PLR2004
        del parts[2]
    return tuple(parts)


def _wrong_kind(details: ErrorDetails, path: KeyPath, origins: Origins) -> SettingsError:
    path = (*path, "kind")
    return SettingsError(
        "settings_value",
        setting=".".join(path),
        value=shown(path, details.get("ctx", {}).get("tag", "")),
        expected="one_of",
        allowed=_kinds(),
        **origins.of(path),
    )


def _kinds() -> str:
    return ", ".join(KINDS)


def _wrong_value(details: ErrorDetails, path: KeyPath, origins: Origins) -> SettingsError:
    context = details.get("ctx", {})
    limits = [context[name] for name in _LIMITS if name in context]
    value = path[-1] if _KEY_MARK in details["loc"] else details["input"]
    return SettingsError(
        "settings_value",
        setting=".".join(path),
        value=shown(path, value),
        expected=_expected(details),
        allowed=_allowed(context),
        limit=str(limits[0]) if limits else "",
        **origins.of(path),
    )


def _expected(details: ErrorDetails) -> str:
    kind = details["type"]
    if _KEY_MARK in details["loc"]:
        return "job_name" if details["loc"][0] == "schedule" else "source_name"
    for family in ("datetime", "date", "time", "timezone"):
        if kind.startswith(f"{family}_"):
            return family
    return _EXPECTED.get(kind, kind)


def _allowed(context: Mapping[str, Any]) -> str:
    if "allowed" in context:
        return str(context["allowed"])
    return ", ".join(re.findall(r"'([^']*)'", str(context.get("expected", ""))))


def _keys_beside(path: KeyPath, tree: Mapping[str, Any]) -> set[str]:
    """The keys that exist where ``path`` points to one that doesn't."""
    if path[0] == "sources":
        kind = tree["sources"][path[1]].get("kind")
        model: type[BaseModel] = KINDS[kind]
    elif path[0] == "webhooks":
        model = WebhookSettings
    elif path[0] == "schedule":
        model = ScheduleSettings
    else:
        model = Settings
        for part in path[:-1]:
            annotation = model.model_fields[part].annotation
            if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
                return set()
            model = annotation
    return {field.alias or name for name, field in model.model_fields.items()}
