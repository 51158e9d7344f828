"""The outbox as operators see it, fed by a whole journey."""

import shutil
from pathlib import Path

import pytest

from models.audit import AuditEntry
from models.types import EventKind
from tests.cli.conftest import Done, Office, doisoat
from tests.receivers import receiving
from tests.stores import rows_of
from worker.bootstrap import services
from worker.db.engine import open_engine
from worker.journey.delivering import deliver_now
from worker.settings.load import load_settings

SECRET = {"DOISOAT_WEBHOOKS__SOYTE__SECRET": "a-secret-long-enough"}


@pytest.fixture
def folder(office: Office, tmp_path: Path) -> Path:
    """The office before its first reading, with another system to tell."""
    folder = tmp_path / "office"
    folder.mkdir()
    for name in ("doisoat.toml", "password"):
        shutil.copy(office.as_pulled / name, folder / name)
    return folder


def webhook(folder: Path, url: str, more: str = "") -> None:
    file = folder / "doisoat.toml"
    text = file.read_text(encoding="utf-8") + f'\n[webhooks.soyte]\nurl = "{url}"\n{more}\n'
    file.write_text(text, encoding="utf-8")


def do(folder: Path, *arguments: str) -> Done:
    return doisoat(folder, *arguments, environment=SECRET)


def deliver(folder: Path) -> dict[str, int]:
    settings = load_settings(environment=SECRET, working_folder=folder)
    with services(settings) as found:
        return deliver_now(found)


def test_a_journey_tells_another_system_of_every_difference(folder: Path) -> None:
    with receiving() as receiver:
        webhook(folder, receiver.url)
        assert do(folder, "sync", "--wait", "--full").code == 0
        while deliver(folder)["sent"]:
            pass
    listed = do(folder, "discrepancies", "--json").json["items"]
    told = [each.told for each in receiver.heard]
    opened = [each["data"] for each in told if each["event"] == "DiscrepancyOpened"]
    assert sorted(each["dossier"] for each in opened) == sorted(row["dossier"] for row in listed)
    by_number = {row["id"]: row for row in listed}
    for each in opened:
        row = by_number[each["discrepancy"]]
        for key in ("dossier", "unit", "portal_unit", "cause", "kind", "contribution", "sources"):
            assert each[key] == row[key]
    (finished,) = (each for each in told if each["event"] == "ReconciliationFinished")
    assert finished["data"]["complete"] is True
    assert finished["data"]["as_of"] == finished["at"]
    assert [each["id"] for each in told] == [each.delivery for each in receiver.heard]
    items = do(folder, "outbox", "--json").json
    assert items["total"] == len(told)
    assert {item["state"] for item in items["items"]} == {"sent"}
    assert {item["event"] for item in items["items"]} <= set(EventKind)


@pytest.mark.slow
def test_a_system_that_asked_for_some_units_hears_of_no_other(folder: Path) -> None:
    with receiving() as receiver:
        chosen = 'events = ["DiscrepancyOpened"]\nunits = ["H51.12"]'
        webhook(folder, receiver.url, chosen)
        assert do(folder, "sync", "--wait", "--full").code == 0
        while deliver(folder)["sent"]:
            pass
    listed = do(folder, "discrepancies", "--unit", "H51.12", "--json").json
    assert len(receiver.heard) == listed["total"] > 0


@pytest.mark.slow
def test_what_waits_says_why_and_is_tried_again_by_hand(folder: Path) -> None:
    with receiving() as gone:
        webhook(folder, gone.url, 'events = ["ReconciliationFinished"]')
        gone.status = 410
        assert do(folder, "sync", "--wait", "--full").code == 0
        assert deliver(folder)["given_up"] == 1
        said = do(folder, "outbox").out
        assert "thôi gửi" in said
        assert "HTTP 410" in said
        (item,) = do(folder, "outbox", "--state", "given_up", "--json").json["items"]
        again = do(folder, "outbox", "retry", str(item["id"]), "--by", "Lan", "--reason", "sửa")
        assert again.code == 0
        assert "soyte" in again.out
        gone.status = 204
        assert deliver(folder)["sent"] == 1
    assert do(folder, "outbox", "retry", str(item["id"])).code == 1
    assert do(folder, "outbox", "retry", "999").code == 1
    assert do(folder, "outbox", "--state", "nowhere").code == 2
    settings = load_settings(environment=SECRET, working_folder=folder)
    engine = open_engine(settings.store_url)
    (entry,) = rows_of(engine, AuditEntry)
    assert (entry.by, entry.action, entry.reason) == ("Lan", "message_retried", "sửa")
    engine.dispose()


def test_nothing_to_tell_is_said(office: Office) -> None:
    assert "Chưa có tin nào" in office.do("outbox").out
