"""A morning at the office, in a real browser, before upstreams and a worker that live."""

import asyncio
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from models.incident import Incident
from models.roles import Role
from models.source import SyncRun
from models.types import RunState
from tests.browser.conftest import Window, window
from tests.console.conftest import Console, Desk, served
from tests.places import Place, journey, serving, unwatched
from tests.provinces import write_province
from worker.bootstrap import Services, services
from worker.console.app import build_console
from worker.journey import perform, queue_dossiers, route
from worker.log import logging_to
from worker.settings.model import Settings

SLOW = "/units"  # here it is answered for only once all that was asked for is over
DONE = (RunState.COMPLETE, RunState.INCOMPLETE)


class Worker:
    """Does what the console puts in the queue, in a thread, as worker processes would."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threads: list[threading.Thread] = []

    def announce(self, _services: Services, ids: Sequence[int]) -> None:
        thread = threading.Thread(target=self._work, args=(list(ids),))
        self._threads.append(thread)
        thread.start()

    def _work(self, waiting: list[int]) -> None:
        with services(self._settings) as found:
            while waiting:
                perform(found, waiting.pop(0), unwatched)
                waiting += [key for key in route(found) if key not in waiting]

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()


def slowed(app: ASGIApp, worker: Worker) -> ASGIApp:
    """One page is slow to come: whoever asked for it has heard by then that the work is over."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == SLOW:
            await run_in_threadpool(worker.wait)
            await asyncio.sleep(2)
        await app(scope, receive, send)

    return answer


@contextmanager
def living_office(folder: Path) -> Iterator[Console]:
    """A console whose runs are done, over upstreams that answer."""
    write_province(folder / "seeds")
    place = Place(folder=folder, code="H99", seeds="seeds")
    with serving(place.world(300)) as endpoints, logging_to(folder / "console.log"):
        at_once = '[alerts]\nconfirm_after = "0s"\n'
        settings = place.configure(endpoints, reporting=True, more=at_once)
        journey(settings)
        worker = Worker(settings)
        app = build_console(settings, lambda: services(settings), queue_dossiers, worker.announce)
        with served(slowed(app, worker)) as url, httpx.Client(base_url=url, timeout=60) as client:
            yield Console(settings, Desk(), client)
            worker.wait()


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Console]:
    with living_office(tmp_path) as found:
        yield found


def test_a_morning_at_the_office(browser: Browser, living: Console, tmp_path: Path) -> None:
    with window(browser, living, Role.OPERATOR) as opened:
        unit = find_the_worst_unit(opened)
        open_its_worst_dossier(opened.page, unit)
        read_it_again_and_watch(opened, living)
        go_elsewhere_before_it_is_over(opened)
        take_an_incident_on(opened, living)
        download_the_workbook(opened, tmp_path)
        assert opened.faults == []


def find_the_worst_unit(opened: Window) -> str:
    """The overview names it first; its page is one step away."""
    page = opened.open("/")
    first = page.locator("main tbody tr").first.get_by_role("link").first
    name = first.inner_text()
    first.click()
    expect(page.locator("h1")).to_contain_text(name)
    return page.url.split("/units/")[1].split("?")[0]


def open_its_worst_dossier(page: Page, unit: str) -> None:
    """From the bridge to the dossiers of a cause, and to one of them: both sides beside another."""
    page.locator(
        f"main a[href*='/discrepancies?'][href*='unit={unit}'][href*='cause=']"
    ).first.click()
    page.wait_for_url("**/discrepancies?**")
    code = page.locator("main tbody tr").first.get_by_role("link").first
    told = code.inner_text()
    code.click()
    page.wait_for_url("**/dossiers/**")
    expect(page.locator("h1")).to_contain_text(told)


def read_it_again_and_watch(opened: Window, console: Console) -> None:
    """A reading is asked for with a reason, and shows how it goes until it is over."""
    page = opened.open("/runs/new")
    page.get_by_label("Lý do").fill("Tỉnh báo đã gửi lại")
    page.locator("form[action='/runs/new'] button").click()
    page.wait_for_url(re.compile(r"/runs/\d+"))
    expect(page.locator("main")).to_contain_text("Tỉnh báo đã gửi lại")
    expect(page.locator("main")).to_contain_text("đầy đủ", timeout=60_000)
    expect(page.locator("[data-live]")).to_have_count(0)  # the page of a run that is over
    with services(console.settings) as found, Session(found.engine) as session:
        asked = session.exec(select(SyncRun).where(SyncRun.reason == "Tỉnh báo đã gửi lại")).all()
        assert {run.by for run in asked} == {"operator-1366-0"}


def go_elsewhere_before_it_is_over(opened: Window) -> None:
    """A page that is slow to come is not lost because the reading ends while it is awaited."""
    page = opened.open("/runs/new")
    page.get_by_label("Lý do").fill("Đọc thêm một lần")
    page.locator("form[action='/runs/new'] button").click()
    page.wait_for_url(re.compile(r"/runs/\d+"))
    page.locator(f"nav a[href='{SLOW}']").first.click()
    page.wait_for_url(f"**{SLOW}")


def take_an_incident_on(opened: Window, console: Console) -> None:
    """Whoever takes it on stands in its history."""
    page = opened.open("/incidents")
    page.locator("main tbody tr").first.get_by_role("link").first.click()
    page.wait_for_url("**/incidents/*")
    number = int(page.url.rsplit("/", 1)[1].partition("?")[0])
    page.locator("form[action$='/acknowledge'] button").click()
    page.wait_for_url("**said=**")
    with services(console.settings) as found, Session(found.engine) as session:
        row = session.get(Incident, number)
        assert row is not None
        assert row.acknowledged_by == "operator-1366-0"


def download_the_workbook(opened: Window, folder: Path) -> None:
    """The month's report as a workbook with its sheets."""
    page = opened.open("/reports")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Tải về").click()
    file = folder / "report.xlsx"
    coming.value.save_as(file)
    book = CalamineWorkbook.from_filelike(BytesIO(file.read_bytes()))
    assert len(book.sheet_names) > 2
