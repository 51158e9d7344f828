"""A settings file for upstreams that are being simulated, with the password beside it."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from worker.cli.files import write_text
from worker.core.reference import Province
from worker.settings.draft import HOME_KEYS, Draft
from worker.sources.folder import find_folder, read_folder

_LOOKUPS_PER_SECOND = 5000
# One reading is all there is, so nothing is seen twice; the mails stay in the outbox.
_ALERTS = """
[alerts]
from = "doisoat@tinh.example"
default_to = ["vanphong@tinh.example"]
confirm_after = "0s"

# The simulated province really sends again, and its portal shows it.
[resend]
enabled = true
"""


def write_config(
    told: Mapping[str, Any], province: str, base: Path, file: Path, database: Path | None = None
) -> None:
    """Write ``file`` and the password file beside it.

    Args:
        told: What ``simulate --json`` prints.
        province: The province's folder, as it was given.
        base: Where a relative path to it starts.
        file: The settings file.
        database: An SQLite file of its own; the default one where None.
    """
    password_file = file.with_suffix(".password")
    write_text(password_file, told["password"] + "\n", secret=True)
    draft = Draft(
        code=told["madonvi"],
        name=_province_name(read_folder(find_folder(province, base)), told["madonvi"]),
        seeds=str((base / province).absolute()) if (base / province).is_dir() else province,
        home_kind=told["province_kind"],
        home=_home(told),
        adapter_url=told["adapter_url"],
        portal_username=told["username"],
        reporting_url=told["reporting_url"],
        root_department_id=told["root_department_id"],
        figures_pause="0s",  # no firewall here
        password_file=password_file.name,
        lookups_per_second=_LOOKUPS_PER_SECOND,
        now=datetime.fromisoformat(str(told["as_of"])),
    )
    own = f"database_url = {json.dumps(f'sqlite:///{database}')}\n" if database else ""
    write_text(file, own + draft.toml() + _software(told, password_file.name) + _ALERTS)


def _home(told: Mapping[str, Any]) -> dict[str, str]:
    """The keys of the province's system; all of its addresses are one."""
    known = dict.fromkeys(("url", "sso_url", "api_url"), told["province_url"])
    known |= {name: told[name] for name in ("username", "group_id", "client_id")}
    resend = {"resend_url": told["resend_url"]} if told["resend_url"] else {}
    return {key: known[key] for key in HOME_KEYS[told["province_kind"]]} | resend


def _software(told: Mapping[str, Any], password_file: str) -> str:
    """The table of line-ministry software, where it is simulated too."""
    if told["ministry_url"] is None:
        return ""
    keys = {
        "side": "ministry",
        "kind": "opencps",
        "url": told["ministry_url"],
        "username": told["username"],
        "password_file": password_file,
        "group_id": told["group_id"],
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
    return "\n".join(["", "[sources.chuyennganh]", *lines, ""])


def _province_name(province: Province, code: str) -> str:
    """The province's own name in its list of units, without the word for its level."""
    names = [unit.name for unit in province.units if unit.code == code]
    return names[0].removeprefix("Tỉnh ").removeprefix("Thành phố ") if names else code
