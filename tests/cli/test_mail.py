"""The mails as operators see them, with a real mail server behind the commands."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.audit import AuditEntry
from models.incident import Incident
from models.mail import OutboundMail
from models.types import IncidentKind, IncidentState
from tests.cli.conftest import Done, doisoat
from tests.mail_sending import OFFICE, write_mail
from tests.mail_server import MailServer, catching
from tests.new_store import make_sqlite
from tests.places import AS_OF
from tests.stores import rows_of
from worker.bootstrap import services
from worker.db import recipients
from worker.db.engine import open_engine
from worker.journey.delivering import send_mail_now
from worker.settings.load import load_settings

GONE = "gone@sonoivu.example"
TOML = """
now = "{now}"
data_dir = "data"
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.tinh]
kind = "workbook"
side = "province"
[sources.cong]
kind = "workbook"
side = "portal"
[alerts]
from = "doisoat@tinhmau.example"
"""


@pytest.fixture
def folder(tmp_path: Path, province_folder: Path) -> Path:
    text = TOML.format(seeds=province_folder, now=AS_OF.isoformat())
    (tmp_path / "doisoat.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Engine]:
    (folder / "data").mkdir(mode=0o700)
    engine = open_engine(make_sqlite(folder / "data" / "doisoat.db"))
    yield engine
    engine.dispose()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with catching() as found:
        yield found


def do(folder: Path, *arguments: str, server: MailServer | None = None, **more: str) -> Done:
    smtp = {"DOISOAT_SMTP_URL": f"smtp://127.0.0.1:{server.port}"} if server else {}
    return doisoat(folder, *arguments, environment=smtp | more)


def test_without_a_mail_server_mails_wait_and_that_is_told(folder: Path, store: Engine) -> None:
    write_mail(store, AS_OF, incidents=(4,))
    with services(load_settings(environment={}, working_folder=folder)) as found:
        assert send_mail_now(found) is None
    done = do(folder, "mail")
    assert done.code == 0
    assert "1 hồ sơ lệch" in done.out
    assert "đang chờ" in done.out
    assert "DOISOAT_SMTP_URL" in done.out
    (item,) = do(folder, "mail", "--json").json["items"]
    contract = {"id", "to", "subject", "state", "incidents", "created_at", "sent_at"}
    assert contract <= item.keys()
    assert (item["id"], item["to"], item["incidents"]) == (1, [OFFICE], [4])
    assert (item["state"], item["created_at"]) == ("waiting", "2024-07-24T16:00:00+07:00")


def test_mails_can_be_listed_by_state_and_up_to_a_number(folder: Path, store: Engine) -> None:
    for number in range(1, 4):
        write_mail(store, AS_OF, number)
    listed = do(folder, "mail", "--json", "--limit", "2").json
    assert (listed["total"], [item["id"] for item in listed["items"]]) == (3, [3, 2])
    assert do(folder, "mail", "--json", "--state", "sent").json["total"] == 0
    wrong = do(folder, "mail", "--state", "gone")
    assert wrong.code == 2
    assert "refused" in wrong.err


def test_one_mail_can_be_read(folder: Path, store: Engine) -> None:
    write_mail(store, AS_OF, 7)
    done = do(folder, "mail", "show", "1")
    assert "Có 7 hồ sơ lệch trên Cổng." in done.out
    assert OFFICE in done.out
    assert do(folder, "mail", "show", "1", "--json").json["text"].startswith("Có 7 hồ sơ")
    missing = do(folder, "mail", "show", "9")
    assert (missing.code, missing.err.count("\n")) == (1, 1)


def test_a_dry_run_writes_what_waits_as_files_and_sends_nothing(
    folder: Path, store: Engine, server: MailServer
) -> None:
    for number in (1, 2):
        write_mail(store, AS_OF, number)
    before = rows_of(store, OutboundMail)
    done = do(folder, "mail", "--dry-run", str(folder / "thu"), server=server)
    assert done.code == 0
    assert "2 thư" in done.out
    files = sorted((folder / "thu").glob("*.eml"))
    read = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    assert [each["message-id"] for each in read] == ["<1@tinhmau.example>", "<2@tinhmau.example>"]
    assert "1 hồ sơ lệch" in read[0]["subject"]
    assert server.got == []
    assert rows_of(store, OutboundMail) == before
    blocked = folder / "tep"
    blocked.write_text("", encoding="utf-8")
    assert do(folder, "mail", "--dry-run", str(blocked)).code == 1


def test_sending_again_needs_a_reason_and_tells_what_came_of_it(
    folder: Path, store: Engine, server: MailServer
) -> None:
    server.refusals[GONE] = f"550 5.1.1 <{GONE}> unknown"
    write_mail(store, AS_OF, to=(GONE,), unit="H99.01")
    assert do(folder, "mail", "send", "1", server=server).code == 2
    do(folder, "recipients", "add", "H99.01", GONE)
    refused = do(folder, "mail", "send", "1", "--reason", "thử lại", server=server)
    assert refused.code == 1
    assert "từ chối hẳn 1 trong 1" in refused.out
    assert "bị từ chối" in do(folder, "mail").out
    assert "550 5.1.1" in do(folder, "mail", "show", "1").out
    server.refusals.clear()
    again = ("mail", "send", "1", "--reason", "đã sửa hộp thư", "--by", "ca trực")
    done = do(folder, *again, server=server)
    assert done.code == 0
    assert f"Đã gửi lại thư số 1 tới {GONE}." in done.out
    assert server.ids == ["<1@tinhmau.example>"]
    entry = rows_of(store, AuditEntry)[-1]
    assert (entry.by, entry.reason, entry.subject) == ("ca trực", "đã sửa hộp thư", "mail 1")


def test_a_mail_sent_again_goes_to_the_corrected_address_and_tells_of_both(
    folder: Path, store: Engine, server: MailServer
) -> None:
    server.refusals[GONE] = "550 5.1.1 unknown"
    write_mail(store, AS_OF, to=(GONE,), unit="H99.01")
    do(folder, "recipients", "add", "H99.01", GONE)
    do(folder, "mail", "send", "1", "--reason", "thử lại", server=server)
    do(folder, "recipients", "remove", "H99.01", GONE)
    again = ("mail", "send", "1", "--reason", "đã sửa địa chỉ")
    nobody = do(folder, *again, server=server)
    assert (nobody.code, nobody.err.count("\n")) == (1, 1)
    assert "hãy thêm người nhận trước" in nobody.err
    do(folder, "recipients", "add", "H99.01", OFFICE)
    done = do(folder, *again, server=server)
    assert (done.code, done.out.strip()) == (0, f"Đã gửi lại thư số 1 tới {OFFICE}.")
    assert [each.to for each in server.got] == [(OFFICE,)]
    shown = " ".join(do(folder, "mail", "show", "1").out.split())
    assert f"{GONE} (bị từ chối: 550 5.1.1); nay không còn là người nhận thư này" in shown
    assert f"{OFFICE} (máy chủ đã nhận); gửi lại lúc 16:00 24/7/2024" in shown
    item = do(folder, "mail", "show", "1", "--json").json
    assert (item["first_to"], item["to"]) == ([GONE], [OFFICE])
    assert item["recipients"][GONE]["left_out"] is True
    assert item["recipients"][OFFICE]["again"] == AS_OF.isoformat()
    assert not any(
        OFFICE in str(each) for each in rows_of(store, AuditEntry) if "mail" in each.action
    )


def test_a_server_that_is_away_and_one_that_is_not_there_are_told_in_one_sentence(
    folder: Path, store: Engine
) -> None:
    write_mail(store, AS_OF, unit="H99.01")
    do(folder, "recipients", "add", "H99.01", OFFICE)
    away = MailServer(port=1)
    done = do(folder, "mail", "send", "1", "--reason", "x", server=away)
    assert done.code == 1
    assert "127.0.0.1:1" in done.out
    assert "từ chối kết nối" in done.out
    waits = do(folder, "mail", "send", "1", "--reason", "x")
    assert waits.code == 1
    assert "DOISOAT_SMTP_URL" in waits.out
    assert OFFICE not in (folder / "data" / "doisoat.log").read_text(encoding="utf-8")


def test_recipients_are_added_listed_and_removed_with_who_and_why(
    folder: Path, store: Engine
) -> None:
    assert "Chưa khai báo" in do(folder, "recipients").out
    add = ("recipients", "add", "Sở Thử Nghiệm", OFFICE)
    done = do(folder, *add, "--role", "lãnh đạo", "--by", "ca trực", "--reason", "đề nghị của sở")
    assert done.code == 0
    assert "lãnh đạo" in done.out
    (item,) = do(folder, "recipients", "--json").json["items"]
    assert (item["unit"], item["email"], item["role"], item["from"]) == (
        "H99.01",
        OFFICE,
        "head",
        "store",
    )
    twice = do(folder, "recipients", "add", "H99.01", OFFICE.upper())
    assert (twice.code, twice.err.count("\n")) == (1, 1)
    assert do(folder, "recipients", "--unit", "H99.02", "--json").json["total"] == 0
    assert OFFICE in do(folder, "recipients", "--unit", "H99.01").out
    assert do(folder, "recipients", "remove", "H99.02", OFFICE).code == 1
    assert do(folder, "recipients", "remove", "H99.01", OFFICE).code == 0
    assert do(folder, "recipients", "--json").json["items"] == []
    entries = rows_of(store, AuditEntry)
    assert [entry.action for entry in entries] == ["recipient_added", "recipient_removed"]
    assert (entries[0].by, entries[0].reason) == ("ca trực", "đề nghị của sở")


def test_those_of_a_unit_that_is_listed_no_longer_can_be_taken_out(
    folder: Path, store: Engine
) -> None:
    with Session(store) as session, session.begin():
        recipients.add(session, "H99.77", OFFICE, "officer", by="x", now=AS_OF)
    done = do(folder, "recipients", "remove", "H99.77", OFFICE)
    assert (done.code, f"{OFFICE} không còn nhận thư của H99.77" in done.out) == (0, True)
    again = do(folder, "recipients", "remove", "H99.77", OFFICE)
    assert (again.code, again.err.count("\n")) == (1, 1)


@pytest.mark.parametrize("email", ["vanphong", "a b@x.example", "điện@x.example", "a@b@c", "<a@b>"])
def test_what_is_no_address_is_refused(folder: Path, email: str) -> None:
    done = do(folder, "recipients", "add", "H99.01", email)
    assert (done.code, done.err.count("\n")) == (2, 1)


@pytest.mark.usefixtures("store")
def test_who_stands_in_the_provinces_own_list_is_shown_and_changed_there(
    tmp_path: Path, folder: Path, province_folder: Path
) -> None:
    own = tmp_path / "tinh-khac"
    own.mkdir()
    for file in province_folder.iterdir():
        (own / file.name).write_bytes(file.read_bytes())
    listed = f"unit,email,role\nH99.02,{OFFICE},chánh văn phòng\n"
    (own / "recipients.csv").write_text(listed, encoding="utf-8")
    text = TOML.format(seeds=own, now=AS_OF.isoformat()) + 'default_to = ["x@tinhmau.example"]\n'
    (folder / "doisoat.toml").write_text(text, encoding="utf-8")
    shown = do(folder, "recipients").out
    assert OFFICE in shown
    assert "chánh văn phòng" in shown
    assert "recipients.csv" in shown
    assert "x@tinhmau.example" in shown
    removed = do(folder, "recipients", "remove", "H99.02", OFFICE)
    assert removed.code == 1
    assert "recipients.csv" in removed.err
    assert do(folder, "recipients", "add", "H99.02", OFFICE).code == 1


def findings(folder: Path, check: str, **environment: str) -> list[tuple[str, str]]:
    done = doisoat(folder, "doctor", "--offline", "--json", environment=environment)
    return [
        (each["level"], each["message"]) for each in done.json["items"] if each["check"] == check
    ]


def test_the_doctor_tells_of_mails_that_wait_and_of_those_that_never_arrive(
    folder: Path, store: Engine, server: MailServer
) -> None:
    server.refusals[GONE] = "550 5.1.1 unknown"
    long_ago = AS_OF - timedelta(hours=5)
    write_mail(store, long_ago, 1)
    write_mail(store, long_ago, 2, to=(GONE,))
    ((level, message),) = findings(folder, "mails")
    assert (level, "2 thư đang chờ" in message) == ("warning", True)
    url = {"DOISOAT_SMTP_URL": f"smtp://127.0.0.1:{server.port}"}
    linked = url | {"DOISOAT_CONSOLE__PUBLIC_URL": "https://doisoat.example"}
    ((level, message),) = findings(folder, "mails", **linked)
    assert (level, "chưa ai gửi" in message) == ("problem", True)
    gone, office = ({"DOISOAT_ALERTS__DEFAULT_TO": each} for each in (GONE, OFFICE))
    do(folder, "mail", "send", "2", "--reason", "x", server=server, **gone)
    do(folder, "mail", "send", "1", "--reason", "x", server=MailServer(port=1), **office)
    down, refused = findings(folder, "mails", **linked)
    assert (down[0], "127.0.0.1:1" in down[1]) == ("warning", True)
    assert (refused[0], "1 thư" in refused[1]) == ("warning", True)
    do(folder, "mail", "send", "1", "--reason", "x", server=server, **office)
    assert [level for level, _ in findings(folder, "mails", **linked)] == ["warning"]
    assert ("note", "liên kết" in findings(folder, "mails", **url)[-1][1]) == ("note", True)


def test_the_doctor_names_units_nobody_is_written_to_about_and_who_is_told_instead(
    folder: Path, store: Engine
) -> None:
    with Session(store) as session, session.begin():
        for unit in ("H99.01", "H99.02"):
            seen: dict[str, Any] = {"seen_at": AS_OF, "opened_at": AS_OF, "last_seen_at": AS_OF}
            kind = IncidentKind.LATE_DIFFERENCE
            session.add(Incident(kind=kind, unit=unit, key=unit, state=IncidentState.OPEN, **seen))
    do(folder, "recipients", "add", "H99.02", OFFICE)
    ((level, message),) = findings(folder, "recipients")
    assert (level, "1 đơn vị" in message, "H99.01" in message) == ("warning", True, True)
    default_to = {"DOISOAT_ALERTS__DEFAULT_TO": "x@tinhmau.example"}
    ((level, message),) = findings(folder, "recipients", **default_to)
    assert (level, "H99.01" in message, "H99.02" in message) == ("note", True, False)
    assert "x@tinhmau.example" in message
    do(folder, "recipients", "add", "H99.01", OFFICE)
    assert [level for level, _ in findings(folder, "recipients")] == ["ok"]
