"""The operator's commands about dossiers under two codes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.types import RecordView, Side, Status
from tests.cli.conftest import Done, doisoat
from tests.new_store import make_sqlite
from tests.records import DUE, enter, put, view
from worker.db.engine import open_engine

A, B, C = "H51.12-240701-0012", "G22.99-240701-000012", "G22.99-240701-000077"
_SETTINGS = """
now = "2024-07-24T16:00:00+07:00"
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
[sources.tinh]
side = "province"
kind = "opencps"
url = "http://127.0.0.1:9"
username = "doisoat"
group_id = "1"
[sources.cong]
side = "portal"
kind = "portal"
adapter_url = "http://127.0.0.1:9"
dstcode = "VN:GOV:000.00.00.G22:vpcpdvcqg"
madonvi = "H51"
username = "doisoat"
"""


@pytest.fixture
def office_folder(tmp_path: Path) -> Path:
    """An installation whose sources are never asked, its store empty."""
    (tmp_path / "doisoat.toml").write_text(_SETTINGS, encoding="utf-8")
    make_sqlite(tmp_path / ".doisoat" / "doisoat.db")
    return tmp_path


@pytest.fixture
def store(office_folder: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{office_folder / '.doisoat' / 'doisoat.db'}")
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def folder(office_folder: Path, store: Engine) -> Path:
    """The same with a dossier on either side that nobody told to be one."""
    put(store, enter(store, "tinh", Side.PROVINCE), [told(A)])
    put(store, enter(store, "cong", Side.PORTAL), [told(B)])
    return office_folder


def told(code: str, **more: object) -> RecordView:
    usual: dict[str, object] = {
        "unit": "H51.12",
        "procedure": "1.001612",
        "status": Status.IN_PROCESS,
    }
    return view(code, **(usual | more))


def states(done: Done) -> list[str]:
    return [item["state"] for item in done.json["items"]]


def test_what_waits_is_shown_with_its_evidence_in_words(folder: Path) -> None:
    done = doisoat(folder, "links")
    assert done.code == 0
    for told_of in (A, B, "1.001612", "08:15:02 1/7/2024", "Ngày hẹn trả: 17:00 15/7/2024"):
        assert told_of in done.out
    assert "sẽ tự liên kết ở lượt đối soát sau" in done.out
    assert "cùng ngày và số thứ tự trong mã" in done.out
    (item,) = doisoat(folder, "links", "--json").json["items"]
    assert (item["codes"], item["sources"], item["state"]) == ([B, A], ["cong", "tinh"], "certain")
    assert item["evidence"]["received_at"] == "2024-07-01T08:15:02+07:00"


def test_where_two_fit_the_list_says_why_nothing_was_linked(folder: Path, store: Engine) -> None:
    put(store, enter(store, "cong", Side.PORTAL), [told(C)])
    shown = doisoat(folder, "links").out
    assert f"nhiều hồ sơ cùng khớp, còn có: {C}" in shown
    assert "Tổng số: 2 cặp." in shown
    listed = doisoat(folder, "links", "--json").json
    assert [item["doubts"] for item in listed["items"]] == [["several"], ["several"]]
    assert doisoat(folder, "links", "--limit", "1").out.count("nhiều hồ sơ cùng khớp") == 1


def test_an_operator_links_and_takes_apart(folder: Path) -> None:
    added = doisoat(folder, "links", "add", A.lower(), B, "--by", "ca trực", "--reason", "gọi xã")
    assert added.code == 0
    assert f"Đã liên kết {A} với {B}" in added.out
    shown = doisoat(folder, "links").out
    for told_of in ("do ca trực xác nhận", "gọi xã", "đang liên kết", "Tổng số: 1 liên kết."):
        assert told_of in shown
    assert "được liên kết từ trước" in doisoat(folder, "links", "add", B, A).out
    removed = doisoat(folder, "links", "remove", A, B, "--by", "ca sau", "--json")
    assert removed.json == {"codes": [A, B], "apart": True}
    assert "hai hồ sơ khác nhau, do ca sau xác nhận" in doisoat(folder, "links").out
    assert states(doisoat(folder, "links", "--json")) == ["undone"]


def test_a_pair_that_is_refused_is_proposed_no_more(folder: Path, store: Engine) -> None:
    put(store, enter(store, "cong", Side.PORTAL), [told(C)])
    assert "sẽ không tự liên kết" in doisoat(folder, "links", "remove", A, B).out
    shown = doisoat(folder, "links").out
    assert "chưa từng liên kết" in shown
    assert "không có điểm nào trùng nhau" not in shown
    items = doisoat(folder, "links", "--json").json["items"]
    assert {item["state"]: item["codes"] for item in items} == {"undone": [B, A], "certain": [C, A]}


def test_linking_what_differs_is_done_and_said(folder: Path, store: Engine) -> None:
    another = told(C, procedure="9.999999", due_at=DUE + timedelta(days=3))
    nothing = told("H51-8", unit="H51.35", procedure=None, received_at=None, due_at=None)
    put(store, enter(store, "cong", Side.PORTAL), [another])
    put(store, enter(store, "tinh", Side.PROVINCE), [nothing])
    done = doisoat(folder, "links", "add", A, C)
    assert "Thời điểm tiếp nhận: 08:15:02 1/7/2024." in done.out
    assert f"khác nhau ở Ngày hẹn trả. Nếu nhầm: doisoat links remove {A} {C}" in done.out
    done = doisoat(folder, "links", "add", "H51-8", B)
    assert "không có điểm nào trùng nhau" in done.out


@pytest.mark.parametrize("command", ["add", "remove"])
@pytest.mark.parametrize(
    ("codes", "exit_code", "says"),
    [
        ((A, A), 2, "Hai mã phải khác nhau"),
        ((A, "H51-NIE"), 1, "Không có hồ sơ nào mang mã"),
        ((A, "\x07\x07"), 1, "\n"),
        ((A,), 2, "OTHER"),
    ],
)
def test_what_can_t_be_linked_is_said_in_one_sentence(
    folder: Path, command: str, codes: tuple[str, ...], exit_code: int, says: str
) -> None:
    done = doisoat(folder, "links", command, *codes)
    assert done.code == exit_code
    assert says in done.err
    assert done.err.count("\n") == 1


def test_a_dossier_held_twice_is_listed_with_both_records(folder: Path, store: Engine) -> None:
    home = enter(store, "tinh", Side.PROVINCE)
    assert "Không nguồn nào" in doisoat(folder, "links", "duplicates").out
    put(store, home, [told(A, external_id="hai")])
    done = doisoat(folder, "links", "duplicates")
    for told_of in ("tinh", A, "hai", "Tổng số: 1 hồ sơ.", "tại hệ thống nguồn"):
        assert told_of in done.out
    (item,) = doisoat(folder, "links", "duplicates", "--json").json["items"]
    assert {record["id"] for record in item["records"]} == {A, "hai"}


def test_an_empty_store_says_that_nothing_waits(office_folder: Path) -> None:
    shown = doisoat(office_folder, "links").out
    assert "Chưa có liên kết nào" in shown
    assert "Không có cặp hồ sơ nào chờ quyết định." in shown
    assert doisoat(office_folder, "links", "--json").json["items"] == []
