"""The doctor beside things that are wrong: it says so, and what to do."""

import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlmodel import Session
from typing_extensions import override

from models.event import Event
from models.source import Quarantine, Source, SyncRun
from models.types import EventKind, RunState, Side, Trigger
from tests.cli.conftest import doisoat
from worker.cli.examination_of_database import filesystem_of
from worker.core.outbox import Target
from worker.db import outbox
from worker.db.engine import open_engine
from worker.db.sources import identity
from worker.sources.their_clock import told_time

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRET = {"DOISOAT_WEBHOOKS__SOYTE__SECRET": "a-secret-long-enough"}
TOML = """
{now}
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.tinh]
kind = "opencps"
url = "http://127.0.0.1:1"
username = "u"
group_id = "1"
[sources.cong]
kind = "portal"
adapter_url = "http://127.0.0.1:1"
madonvi = "H99"
username = "u"
[webhooks.soyte]
url = "http://127.0.0.1:1"
"""


@pytest.fixture
def folder(tmp_path: Path, province_folder: Path) -> Path:
    """An installation with an empty store, its clock standing still."""
    text = TOML.format(seeds=province_folder, now=f'now = "{NOW.isoformat()}"')
    (tmp_path / "doisoat.toml").write_text(text, encoding="utf-8")
    assert doisoat(tmp_path, "db", "upgrade").code == 0
    return tmp_path


@contextmanager
def stored(folder: Path) -> Iterator[Session]:
    """A transaction on the installation's store."""
    engine = open_engine(f"sqlite:///{folder / '.doisoat' / 'doisoat.db'}")
    with Session(engine) as session, session.begin():
        yield session
    engine.dispose()


def run_of(source: int | None, state: RunState, at: datetime) -> SyncRun:
    """A run that was queued and begun at an instant."""
    return SyncRun(
        source_id=source,
        trigger=Trigger.SCHEDULE,
        stage="pull",
        state=state,
        queued_at=at,
        started_at=at,
        heartbeat_at=at,
        owner="",
    )


def found(folder: Path, check: str, environment: dict[str, str] | None = None) -> list[Any]:
    """What is not well about ``check``, as (level, message, advice)."""
    done = doisoat(folder, "doctor", "--offline", "--json", environment=environment or SECRET)
    items = [item for item in done.json["items"] if item["check"] == check]
    assert items
    bad = [item for item in items if item["level"] in ("warning", "problem")]
    assert all(item["advice"] for item in bad)
    assert done.code == 1 or not any(item["level"] == "problem" for item in bad)
    return [(item["level"], item["message"], item["advice"]) for item in bad]


def test_the_doctor_finds_an_installation_where_nothing_waits_well(folder: Path) -> None:
    for check in ("queue", "outbox", "quarantine", "store"):
        assert found(folder, check) == []


def test_a_password_that_is_missing_is_named_and_nothing_else_blamed(folder: Path) -> None:
    told = doisoat(folder, "doctor", "--json").json
    missing = [each for each in told["items"] if "SOURCES__TINH__PASSWORD" in each["message"]]
    assert [each["level"] for each in missing] == ["problem"]
    assert missing[0]["advice"] is None


def test_a_run_that_no_worker_takes_is_a_problem(folder: Path) -> None:
    def queued(minutes: int) -> SyncRun:
        at = NOW - timedelta(minutes=minutes)
        return run_of(None, RunState.QUEUED, at)

    with stored(folder) as session:
        session.add(queued(9))
    assert found(folder, "queue") == []
    with stored(folder) as session:
        session.add(queued(61))
    ((level, message, advice),) = found(folder, "queue")
    assert level == "problem"
    assert "2 lượt" in message
    assert "1 giờ 1 phút" in message
    assert "doisoat worker" in advice


def test_an_event_that_nobody_handles_is_a_problem(folder: Path) -> None:
    with stored(folder) as session:
        session.add(Event(kind=EventKind.PULL_FINISHED, payload={}, at=NOW - HOUR))
    ((level, _, advice),) = found(folder, "queue")
    assert level == "problem"
    assert "doisoat beat" in advice


def tell(folder: Path, target: str, at: datetime) -> None:
    """Write a message down, at an instant."""
    with stored(folder) as session:
        event = Event(kind=EventKind.CODES_LINKED, payload={"links": 1}, at=at, handled_at=at)
        session.add(event)
        session.flush()
        outbox.append_for(session, event, [Target(target, frozenset(EventKind))], at)


def test_a_message_that_is_due_and_that_nobody_sends_is_a_problem(folder: Path) -> None:
    tell(folder, "soyte", NOW - HOUR)
    ((level, message, advice),) = found(folder, "outbox")
    assert level == "problem"
    assert "soyte" in message
    assert "doisoat worker" in advice


def test_a_message_to_nobody_known_is_a_warning(folder: Path) -> None:
    tell(folder, "soxaydung", NOW)
    ((level, message, _),) = found(folder, "outbox")
    assert level == "warning"
    assert "soxaydung" in message


def test_a_webhook_without_a_secret_is_a_problem_that_names_the_variable(folder: Path) -> None:
    tell(folder, "soyte", NOW - HOUR)
    ((level, _, advice),) = found(folder, "outbox", {"DOISOAT_LANGUAGE": "vi"})
    assert level == "problem"
    assert "DOISOAT_WEBHOOKS__SOYTE__SECRET" in advice


