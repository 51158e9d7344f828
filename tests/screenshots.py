"""The pictures of the README, made anew: ``uv run python -m tests.screenshots``.

The demo fills a store in a folder of its own, the system's Chromium opens three of the console's
pages over it, and their pictures are written to ``.readme``.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, ViewportSize, sync_playwright
from sqlmodel import Session, col, select

from models.reconciliation import Discrepancy
from models.roles import Role
from models.types import Cause, DiscrepancyState
from tests.console.conftest import consoled
from tests.console.people import WORD, has_account
from worker.bootstrap import services
from worker.i18n import use_language
from worker.log import logging_to
from worker.settings.load import load_settings
from worker.settings.model import Settings

FOLDER = Path(__file__).parents[1] / ".readme"
_SIZE: ViewportSize = {"width": 1366, "height": 768}
_ACCOUNT = "van-phong"


def main() -> None:
    """Fill, open, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    use_language("vi")
    with TemporaryDirectory(prefix="doisoat-pictures-") as room:
        settings = _demo(Path(room))
        with logging_to(Path(room) / "console.log"), consoled(settings) as console:
            has_account(settings, Role.ADMIN, _ACCOUNT)
            with _page(str(console.client.base_url).rstrip("/")) as page:
                for name, path in _pictures(settings).items():
                    page.goto(path, wait_until="load")
                    page.screenshot(path=folder / f"{name}.png")


def _demo(room: Path) -> Settings:
    command = [sys.executable, "-m", "worker.cli.main", "demo", "--once"]
    environment = {"DOISOAT_DATA_DIR": str(room), "PATH": "", "HOME": str(room)}
    subprocess.run(command, check=True, env=environment, capture_output=True)  # noqa: S603 - ours
    return load_settings(
        room / "demo.toml", environment={"DOISOAT_DATA_DIR": str(room)}, working_folder=room
    )


def _pictures(settings: Settings) -> dict[str, str]:
    """The pages by the names of their pictures: the worst unit, and its dossier of most to tell."""
    with services(settings) as found, Session(found.engine) as session:
        behind = select(Discrepancy).where(
            Discrepancy.state == DiscrepancyState.OPEN, Discrepancy.cause == Cause.STATUS_BEHIND
        )
        dossier = session.exec(behind.order_by(col(Discrepancy.id))).first()
    if dossier is None:
        message = "the demo holds no dossier whose status is behind"
        raise LookupError(message)
    return {
        "overview": "/",
        "unit": f"/units/{dossier.unit}",
        "dossier": f"/dossiers/{dossier.dossier_id}",
    }


@contextmanager
def _page(address: str) -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            context = browser.new_context(viewport=_SIZE, locale="vi-VN", base_url=address)
            page = context.new_page()
            page.goto("/sign-in")
            page.fill("#name", _ACCOUNT)
            page.fill("#word", WORD)
            page.click("main button[type=submit]")
            yield page
        finally:
            browser.close()


if __name__ == "__main__":
    main()
