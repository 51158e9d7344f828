"""``sync`` without waiting and ``runs``, as operators meet them."""

import json
import shutil
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.audit import AuditEntry
from models.source import SyncRun
from models.types import RunState
from tests.cli.conftest import Done, Office, doisoat
from tests.places import connected
from tests.stores import rows_of
from worker.settings.load import load_settings


class Desk:
    """A copy of the office, its queue empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        file = folder / "doisoat.toml"
        self.settings = load_settings(file, environment={}, working_folder=folder)

    def do(self, *arguments: str) -> Done:
        return doisoat(self.folder, *arguments)

    def queued(self, *arguments: str) -> int:
        """Put a reading in the queue; its run."""
        key: int = self.do("sync", *arguments, "--json").json["run"]
        return key

    def set_state(self, run: int, state: RunState, **values: Any) -> None:
        with connected(self.settings) as engine, Session(engine) as session, session.begin():
            row = session.get_one(SyncRun, run)
            for name, value in ({"state": state, "fence": 1} | values).items():
                setattr(row, name, value)

    def row(self, run: int) -> SyncRun:
        with connected(self.settings) as engine:
            return next(each for each in rows_of(engine, SyncRun) if each.id == run)

    def audited(self) -> list[tuple[str, str, str, str | None]]:
        """What was done to runs once they were started."""
        with connected(self.settings) as engine:
            entries = [(e.by, e.action, e.subject, e.reason) for e in audit_of(engine)]
        return [each for each in entries if each[1] != "run_started"]


def audit_of(engine: Engine) -> list[AuditEntry]:
    return rows_of(engine, AuditEntry)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    shutil.copytree(office.as_pulled, tmp_path / "office")
    return Desk(tmp_path / "office")


def test_a_sync_is_queued_and_says_by_which_number_to_follow_it(desk: Desk) -> None:
    done = desk.do("sync", "--by", "ca trực", "--reason", "cổng vừa sửa")
    assert (done.code, done.err) == (0, "")
    (run,) = [item for item in desk.do("runs", "--json").json["items"] if item["state"] == "queued"]
    assert f"Đã xếp hàng lượt {run['id']}" in done.out
    assert "doisoat runs --follow" in done.out
    assert (run["by"], run["reason"], run["started_at"]) == ("ca trực", "cổng vừa sửa", None)


def test_a_sync_that_waits_already_is_not_queued_twice(desk: Desk) -> None:
    first = desk.do("sync", "--json").json
    again = desk.do("sync", "--json").json
    assert first["run"] == again["run"] == first["runs"][0]["id"]
    assert first["runs"][0]["state"] == "queued"
    assert first["reconciliation"] is None


def test_a_run_that_waits_is_cancelled_with_a_reason_that_is_kept(desk: Desk) -> None:
    key = desk.queued()
    done = desk.do("runs", "cancel", str(key), "--by", "ca trực", "--reason", "nhầm nguồn")
    assert (done.code, done.out) == (0, f"Đã hủy lượt {key}.\n")
    assert desk.row(key).state is RunState.CANCELLED
    assert desk.audited() == [("ca trực", "run_cancelled", f"run {key}", "nhầm nguồn")]


def test_a_run_under_way_is_asked_to_stop(desk: Desk) -> None:
    key = desk.queued()
    desk.set_state(key, RunState.RUNNING, owner="elsewhere/1:2")
    done = desk.do("runs", "cancel", str(key), "--reason", "nhầm nguồn")
    assert (done.code, done.out) == (0, f"Lượt {key} sẽ dừng ở bước kế tiếp.\n")
    assert (desk.row(key).state, desk.row(key).stop) == (RunState.RUNNING, "cancel")


def test_an_interrupted_run_is_resumed_under_its_number(desk: Desk) -> None:
    key = desk.queued()
    desk.set_state(key, RunState.INTERRUPTED)
    done = desk.do("runs", "resume", str(key), "--by", "ca trực", "--reason", "cổng đã lên lại")
    assert (done.code, done.err) == (0, "")
    assert desk.row(key).state is RunState.QUEUED
    assert desk.audited() == [("ca trực", "run_resumed", f"run {key}", "cổng đã lên lại")]


def test_who_started_a_reading_and_why_stands_in_the_audit_trail(desk: Desk) -> None:
    key = desk.queued("--full", "--by", "ca trực", "--reason", "đối chiếu cuối tháng")
    with connected(desk.settings) as engine:
        (entry,) = audit_of(engine)
    assert (entry.by, entry.action, entry.subject) == ("ca trực", "run_started", f"run {key}")
    assert (entry.reason, entry.detail) == ("đối chiếu cuối tháng", {"full": True})


def test_a_failed_run_is_done_again_under_a_new_number(desk: Desk) -> None:
    key = desk.queued("--full")
    desk.set_state(key, RunState.FAILED)
    item = desk.do("runs", "retry", str(key), "--reason", "đã sửa mật khẩu", "--json").json
    assert item["id"] > key
    assert (item["state"], item["full"], item["source"]) == ("queued", True, "tinh")
    assert [entry[1:] for entry in desk.audited()] == [
        ("run_retried", f"run {key}", "đã sửa mật khẩu")
    ]


@pytest.mark.parametrize("command", ["cancel", "retry", "resume"])
def test_nothing_is_done_to_a_run_without_a_reason(desk: Desk, command: str) -> None:
    key = desk.queued()
    for given in ([], ["--reason", "  "]):
        done = desk.do("runs", command, str(key), *given)
        assert (done.code, done.out) == (2, "")
        assert done.err == "Hãy cho biết lý do bằng --reason.\n"
    assert desk.row(key).state is RunState.QUEUED
    assert desk.audited() == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["cancel", "1"], "Lượt 1 đã kết thúc"),
        (["resume", "1"], "Lượt 1 không bị ngắt giữa chừng"),
        (["cancel", "999"], "Không có lượt số 999"),
        (["retry", "999"], "Không có lượt số 999"),
    ],
)
def test_what_can_t_be_done_to_a_run_is_one_sentence(
    desk: Desk, arguments: list[str], says: str
) -> None:
    done = desk.do("runs", *arguments, "--reason", "thử")
    assert (done.code, done.out) == (1, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1
    assert desk.audited() == []


@pytest.mark.parametrize("command", ["retry", "resume"])
def test_a_run_of_a_file_is_only_for_who_has_the_file(desk: Desk, command: str) -> None:
    key = desk.queued()
    desk.set_state(key, RunState.INTERRUPTED, stage="load")
    done = desk.do("runs", command, str(key), "--reason", "thử")
    assert done.code == 1
    assert "doisoat import" in done.err
    assert desk.row(key).state is RunState.INTERRUPTED


def test_following_ends_where_nothing_goes_on(desk: Desk) -> None:
    assert desk.do("runs", "--follow").out == "Không có lượt nào đang chạy hoặc đang chờ.\n"
    followed = desk.do("runs", "--follow", "--json")
    assert (followed.code, [json.loads(line) for line in followed.out.splitlines()]) == (0, [])


def followed_until_over(desk: Desk, *how: str) -> Done:
    """What ``runs --follow`` says of a run that ends while somebody looks on."""
    key = desk.queued()
    ends = Timer(5.0, desk.set_state, (key, RunState.COMPLETE))
    ends.start()
    try:
        return desk.do("runs", "--follow", *how)
    finally:
        ends.join()


def test_following_as_json_tells_each_change_in_a_line(desk: Desk) -> None:
    followed = followed_until_over(desk, "--json")
    lines = [json.loads(line)["runs"] for line in followed.out.splitlines()]
    assert [[run["state"] for run in runs] for runs in lines] == [["queued"], ["complete"]]
    assert {"done", "total", "rate", "left", "counts"} <= lines[0][0].keys()


def test_following_on_screen_ends_with_how_it_ended(desk: Desk) -> None:
    followed = followed_until_over(desk)
    assert followed.code == 0
    assert "đầy đủ" in followed.out.splitlines()[-1]


def test_runs_over_the_whole_store_are_shown_on_request(desk: Desk) -> None:
    own = desk.do("runs", "--json").json["items"]
    every = desk.do("runs", "--all", "--json").json["items"]
    assert {item["source"] for item in own} == {"tinh", "cong"}
    assert {"link", "reconcile", "measure"} <= {item["stage"] for item in every}
