"""``doisoat schedule`` as its user meets it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from models.source import SyncRun
from models.types import RunState, Side, Trigger
from tests.cli.conftest import Done, doisoat
from tests.new_store import make_sqlite
from worker.db import sources
from worker.db.engine import open_engine

TOML = """
now = "2024-07-24T16:05:00+07:00"
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
[sources.tinh]
side = "province"
kind = "opencps"
url = "http://127.0.0.1:1"
username = "doisoat"
group_id = "35417"
every = "15m"
[sources.so]
side = "ministry"
kind = "workbook"
folder = "nhan"
[sources.cong]
side = "portal"
kind = "portal"
adapter_url = "http://127.0.0.1:1"
madonvi = "H51"
username = "doisoat"
[schedule.sync]
only = "working_hours"
[schedule.chot]
do = "close"
day = 23
at = "16:00"
period = "last"
[schedule.luu]
do = "backup"
at = ["01:00", "13:00"]
days = ["sat", "sun"]
[schedule.nhip]
do = "sync"
every = "90s"
days = "working"
"""
SLOTS = {
    "nightly/tinh/2024-07-24T02:00:00+07:00": RunState.COMPLETE,
    "chot/2024-07-23T16:00:00+07:00": RunState.FAILED,
    # A turn before the last one says nothing of it.
    "sync/tinh/2024-07-24T15:45:00+07:00": RunState.COMPLETE,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation whose schedule has taken some turns."""
    (tmp_path / "doisoat.toml").write_text(TOML, encoding="utf-8")
    make_sqlite(tmp_path / ".doisoat" / "doisoat.db")
    engine = open_engine(f"sqlite:///{tmp_path / '.doisoat' / 'doisoat.db'}")
    try:
        with Session(engine) as session, session.begin():
            key = sources.ensure_source(
                session, name="tinh", side=Side.PROVINCE, kind="opencps", rule="opencps_month"
            )
            for slot, state in SLOTS.items():
                session.add(_run(slot, state, key))
                session.flush()
    finally:
        engine.dispose()
    return tmp_path


def _run(slot: str, state: RunState, source: int) -> SyncRun:
    begun = datetime(2024, 7, 24, tzinfo=UTC)
    return SyncRun(
        source_id=source,
        trigger=Trigger.SCHEDULE,
        stage="pull",
        state=state,
        started_at=begun,
        heartbeat_at=begun,
        owner="",
        slot=slot,
    )


def schedule(folder: Path, *options: str, language: str = "vi") -> Done:
    return doisoat(folder, "schedule", *options, environment={"DOISOAT_LANGUAGE": language})


def test_it_shows_what_runs_next_the_soonest_first(folder: Path) -> None:
    done = schedule(folder)
    assert done.code == 0, done.err
    lines = [line for line in done.out.splitlines() if "/2024" in line and "Tính từ" not in line]
    assert [line.split()[2] for line in lines] == [
        "nhip", "sync", "nightly", "prune", "review", "digest", "luu", "chot"
    ]  # fmt: skip
    sync, nightly, close = lines[1], lines[2], lines[7]
    assert sync.startswith("16:15 24/7/2024")
    assert "mỗi 15 phút, trong giờ làm việc" in " ".join(sync.split())
    assert "16:00 24/7/2024" in sync
    assert "chưa chạy" in sync
    assert "lấy lại toàn bộ" in nightly
    assert "02:00, hằng ngày" in nightly
    assert "đầy đủ (lượt 1)" in nightly
    assert close.startswith("16:00 23/8/2024")
    assert "chốt số liệu tháng trước" in close
    assert "16:00, ngày 23 hằng tháng" in close
    assert "không thành công (lượt 2)" in close
    assert "mỗi 90 giây, ngày làm việc" in done.out
    assert "Tổng số: 8 việc." in done.out
    assert "Tính từ 16:05 24/7/2024." in done.out
    assert f'Thư mục nhận tệp của nguồn "so": {folder / "nhan"}' in "".join(done.out.splitlines())


def test_the_json_is_for_programs(folder: Path) -> None:
    told = schedule(folder, "--json").json
    assert told["total"] == len(told["items"]) == 8
    assert told["folders"] == {"so": str(folder / "nhan")}
    close = next(item for item in told["items"] if item["name"] == "chot")
    assert close == {
        "name": "chot",
        "does": "close",
        "period": "last",
        "source": None,
        "when": "16:00, ngày 23 hằng tháng",
        "last": "2024-07-23T16:00:00+07:00",
        "run": 2,
        "state": "failed",
        "next": "2024-08-23T16:00:00+07:00",
    }
    weekend = next(item for item in told["items"] if item["name"] == "luu")
    assert weekend["when"] == "01:00 và 13:00, thứ bảy và chủ nhật"
    assert (weekend["last"], weekend["state"], weekend["run"]) == (None, None, None)


def test_a_limit_shows_the_soonest_only(folder: Path) -> None:
    done = schedule(folder, "--limit", "2")
    assert "Tổng số: 8 việc. Đang hiện 2" in done.out
    assert "chot" not in done.out
    assert [item["name"] for item in schedule(folder, "--limit", "1", "--json").json["items"]] == [
        "nhip"
    ]


def test_where_everything_is_switched_off_it_says_so(folder: Path) -> None:
    off = {f"DOISOAT_SCHEDULE__{name}__ENABLED": "false" for name in
           ("SYNC", "NIGHTLY", "PRUNE", "REVIEW", "DIGEST", "CHOT", "LUU", "NHIP")}  # fmt: skip
    done = doisoat(folder, "schedule", environment=off)
    assert done.code == 0
    assert "Không có việc nào trong lịch." in done.out


def test_english_is_spoken_too(folder: Path) -> None:
    done = schedule(folder, language="en")
    assert "close the month before" in done.out
    assert "16:00, day 23 of each month" in done.out
