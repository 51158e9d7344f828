"""From a reading of both sides to a mail in somebody's box, and back by the link in it."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Office, doisoat
from tests.console.conftest import Desk, served
from tests.mail_server import MailServer, catching
from worker.bootstrap import services
from worker.console.app import build_console
from worker.settings.load import load_settings

ADDRESS = "https://doisoat.tinhmau.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with catching() as found:
        yield found


@pytest.fixture
def folder(office: Office, tmp_path: Path) -> Path:
    """The office before its first reading."""
    folder = tmp_path / "office"
    folder.mkdir()
    for name in ("doisoat.toml", "password"):
        shutil.copy(office.as_pulled / name, folder / name)
    return folder


def environment(server: MailServer) -> Mapping[str, str]:
    return {
        "DOISOAT_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
        "DOISOAT_ALERTS__FROM": "doisoat@tinhmau.example",
        "DOISOAT_ALERTS__DEFAULT_TO": "vanphong@tinhmau.example",
        "DOISOAT_ALERTS__CONFIRM_AFTER": "0s",
        "DOISOAT_CONSOLE__PUBLIC_URL": ADDRESS,
    }


def test_a_unit_hears_of_its_difference_once_and_answers_by_the_link(
    folder: Path, server: MailServer
) -> None:
    told = environment(server)
    done = doisoat(folder, "sync", "--wait", "--full", "--json", environment=told)
    assert done.code in (0, 4)
    report = done.json["reconciliation"]
    differing = {unit["name"]: unit for unit in report["units"] if unit["difference"] > 0}
    assert differing
    subjects = [str(each.message["subject"]) for each in server.got]
    for name, unit in differing.items():
        (subject,) = (each for each in subjects if f" {name}: " in each)
        assert f"{unit['difference']} hồ sơ quá hạn" in subject
    listed = doisoat(folder, "mail", "--json", environment=told).json
    assert {item["state"] for item in listed["items"]} == {"sent"}
    assert listed["total"] == len(server.got)
    assert f"Đã gửi {listed['total']} thư" in done.err
    again = doisoat(folder, "sync", "--wait", environment=told)
    assert again.code in (0, 4)
    assert len(server.got) == listed["total"]
    _answer(folder, told, server)


def _answer(folder: Path, told: Mapping[str, str], server: MailServer) -> None:
    """Follow the link in the first mail, and press the button."""
    body = server.got[0].message.get_body(("html",))
    assert body is not None
    (link,) = set(re.findall(rf'href="({ADDRESS}/handled/[^"]+)"', body.get_content()))
    settings = load_settings(environment=told, working_folder=folder)
    desk = Desk()
    app = build_console(settings, lambda: services(settings), desk.queue, desk.announce)
    with served(app) as url, httpx.Client() as client:
        here = link.replace(ADDRESS, url)
        assert "Đơn vị đã xử lý" in client.get(here).text
        assert "Đã ghi nhận" in client.post(here).text
    incidents = doisoat(folder, "incidents", "--json", environment=told).json["items"]
    answered = [each for each in incidents if each["acknowledged_by"]]
    mail = doisoat(folder, "mail", "show", "1", "--json", environment=told).json
    assert sorted(each["id"] for each in answered) == sorted(mail["incidents"])
