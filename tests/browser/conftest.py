"""A real browser before a running console."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from models.roles import Role
from tests.console.conftest import Console, consoled
from tests.console.offices import make_office, office_in
from tests.console.people import WORD, has_account
from worker.log import logging_to

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK, PHONE = (1366, 768), (390, 844)
_PATIENCE = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one these tests are skipped.

    Closed with its module: while it is open, no other event loop can run in this thread.
    """
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        # A browser in a container has no room of its own for untrusted code; ours is trusted.
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def made_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office after one journey; nobody changes it."""
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(made_office: Path, tmp_path: Path) -> Iterator[Console]:
    """Its console; the upstreams are gone."""
    with (
        logging_to(tmp_path / "console.log"),
        consoled(office_in(made_office, tmp_path / "office")) as found,
    ):
        yield found


@dataclass
class Window:
    """A page, and what went wrong in it."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path, wait_until="load")
        return self.page


@contextmanager
def window(
    browser: Browser,
    console: Console,
    role: Role = Role.ADMIN,
    *,
    size: tuple[int, int] = DESK,
    dark: bool = False,
) -> Iterator[Window]:
    """A window in which somebody of a role has signed in by the form."""
    name = has_account(console.settings, role, f"{role.value}-{size[0]}-{int(dark)}")
    context = _context(browser, size, dark=dark)
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        opened = Window(page, str(console.client.base_url).rstrip("/"))
        page.on("console", lambda message: _note(opened, message))
        page.on("pageerror", lambda error: opened.faults.append(str(error)))
        opened.open("/sign-in")
        page.get_by_label("Tài khoản").fill(name)
        page.get_by_label("Mật khẩu").fill(WORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_load_state("load")
        yield opened
    finally:
        context.close()


def _context(browser: Browser, size: tuple[int, int], *, dark: bool) -> BrowserContext:
    width, height = size
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        accept_downloads=True,
    )


def _note(opened: Window, message: ConsoleMessage) -> None:
    if message.type == "error":
        opened.faults.append(message.text)
