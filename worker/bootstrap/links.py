"""The links in mails: what signs them, and how they are made."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex, token_urlsafe
from urllib.parse import quote

from worker.core.alerts.letter import LetterLinks
from worker.core.alerts.tokens import links_to_answer
from worker.errors import SettingsError
from worker.settings.model import Settings

_FILE = "link-secret"
_BYTES = 32


def mail_links(
    settings: Settings, unit: str, incidents: Sequence[int], now: datetime
) -> LetterLinks:
    """The links of a mail to a unit, written at ``now``; none where no ``public_url`` is set.

    A mail to no unit, about the province as a whole, leads to the console's first page.
    """
    address = settings.console.public_url
    if address is None:
        return LetterLinks()
    answers = links_to_answer(address, link_secret(settings), unit, incidents, now)
    page = f"/units/{quote(unit, safe='')}" if unit else "/"
    return replace(answers, console=f"{address}{page}")


def resend_page(settings: Settings, request: int) -> str | None:
    """The console's page of a request to send dossiers again; None without a ``public_url``."""
    address = resends_page(settings)
    return None if address is None else f"{address}/{request}"


def resends_page(settings: Settings) -> str | None:
    """The console's page of all of them; None without a ``public_url``."""
    address = settings.console.public_url
    return None if address is None else f"{address}/resends"


def link_secret(settings: Settings) -> str:
    """What signs the links in mails: as it is set, else one of our own, made at first use.

    It lies in the data folder, readable by its owner alone; so workers and console find the same
    where they share that folder.

    Raises:
        SettingsError: the data folder can't be used.
    """
    if settings.console.link_secret is not None:
        return settings.console.link_secret.get_secret_value()
    file = settings.data_dir / _FILE
    try:
        if not file.exists():
            _make(file)
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        folder = str(settings.data_dir)
        raise SettingsError("data_dir_unwritable", folder=folder) from error


def _make(file: Path) -> None:
    """Whole from the first moment on, and never another one once there is one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{token_hex(8)}")
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="ascii") as stream:
            stream.write(token_urlsafe(_BYTES) + "\n")
        with suppress(FileExistsError):
            file.hardlink_to(fresh)
    finally:
        fresh.unlink()
