"""``doisoat quarantine again``: records that could not be read, read again after a fix."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.source import SyncRun
from tests.cli.conftest import Done, Office, doisoat
from worker.db.engine import open_engine
from worker.db.unit_names import assign

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
WHY = ("--reason", "đã sửa tại nguồn, gọi 0912345678", "--by", "an.nguyen")


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Path:
    """A store of its own, with what could not be read as both sides were first pulled."""
    return Path(shutil.copytree(office.as_pulled, tmp_path / "office"))


@contextmanager
def stored(desk: Path) -> Iterator[Session]:
    engine = open_engine(f"sqlite:///{desk / '.doisoat' / 'doisoat.db'}")
    with Session(engine) as session:
        yield session
    engine.dispose()


def waiting(desk: Path) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = doisoat(desk, "quarantine", "--json").json["items"]
    return items


def again(desk: Path, *arguments: str) -> Done:
    return doisoat(desk, "quarantine", "again", *arguments, *WHY)


def test_records_are_asked_for_again_by_their_number(desk: Path) -> None:
    chosen = [each for each in waiting(desk) if each["code"]][:2]
    done = again(desk, *(str(each["id"]) for each in chosen))
    assert done.code == 0, done.err
    assert "Đã xếp hàng hỏi lại nguồn về" in done.out
    with stored(desk) as session:
        runs = session.exec(select(SyncRun).where(SyncRun.state == "queued")).all()
        entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert {code for row in runs for code in row.wish["codes"]} == {e["code"] for e in chosen}
    assert {row.by for row in runs} == {"an.nguyen"}
    assert entry is not None
    assert (entry.action, entry.detail["rows"]) == (
        "quarantine_tried_again",
        sorted(each["id"] for each in chosen),
    )
    assert "0912345678" not in (entry.reason or "")
    assert all("0912345678" not in (row.reason or "") for row in runs)


def test_a_unit_that_is_known_by_now_is_read_at_once(desk: Path) -> None:
    (unknown,) = doisoat(desk, "units", "unknown", "--json").json["items"]
    rows = [each for each in waiting(desk) if unknown["name"] in each["reason"]]
    assert rows
    with stored(desk) as session, session.begin():
        assign(session, unknown["name"], "H51.35", by="an.nguyen", reason=None, at=NOW)
    done = again(desk, "--all", "--json").json
    assert done["read"] == len(rows)
    left = {each["id"] for each in waiting(desk)}
    assert left.isdisjoint(each["id"] for each in rows)
    assert done["left"] == sum(1 for each in waiting(desk) if each["code"] is None)


def test_records_are_chosen_by_source_code_and_run(desk: Path) -> None:
    one = next(each for each in waiting(desk) if each["code"])
    mine = [each for each in waiting(desk) if each["source"] == one["source"]]
    same = [each for each in mine if each["code"] == one["code"]]
    code = one["code"].lower()
    assert again(desk, "--code", code, "--source", one["source"], "--json").json["dossiers"] == 1
    told = again(desk, "--source", one["source"], "--run", str(one["run"]), "--json").json
    wanted = {e["code"] for e in mine if e["run"] == one["run"] and e["code"]}
    assert told["dossiers"] == len(wanted)
    assert len(same) <= len(wanted)


def test_it_has_to_be_said_which_records_and_why(desk: Path) -> None:
    number = str(waiting(desk)[0]["id"])
    for wrong in ((), (number, "--all"), ("0",), ("x",), tuple(map(str, range(1, 502)))):
        done = again(desk, *wrong)
        assert (done.code, len(done.err.splitlines())) == (2, 1), wrong
    assert doisoat(desk, "quarantine", "again", number).code == 2
    gone = again(desk, "2147483647")
    assert (gone.code, "nay đã đọc được hoặc không còn" in gone.err) == (1, True)
