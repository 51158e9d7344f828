"""A watched folder: what office staff put there is in the store, once, and they are told of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from models.dossier import DossierRecord
from models.source import SyncRun
from models.types import EventKind, RunState, RunStop, Trigger
from tests.places import Place, connected
from tests.stores import rows_of
from tests.workbooks import write_csv, write_xlsx
from worker.bootstrap import Services, services
from worker.core.arrival import QUIET, Arrival, Fate
from worker.core.workbook.cells import Cell
from worker.db import events, runs, sources
from worker.db.runs import RunRequest
from worker.i18n import sentence, use_language
from worker.journey.importing import Incoming, claim_load, understood, write
from worker.journey.watching import bring_in_files
from worker.journey.wish import Wish
from worker.settings.load import load_settings
from worker.settings.model import Settings

_TOML = """
{now}
data_dir = "{folder}/data"
{store}
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.tinh]
kind = "workbook"
side = "province"
folder = "nhan"
[sources.cong]
kind = "workbook"
side = "portal"
"""
_NOW = 'now = "2024-07-24T16:00:00+07:00"'
HEAD = ("Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận", "Trạng thái", "Họ và tên")


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


@dataclass(frozen=True)
class Desk:
    """An installation whose province sends files; ``inbox`` is where they are put."""

    settings: Settings
    inbox: Path

    @contextmanager
    def services(self) -> Iterator[Services]:
        with services(self.settings) as found:
            yield found

    def sweep(self) -> list[tuple[str, Fate]]:
        return [(each.file, each.fate) for each in self.arrivals()]

    def arrivals(self) -> tuple[Arrival, ...]:
        with self.services() as found:
            return bring_in_files(found)

    def names(self, below: str = "") -> set[str]:
        folder = self.inbox / below
        return (
            {each.name for each in folder.iterdir() if each.is_file()} if folder.exists() else set()
        )

    def note(self, below: str, file: str) -> str:
        return (self.inbox / below / f"{file}.ly-do.txt").read_text(encoding="utf-8-sig")

    @property
    def codes(self) -> list[str]:
        with connected(self.settings) as engine:
            return sorted(each.external_id for each in rows_of(engine, DossierRecord))

    @property
    def runs(self) -> list[SyncRun]:
        with connected(self.settings) as engine:
            return rows_of(engine, SyncRun)


def make_desk(place: Place, now: str = _NOW) -> Desk:
    (place.folder / "store").write_text(place.store_url or "", encoding="utf-8")
    store = 'database_url_file = "store"' if place.store_url else ""
    text = _TOML.format(now=now, folder=place.folder, store=store, seeds=place.seeds)
    path = place.folder / "doisoat.toml"
    path.write_text(text, encoding="utf-8")
    (place.folder / "nhan").mkdir()
    settings = load_settings(path, environment={}, working_folder=place.folder)
    return Desk(settings, place.folder / "nhan")


@pytest.fixture
def desk(place: Place) -> Desk:
    return make_desk(place)


@pytest.fixture
def light_desk(light_place: Place) -> Desk:
    return make_desk(light_place)


def rows(*numbers: int, status: str = "Đang xử lý") -> list[tuple[Cell, ...]]:
    return [
        HEAD,
        *(
            (f"H99.01-240718-{each:04}", "Sở Thử Nghiệm", "18/07/2024", status, "Người Không Có")
            for each in numbers
        ),
    ]


def later(path: Path, seconds: int) -> None:
    """Let a file have changed so much later than it did."""
    told = path.stat()
    os.utime(path, ns=(told.st_mtime_ns, told.st_mtime_ns + seconds * 10**9))


def test_a_file_put_there_is_in_the_store_and_its_senders_are_told(desk: Desk) -> None:
    bad = ("H99.01-240718-0009", "Sở Thử Nghiệm", "32/07/2024", "Đang xử lý", "Người Không Có")
    write_csv(desk.inbox / "tuần 1.csv", [*rows(1, 2), bad])
    assert desk.sweep() == [("tuần 1.csv", Fate.WRITTEN)]
    assert desk.codes == ["H99.01-240718-0001", "H99.01-240718-0002"]
    assert (desk.names(), desk.names("done")) == (set(), {"tuần 1.csv", "tuần 1.csv.ly-do.txt"})
    note = desk.note("done", "tuần 1.csv")
    assert 'đã được đưa vào nguồn "tinh" (lượt 1): mới 2' in note
    assert "doisoat quarantine --source tinh" in note
    assert "Tiêu đề trong tệp" in note
    assert "Người Không Có" not in note
    (run,) = desk.runs
    assert (run.trigger, run.stage, run.state) == (Trigger.FILE, "load", RunState.COMPLETE)
    with connected(desk.settings) as engine, Session(engine) as session:
        assert [event.kind for event in events.pending(session)] == [EventKind.PULL_FINISHED]
    assert desk.sweep() == []


def test_the_same_content_is_brought_in_once_whatever_it_is_called(desk: Desk) -> None:
    write_csv(desk.inbox / "a.csv", rows(1))
    desk.sweep()
    write_csv(desk.inbox / "a.csv", rows(1))
    write_csv(desk.inbox / "b.csv", rows(1))
    assert set(desk.sweep()) == {("a.csv", Fate.KNOWN), ("b.csv", Fate.KNOWN)}
    assert len(desk.runs) == 1
    # Nothing that lay there is written over.
    assert {"a.csv", "a-2.csv", "b.csv"} < desk.names("done")
    assert "từ lượt 1 (16:00 24/7/2024)" in desk.note("done", "a-2.csv")


def test_the_export_that_changed_last_has_the_last_word(desk: Desk) -> None:
    write_csv(desk.inbox / "z.csv", rows(1, status="Đang xử lý"))
    write_csv(desk.inbox / "a.csv", rows(1, status="Đã trả kết quả"))
    later(desk.inbox / "a.csv", 60)
    assert desk.sweep() == [("z.csv", Fate.WRITTEN), ("a.csv", Fate.WRITTEN)]
    with connected(desk.settings) as engine:
        assert [each.status for each in rows_of(engine, DossierRecord)] == [10]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("trang.xls", "lưu lại dạng .xlsx"),
        ("hong.xlsx", "hỏng hoặc không phải bảng tính"),
        ("khac.csv", "cần dòng tiêu đề"),
        ("hai.xlsx", "bảng ở nhiều trang (Một, Hai)"),
        ("chet.csv", "Không đọc được dòng nào"),
        ("ty-le.csv", "Không rõ bảng"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_in_one_way_is_refused_with_the_reason(
    light_desk: Desk, name: str, why: str
) -> None:
    inbox = light_desk.inbox
    if name == "trang.xls":
        (inbox / name).write_text("<html><table></table></html>", encoding="utf-8")
    if name == "hong.xlsx":
        (inbox / name).write_bytes(b"PK\x03\x04 nothing of a workbook")
    if name == "khac.csv":
        write_csv(inbox / name, [("a", "b"), ("1", "2")])
    if name == "hai.xlsx":
        write_xlsx(inbox / name, {"Một": rows(1, 2), "Hai": rows(3)})
    if name == "chet.csv":
        write_csv(
            inbox / name, [HEAD, ("H99.01-240718-0009", "Sở Thử Nghiệm", "khi nào", "gì", "")]
        )
    if name == "ty-le.csv":
        write_csv(inbox / name, [("Đơn vị", "Tiếp nhận", "Quá hạn"), ("Sở Thử Nghiệm", 5, 1)])
    write_csv(inbox / "tốt.csv", rows(7))
    later(inbox / "tốt.csv", 60)
    assert light_desk.sweep() == [(name, Fate.REFUSED), ("tốt.csv", Fate.WRITTEN)]
    assert light_desk.names("refused") == {name, f"{name}.ly-do.txt"}
    note = light_desk.note("refused", name)
    assert why in note
    assert "KHÔNG được đưa vào nguồn" in note
    assert light_desk.codes == ["H99.01-240718-0007"]
    assert light_desk.sweep() == []


def test_what_programs_at_work_leave_is_not_touched(light_desk: Desk) -> None:
    names = {".a.csv", "~$a.xlsx", "a.csv.part", "Thumbs.db"}
    for name in names:
        write_csv(light_desk.inbox / name, rows(1))
    (light_desk.inbox / "thư mục.csv").mkdir()
    (light_desk.inbox / "lối tắt.csv").symlink_to(light_desk.inbox / ".a.csv")
    assert light_desk.sweep() == []
    assert light_desk.names() == names | {"lối tắt.csv"}


def test_a_file_that_changed_just_now_is_waited_for(light_place: Place) -> None:
    desk = make_desk(light_place, now="")
    path = write_csv(desk.inbox / "a.csv", rows(1))
    told = path.stat()
    changed = datetime.fromtimestamp(max(told.st_mtime, told.st_ctime), UTC)

    def sweep(at: datetime) -> list[Fate]:
        with desk.services() as found:
            arrivals = bring_in_files(replace(found, clock=lambda: at))
            return [each.fate for each in arrivals]

    assert sweep(changed + QUIET / 2) == []
    # A clock that is wrong by far keeps nothing waiting for ever.
    assert sweep(changed + QUIET + timedelta(seconds=1)) == [Fate.WRITTEN]


def test_a_folder_that_is_not_there_is_told_and_the_others_go_on(light_desk: Desk) -> None:
    light_desk.inbox.rmdir()
    (arrival,) = light_desk.arrivals()
    assert (arrival.fate, arrival.file) == (Fate.LEFT, "")
    assert arrival.error is not None
    assert "Không thấy thư mục nhận tệp" in sentence(arrival.error)


def test_a_file_waits_while_its_source_is_read(desk: Desk) -> None:
    write_csv(desk.inbox / "a.csv", rows(1))
    with desk.services() as found:
        now = found.clock()
        with Session(found.engine) as session, session.begin():
            for name, each in found.settings.sources.items():
                sources.ensure_source(
                    session, name=name, side=each.side, kind=each.kind, rule=each.rule
                )
            request = RunRequest(trigger=Trigger.OPERATOR, stage="load")
            key = sources.source_id(session, "tinh")
            held = runs.claim(
                session, key, request, owner="elsewhere:1", is_alive=lambda _: True, now=now
            )
        assert [each.fate for each in bring_in_files(found)] == [Fate.LEFT]
        assert desk.names() == {"a.csv"}
        with Session(found.engine) as session, session.begin():
            runs.finish(session, held, RunState.COMPLETE, now)
        assert [each.fate for each in bring_in_files(found)] == [Fate.WRITTEN]


def loading(found: Services, path: Path) -> Incoming:
    return understood(found, "tinh", path)


def test_whoever_is_killed_after_writing_leaves_only_the_moving_undone(desk: Desk) -> None:
    path = write_csv(desk.inbox / "a.csv", rows(1, 2))
    with desk.services() as found:
        incoming = loading(found, path)
        run = claim_load(found, incoming, Wish(trigger=Trigger.FILE, source="tinh"))
        write(found, incoming, run, lambda _done, _total: None)
    (desk.inbox / "done").mkdir()
    (desk.inbox / "done" / "a.csv.ly-do.txt").write_text("nửa", encoding="utf-8")
    assert desk.sweep() == [("a.csv", Fate.KNOWN)]
    assert len(desk.runs) == 1
    assert "lượt 1" in desk.note("done", "a.csv")


class Killed(BaseException):
    """The process is gone."""


def test_whoever_is_killed_while_writing_is_followed_at_the_checkpoint(desk: Desk) -> None:
    path = write_csv(desk.inbox / "a.csv", rows(*range(1200)))

    def dies(done: int, _total: int | None) -> None:
        if done >= 500:
            raise Killed

    with desk.services() as found:
        incoming = loading(found, path)
        run = claim_load(found, incoming, Wish(trigger=Trigger.FILE, source="tinh"))
        with pytest.raises(Killed):
            write(found, incoming, run, dies)
    assert desk.runs[0].state is RunState.RUNNING
    assert desk.sweep() == [("a.csv", Fate.WRITTEN)]
    (run_row,) = desk.runs
    assert (run_row.state, run_row.fence) == (RunState.COMPLETE, 2)
    assert run_row.counts["rows"] == len(desk.codes) == 1200


def stopping(found: Services, stop: RunStop) -> Services:
    """The same, but that somebody asks the first run to stop once it runs."""

    def clock() -> datetime:
        with Session(found.engine) as session, session.begin():
            row = session.get(SyncRun, 1)
            if row is not None and row.state is RunState.RUNNING and row.checkpoint:
                row.stop = stop
        return found.clock()

    return replace(found, clock=clock)


def test_a_file_whose_run_is_cancelled_is_not_tried_again(desk: Desk) -> None:
    write_csv(desk.inbox / "a.csv", rows(*range(1200)))
    with desk.services() as found:
        (arrival,) = bring_in_files(stopping(found, RunStop.CANCEL))
    assert arrival.fate is Fate.REFUSED
    assert "đã hủy" in desk.note("refused", "a.csv")
    assert [each.state for each in desk.runs] == [RunState.CANCELLED]
    assert desk.sweep() == []


def test_a_file_whose_process_goes_down_is_gone_on_with(desk: Desk) -> None:
    write_csv(desk.inbox / "a.csv", rows(*range(1200)))
    with desk.services() as found:
        (arrival,) = bring_in_files(stopping(found, RunStop.RELEASE))
    assert arrival.fate is Fate.LEFT
    assert [each.state for each in desk.runs] == [RunState.INTERRUPTED]
    assert desk.sweep() == [("a.csv", Fate.WRITTEN)]
    assert [each.state for each in desk.runs] == [RunState.COMPLETE]
    assert len(desk.codes) == 1200


def test_a_file_that_cannot_be_moved_is_told_and_not_written_again(light_desk: Desk) -> None:
    write_csv(light_desk.inbox / "a.csv", rows(1))
    (light_desk.inbox / "done").write_text("no folder", encoding="utf-8")
    later(light_desk.inbox / "done", -60)
    for _ in range(2):
        told = {each.file: each for each in light_desk.arrivals()}
        assert told["a.csv"].fate is Fate.LEFT
        assert told["a.csv"].error is not None
        assert "Không chuyển được tệp a.csv" in sentence(told["a.csv"].error)
    assert len(light_desk.runs) == 1
