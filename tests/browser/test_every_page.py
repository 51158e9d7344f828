"""Each page as people meet it: at a desk and on a phone, by day and by night."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import DESK, PHONE, Window, window
from tests.browser.paths import MISSING, paths_in
from tests.console.conftest import Console

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def faults_of(opened: Window, path: str) -> list[str]:
    """What a page has wrong with it, in words."""
    page = opened.open(path)
    answered = page.locator("h1").count()
    found = [] if answered == 1 else [f"{answered} headings of the first level"]
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found += [f"{beyond} px too wide"] if beyond > 0 else []
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": _TAGS}})
    found += [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in result.response["violations"]
    ]
    # A page that is not there says so, which the browser notes too.
    found += [each for each in opened.faults if "404" not in each or not is_missing(path)]
    opened.faults.clear()
    return [f"{path}: {each}" for each in found]


def is_missing(path: str) -> bool:
    return path == MISSING


def test_every_page_is_whole_at_a_desk_by_day_or_on_a_phone_by_night(
    browser: Browser, office: Console
) -> None:
    paths = paths_in(office)
    with window(browser, office, size=DESK, dark=False) as opened:
        found = [fault for path in paths[::2] for fault in faults_of(opened, path)]
    with window(browser, office, size=PHONE, dark=True) as opened:
        found += [fault for path in paths[1::2] for fault in faults_of(opened, path)]
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["at a desk", "on a phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
def test_every_page_is_whole_for_everybody(
    browser: Browser, office: Console, size: tuple[int, int], *, dark: bool
) -> None:
    with window(browser, office, size=size, dark=dark) as opened:
        found = [fault for path in paths_in(office) for fault in faults_of(opened, path)]
    assert found == []


def test_a_word_without_an_end_does_not_widen_a_page(browser: Browser, office: Console) -> None:
    with window(browser, office, size=PHONE, dark=False) as opened:
        page = opened.open(f"/dossiers?q={'Z' * 100}")
        assert "Z" * 100 in page.locator("main").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_menu_and_the_content_are_reached_by_keys_alone(
    browser: Browser, office: Console
) -> None:
    with window(browser, office) as opened:
        page = opened.open("/units")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")
