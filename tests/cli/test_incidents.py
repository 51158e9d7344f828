"""The operator's commands about incidents."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.audit import AuditEntry
from models.incident import Incident, IncidentStep
from models.types import IncidentKind, IncidentState
from tests.cli.conftest import Done, doisoat
from tests.new_store import make_sqlite
from tests.records import NOW
from tests.stores import rows_of
from worker.db.engine import open_engine

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
_VALUE = {"difference": 23, "dossiers": 25, "late_province": 17, "late_portal": 40}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation whose sources are never asked, its store empty."""
    (tmp_path / "doisoat.toml").write_text(_SETTINGS, encoding="utf-8")
    make_sqlite(tmp_path / ".doisoat" / "doisoat.db")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{folder / '.doisoat' / 'doisoat.db'}")
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def office(folder: Path, store: Engine) -> Path:
    """One incident that is open (1), one over (2), one only seen (3), one of another kind (4)."""
    put(store, "H51.12", IncidentState.OPEN, _VALUE)
    put(store, "H51.13", IncidentState.RESOLVED, _VALUE)
    put(store, "H51.15", IncidentState.SEEN, _VALUE)
    share = {"share": 0.25, "late": 5, "resolved": 20}
    put(store, "H51.12", IncidentState.OPEN, share, IncidentKind.LATE_SHARE)
    return folder


def put(
    store: Engine,
    unit: str,
    state: IncidentState,
    value: Mapping[str, float],
    kind: IncidentKind = IncidentKind.LATE_DIFFERENCE,
) -> None:
    row = Incident(
        kind=kind,
        unit=unit,
        key=f"{kind.value}/{unit}/",
        state=state,
        seen_at=NOW,
        opened_at=NOW,
        last_seen_at=NOW,
        resolved_at=NOW if state is IncidentState.RESOLVED else None,
        value=dict(value),
    )
    with Session(store) as session, session.begin():
        session.add(row)


def listed(done: Done) -> list[int]:
    assert done.code == 0, done.err
    return [item["id"] for item in done.json["items"]]


def test_open_incidents_are_listed_with_their_numbers_in_words(office: Path) -> None:
    done = doisoat(office, "incidents")
    assert done.code == 0
    assert "Sở Nội vụ" in done.out
    assert "chênh đã xác nhận +23" in done.out
    assert "5/20" in done.out
    assert "25 %" in done.out
    assert "Sở Tư pháp" not in done.out
    assert "doisoat incidents ack 1" in done.out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), [1, 4]),
        (("--state", "all"), [1, 4, 2]),
        (("--state", "resolved"), [2]),
        (("--kind", "late_share"), [4]),
        (("--unit", "H51.13", "--state", "all"), [2]),
        (("--unit", "Sở Nội vụ", "--limit", "1"), [1]),
    ],
)
def test_the_list_can_be_narrowed_down(
    office: Path, options: tuple[str, ...], expected: list[int]
) -> None:
    assert listed(doisoat(office, "incidents", *options, "--json")) == expected


def test_without_incidents_the_list_says_so(folder: Path) -> None:
    assert doisoat(folder, "incidents").out.strip() == "Không có cảnh báo nào như vậy."


def test_whoever_takes_an_incident_on_is_kept_with_their_reason(
    office: Path, store: Engine
) -> None:
    done = doisoat(
        office, "incidents", "ack", "1", "--by", "Phòng KSTT", "--reason", "đang rà soát", "--json"
    )
    assert done.json["acknowledged_by"] == "Phòng KSTT"
    assert done.json["acknowledged_at"] == "2024-07-24T16:00:00+07:00"
    (step,) = rows_of(store, IncidentStep)
    assert (step.what.value, step.by, step.text) == ("acknowledged", "Phòng KSTT", "đang rà soát")
    assert step.value == _VALUE
    (entry,) = rows_of(store, AuditEntry)
    assert (entry.by, entry.subject, entry.reason) == ("Phòng KSTT", "incident 1", "đang rà soát")


def test_one_is_muted_until_an_instant_and_for_a_reason(office: Path) -> None:
    done = doisoat(office, "incidents", "mute", "1", "--until", "2024-08-01", "--reason", "nghỉ lễ")
    assert done.out.strip() == "Không gửi thư về cảnh báo số 1 đến 23:59 1/8/2024."
    item = doisoat(office, "incidents", "history", "1", "--json").json
    assert item["muted_until"] == "2024-08-01T23:59:59+07:00"
    assert [step["what"] for step in item["steps"]] == ["muted"]


@pytest.mark.parametrize(
    "options",
    [
        ("mute", "1", "--until", "2024-07-01", "--reason", "x"),
        ("mute", "1", "--until", "hôm qua", "--reason", "x"),
        ("mute", "1", "--until", "2024-08-01"),
        ("assign", "1"),
        ("--kind", "khac"),
        ("--state", "seen"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    office: Path, store: Engine, options: tuple[str, ...]
) -> None:
    assert doisoat(office, "incidents", *options).code == 2
    assert rows_of(store, IncidentStep) == []


def test_one_that_is_given_to_somebody_is_taken_on(office: Path) -> None:
    done = doisoat(office, "incidents", "assign", "1", "--to", "Sở Nội vụ", "--by", "Văn phòng")
    assert done.out.strip() == "Đã giao cảnh báo số 1 cho Sở Nội vụ."
    item = doisoat(office, "incidents", "history", "1", "--json").json
    assert (item["assigned_to"], item["acknowledged_by"]) == ("Sở Nội vụ", "Văn phòng")


def test_what_is_over_can_only_be_commented(office: Path) -> None:
    refused = doisoat(office, "incidents", "ack", "2")
    assert refused.code == 1
    assert "đã hết" in refused.err
    assert doisoat(office, "incidents", "comment", "2", "đã sửa ánh xạ").code == 0
    told = doisoat(office, "incidents", "history", "2")
    assert "ghi chú" in told.out
    assert "đã sửa ánh xạ" in told.out


@pytest.mark.parametrize("number", ["3", "99"])
def test_one_that_nobody_was_told_of_is_unknown(office: Path, number: str) -> None:
    done = doisoat(office, "incidents", "ack", number)
    assert done.code == 1
    assert "doisoat incidents" in done.err
