"""``doisoat statement`` and ``doisoat close`` as their user meets them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.source import SyncRun
from models.statement import Statement
from models.types import RunState
from tests.cli.conftest import Done, Office, doisoat
from worker.db.engine import open_engine

ROLE = "Chánh Văn phòng"


@pytest.fixture
def folder(office: Office, tmp_path: Path) -> Path:
    """An office of its own, both sides pulled."""
    return Path(shutil.copytree(office.as_pulled, tmp_path / "office"))


def signed(folder: Path, *more: str) -> Done:
    return doisoat(folder, "statement", "sign", "--role", ROLE, "--by", "an", *more)


def test_the_statement_reads_from_home_to_portal_line_by_line(folder: Path) -> None:
    done = doisoat(folder, "statement")
    assert done.code == 0
    lines = [line.rsplit("  ", 1) for line in done.out.split("\n\n")[1].splitlines()]
    told = [(label.strip(), int(count.replace(".", ""))) for label, count in lines]
    names = [label for label, _ in told]
    middle = names.index("Quá hạn tại tỉnh theo cách tính của Cổng")
    end = names.index("Quá hạn trên Cổng")
    assert names[0] == "Quá hạn tại tỉnh (theo cách tính của tỉnh)"
    assert names[end + 1 :] == ["Chưa giải thích được", "Quá hạn do Cổng công bố"]
    counts = [count for _, count in told]
    assert sum(counts[:middle]) == counts[middle]
    assert sum(counts[middle:end]) == counts[end]
    assert counts[end] + counts[end + 1] == counts[end + 2]
    assert "Toàn tỉnh" in done.out
    assert "số liệu chốt lúc 16:00 24/7/2024" in done.out
    assert "Số liệu này chưa được ký" in done.out


def test_the_json_is_what_is_hashed_and_the_same_as_the_reconciliation(folder: Path) -> None:
    told = doisoat(folder, "statement", "--json").json
    report = doisoat(folder, "reconcile", "--json").json
    assert told["as_of"] == report["as_of"] == "2024-07-24T16:00:00+07:00"
    (whole, *units) = told["accounts"]
    for name in ("late_province", "late_portal", "late_published", "unexplained"):
        counts = {line["name"]: line["count"] for line in whole["lines"]}
        assert counts[name] == report["totals"][name]
    assert {each["unit"] for each in units} == {each["code"] for each in report["units"]}
    assert told["grounds"]["province"] == "tinh"
    assert len(told["digest"]) == 64
    unit = doisoat(folder, "statement", "--unit", "Sở Nội vụ", "--json").json
    (own,) = unit["accounts"]
    assert own == next(each for each in units if each["unit"] == "H51.12")


def test_what_is_signed_is_kept_once_listed_and_verified(folder: Path) -> None:
    first = signed(folder, "--note", "đã kiểm tra")
    assert first.code == 0
    assert "Đã ký bản số 1: Toàn tỉnh, tháng 7/2024" in first.out
    again = signed(folder)
    assert again.code == 0
    assert "Số liệu này đã được Chánh Văn phòng ký lúc 16:00 24/7/2024 (bản số 1)" in again.out
    assert signed(folder, "--unit", "H51.12").code == 0
    listed = doisoat(folder, "statement", "list", "--json").json
    assert [item["id"] for item in listed["items"]] == [2, 1]
    assert listed["items"][1]["note"] == "đã kiểm tra"
    assert (listed["items"][0]["unit"], listed["items"][0]["role"]) == ("H51.12", ROLE)
    shown = doisoat(folder, "statement", "list").out
    assert "Tổng số: 2 bản." in shown
    assert listed["items"][0]["digest"][:12] in shown
    verified = doisoat(folder, "statement", "verify")
    assert verified.code == 0
    assert verified.out.count("GIỐNG HỆT") == 2
    told = doisoat(folder, "statement")
    assert "Đã ký số liệu này: Chánh Văn phòng, lúc 16:00 24/7/2024, bản số 1." in told.out
    assert listed["items"][1]["digest"] in told.out


def test_verifying_names_what_differs_and_sees_tampering(folder: Path) -> None:
    signed(folder)
    settings = folder / "doisoat.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + '\n[reconcile]\ngrace = "40d"\n', encoding="utf-8")
    other = doisoat(folder, "statement", "verify", "1")
    assert other.code == 3
    assert "KHÁC khi tính lại" in other.out
    assert "Chênh lệch do đang đồng bộ" in other.out
    assert "Cấu hình cách tính" in other.out
    (item,) = doisoat(folder, "statement", "verify", "--json").json["items"]
    assert (item["intact"], item["same"]) == (True, False)
    assert {"IN_FLIGHT"} <= {each["figure"] for each in item["differing"]}
    settings.write_text(text, encoding="utf-8")
    _tamper(folder)
    tampered = doisoat(folder, "statement", "verify", "1")
    assert tampered.code == 3
    assert "ĐÃ BỊ SỬA sau khi ký" in tampered.out


@contextmanager
def _stored(folder: Path) -> Iterator[Session]:
    engine = open_engine(f"sqlite:///{folder / '.doisoat' / 'doisoat.db'}")
    try:
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


def _tamper(folder: Path) -> None:
    with _stored(folder) as session:
        row = session.get_one(Statement, 1)
        told = json.loads(row.content)
        told["statement"]["accounts"][0]["lines"][0]["count"] += 1
        row.content = json.dumps(told, sort_keys=True, separators=(",", ":"))


def test_incomplete_figures_are_signed_only_with_a_reason(folder: Path) -> None:
    with _stored(folder) as session:
        session.get_one(SyncRun, 1).state = RunState.INCOMPLETE
    plain = signed(folder)
    assert plain.code == 1
    assert "Có bên chưa đọc đủ" in plain.err
    closing = doisoat(folder, "close", "--period", "2024-07")
    assert closing.code == 1
    assert "Có bên chưa đọc đủ" in closing.err
    assert "Hãy cho biết lý do" in signed(folder, "--incomplete").err
    assert doisoat(folder, "statement", "list", "--json").json["items"] == []
    assert signed(folder, "--incomplete", "--reason", "mất kết nối").code == 0
    assert "Số liệu CHƯA đầy đủ" in doisoat(folder, "statement").out
    with _stored(folder) as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "statement_signed"))
        assert (entry.by, entry.reason) == ("an", "mất kết nối")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("statement", "sign"), 2, "--role"),
        (("statement", "sign", "--role", " "), 2, "--role"),
        (("statement", "verify", "7"), 1, "Không có bản đối chiếu số 7"),
        (("statement", "--unit", "Sở Không Có"), 1, "Sở Không Có"),
        (("statement", "--period", "2024-13"), 1, "2024-13"),
        (("statement", "--period", "2024-09"), 2, "chưa bắt đầu"),
        (("close",), 2, "--period"),
        (("close", "--period", "2024-09"), 2, "chưa bắt đầu"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    office: Office, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = doisoat(office.as_pulled, *arguments)
    assert done.code == code
    assert says in done.err
    assert done.err.count("\n") == 1


def test_a_period_is_closed_once_and_says_so(folder: Path) -> None:
    assert "chưa được chốt" in doisoat(folder, "close", "corrections", "--period", "2024-07").out
    assert "Chưa có kỳ nào được chốt" in doisoat(folder, "close", "list").out
    done = doisoat(folder, "close", "--period", "2024-07", "--role", ROLE)
    assert done.code == 0
    assert "Đã chốt kỳ tháng 7/2024: số liệu lúc 16:00 24/7/2024, bản số 1." in done.out
    assert "Kỳ này chưa hết: số liệu chỉ tính đến 16:00 24/7/2024" in done.out
    again = doisoat(folder, "close", "--period", "2024-07", "--as-of", "2024-07-24T16:00", "--json")
    assert (again.code, again.json["new"], again.json["id"]) == (0, False, 1)
    other = doisoat(folder, "close", "--period", "2024-07", "--as-of", "2024-07-20")
    assert other.code == 1
    assert "không chốt lại ở thời điểm khác" in other.err
    assert doisoat(folder, "close", "list", "--json").json["items"][0]["corrections"] == 0
    assert "không có số liệu nào thay đổi" in doisoat(folder, "close", "corrections").out
    assert "Kỳ này đã chốt lúc 16:00 24/7/2024 (bản số 1)" in doisoat(folder, "statement").out
    assert doisoat(folder, "statement", "verify").code == 0


def test_what_changed_after_the_close_is_shown_net_and_told_in_full(folder: Path) -> None:
    doisoat(folder, "close", "--period", "2024-07", "--role", ROLE)
    settings = folder / "doisoat.toml"
    text = settings.read_text(encoding="utf-8")
    later = text.replace("2024-07-24T16:00", "2024-08-02T09:00")
    assert later != text
    settings.write_text(later, encoding="utf-8")
    assert doisoat(folder, "reconcile", "--period", "2024-07").code == 0
    shown = doisoat(folder, "close", "corrections")
    assert "Thay đổi sau khi chốt, tháng 7/2024" in shown.out
    assert "Toàn tỉnh" in shown.out
    assert "Quá hạn trên Cổng" in shown.out
    own = doisoat(folder, "close", "corrections", "--unit", "Mỹ Tú").out
    assert "Tại tỉnh: đang xử lý, quá hạn" in own
    assert "Toàn tỉnh" not in own
    assert "Kỳ chưa kết thúc khi chốt (16:00 24/7/2024)" in shown.out
    items = doisoat(folder, "close", "corrections", "--json").json["items"]
    whole = {item["figure"]: item for item in items if item["unit"] is None}
    assert whole["late_portal"]["after"] > whole["late_portal"]["before"]
    assert f"{len(items)} số liệu khác với khi chốt" in shown.out
    doisoat(folder, "reconcile", "--period", "2024-07")
    assert doisoat(folder, "close", "corrections", "--json").json["items"] == items
    assert doisoat(folder, "close", "list", "--json").json["items"][0]["corrections"] == len(items)
    assert doisoat(folder, "statement", "verify").code == 0