def test_quarantine_that_grows_of_a_sudden_is_a_warning(folder: Path) -> None:
    with stored(folder) as session:
        source = Source(name="tinh", side=Side.PROVINCE, kind="opencps", rule="portal")
        session.add(source)
        session.flush()
        run = run_of(source.id, RunState.COMPLETE, NOW)
        session.add(run)
        session.flush()
        for row in range(13):
            at = NOW - (HOUR if row else 48 * HOUR)
            session.add(
                Quarantine(
                    source_id=identity(source.id),
                    run_id=identity(run.id),
                    row=str(row),
                    at=at,
                    reason="code_missing",
                    detail="",
                    raw="",
                )
            )
    ((level, message, _),) = found(folder, "quarantine")
    assert level == "warning"
    assert "13 bản ghi" in message
    assert "12 mới có" in message


def test_a_data_folder_that_others_can_look_into_is_told(folder: Path) -> None:
    data = folder / ".doisoat"
    assert not any("chmod" in advice for _, _, advice in found(folder, "data"))
    for mode, level in ((0o755, "warning"), (0o777, "problem")):
        data.chmod(mode)
        told = [each for each in found(folder, "data") if "chmod 700" in each[2]]
        assert [each[0] for each in told] == [level]


def test_a_database_on_a_network_drive_is_known_by_its_mount() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\nfiler:/x /srv/du\\040lieu nfs4 rw 0 0\n"
    assert filesystem_of(Path("/srv/du lieu/doisoat"), mounts) == "nfs4"
    assert filesystem_of(Path("/srv/khac"), mounts) == "ext4"
    assert filesystem_of(Path("/srv"), "") is None


class _Mail(socketserver.StreamRequestHandler):
    """Greets as a mail server does, without encryption."""

    @override
    def handle(self) -> None:
        self.wfile.write(b"220 mail.example ESMTP\r\n")
        for line in self.rfile:
            self.server.heard.append(line)  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if line.lower().startswith(b"quit") else b"250 ok\r\n")


@contextmanager
def mail_server() -> Iterator[tuple[int, list[bytes]]]:
    """Its port, and what it was told."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail) as server:
        heard: list[bytes] = []
        server.heard = heard  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1], heard
        finally:
            server.shutdown()
            thread.join()


def mail_finding(folder: Path, url: str) -> Any:
    environment = SECRET | {"DOISOAT_SMTP_URL": url}
    done = doisoat(folder, "doctor", "--json", environment=environment)
    assert "matkhau" not in done.out + done.err
    (item,) = (each for each in done.json["items"] if each["check"] == "mail")
    return item


def test_a_mail_server_is_greeted_and_never_sent_anything(folder: Path) -> None:
    with mail_server() as (port, heard):
        assert mail_finding(folder, f"smtp://127.0.0.1:{port}")["level"] == "ok"
        assert [line.split()[0].lower() for line in heard] == [b"ehlo", b"quit"]
        in_clear = mail_finding(folder, f"smtp://u:matkhau@127.0.0.1:{port}")
        assert in_clear["level"] == "warning"
        assert "smtps" in in_clear["advice"]


def test_a_mail_server_that_does_not_answer_is_a_problem(folder: Path) -> None:
    item = mail_finding(folder, "smtp://u:matkhau@127.0.0.1:1")
    assert item["level"] == "problem"
    assert "127.0.0.1:1" in item["message"]
    assert "từ chối kết nối" in item["message"]


def test_without_a_mail_server_there_is_a_note(folder: Path) -> None:
    done = doisoat(folder, "doctor", "--offline", "--json", environment=SECRET)
    (item,) = (each for each in done.json["items"] if each["check"] == "mail")
    assert item["level"] == "note"


@contextmanager
def clock_showing(ahead: timedelta) -> Iterator[str]:
    """A web server whose clock is that much ahead of ours; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(404)
            now = datetime.fromtimestamp(time.time(), UTC)
            self.send_header("date", format_datetime(now + ahead, usegmt=True))
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("minutes", "level"), [(0, None), (2, "warning"), (-2, "warning")])
def test_a_source_whose_clock_differs_is_a_warning(
    folder: Path, province_folder: Path, minutes: int, level: str | None
) -> None:
    with clock_showing(timedelta(minutes=minutes)) as url:
        text = TOML.format(seeds=province_folder, now="").replace("http://127.0.0.1:1", url, 1)
        (folder / "doisoat.toml").write_text(text, encoding="utf-8")
        done = doisoat(folder, "doctor", "--json", environment=SECRET)
    clocks = [each for each in done.json["items"] if each["check"] == "clock"]
    assert [each["level"] for each in clocks] == ([level] if level else []) + ["ok"]
    assert "tinh" in clocks[-1]["message"]


def test_a_clock_that_tells_nothing_is_not_guessed_at() -> None:
    assert told_time("http://127.0.0.1:1") is None


def test_a_postgresql_database_tells_its_version_size_connections_and_clock(
    postgres_server: str, new_postgres: Any, folder: Path, province_folder: Path
) -> None:
    assert postgres_server
    (folder / "doisoat.toml").write_text(TOML.format(seeds=province_folder, now=""), "utf-8")
    environment = SECRET | {"DOISOAT_DATABASE_URL": new_postgres()}
    done = doisoat(folder, "doctor", "--offline", "--json", environment=environment)
    said = " ".join(item["message"] for item in done.json["items"])
    assert "PostgreSQL 1" in said
    assert "kết nối" in said
    assert "Đã so đồng hồ với: cơ sở dữ liệu" in said
