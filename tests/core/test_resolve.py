"""From a source's words to a unit, and back from what was kept of one that was unknown."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Progress, RecordView, SourceRecord, Status, UnitLevel, Unreadable
from worker.core.privacy import BLANK
from worker.core.resolve import resolved, restored, told_unit
from worker.core.units import Unit, UnitDirectory

RECEIVED = datetime(2025, 6, 30, 17, 30, tzinfo=UTC)  # half past midnight on 1/7 in Vietnam


def record(**told: object) -> SourceRecord:
    usual: dict[str, object] = {
        "external_id": "70001",
        "codes": ("H51.12-250630-0001", "G22.99-250630-000001"),
        "unit_code": "H99.12",
        "unit_name": "Sở Lạ",
        "status": Status.IN_PROCESS,
        "procedure": "1.001612",
        "received_at": RECEIVED,
        "due_at": RECEIVED + timedelta(days=3, microseconds=5),
        "system": 1,
        "events": (Progress(RECEIVED, Status.RECEIVED),),
    }
    return SourceRecord(**(usual | told))  # type: ignore[arg-type]


def kept(told: SourceRecord) -> Unreadable:
    reading = resolved(told, UnitDirectory(()))
    assert isinstance(reading, Unreadable)
    return reading


def back(told: SourceRecord) -> SourceRecord | None:
    reading = kept(told)
    return restored(reading.raw, reading.external_id, reading.code)


def directory() -> UnitDirectory:
    old = Unit(
        code="H51.36",
        name="Xã Đầu",
        short_name="Xã Đầu",
        level=UnitLevel.COMMUNE,
        valid_to=date(2025, 6, 30),
    )
    new = Unit(
        code="H51.80",
        name="Xã Đầu",
        short_name="Xã Đầu",
        level=UnitLevel.COMMUNE,
        valid_from=date(2025, 7, 1),
    )
    return UnitDirectory((old, new))


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        ({}, "H51.80"),
        ({"received_at": RECEIVED - timedelta(hours=1)}, "H51.36"),
        ({"received_at": None, "submitted_at": RECEIVED - timedelta(hours=1)}, "H51.36"),
    ],
)
def test_the_local_day_of_receipt_decides_which_unit_a_name_means(
    told: dict[str, object], unit: str
) -> None:
    view = resolved(record(unit_code=None, unit_name="UBND xã Đầu", **told), directory())
    assert isinstance(view, RecordView)
    assert view.unit == unit


def test_a_record_comes_back_whole_from_what_was_kept_of_it() -> None:
    assert back(record()) == record()
    assert back(record(events=None, due_at=None)) == record(events=None, due_at=None)


def test_an_id_that_looks_like_a_telephone_comes_back_all_the_same() -> None:
    told = record(external_id="64b0912345678f", codes=("0912345678901",))
    assert BLANK in kept(told).raw
    assert back(told) == told


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"codes": ("A-1", "0912345678901")}, id="a second code blanked"),
        pytest.param({"unit_name": "Ông A, điện thoại 0912 345 678"}, id="a name blanked"),
        pytest.param({"unit_name": "email: ai@do.vn"}, id="an address blanked"),
        pytest.param(
            {"events": tuple(Progress(RECEIVED, Status.IN_PROCESS) for _ in range(300))},
            id="events cut off",
        ),
        pytest.param({"codes": tuple(f"A{number}" for number in range(250))}, id="codes cut off"),
    ],
)
def test_what_was_not_kept_whole_does_not_come_back(told: dict[str, object]) -> None:
    assert back(record(**told)) is None


# Sources refuse texts with other characters.
printable = st.characters(exclude_categories=("C", "Z"), include_characters=" ")


@given(st.text(printable, max_size=600), st.text(printable, max_size=60) | st.none())
def test_what_comes_back_is_what_was_told_or_nothing(text: str, code: str | None) -> None:
    told = record(unit_name=text, procedure=code)
    again = back(told)
    assert again is None or again == told


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"codes": 3}',
        '{"codes": []}',
        '{"code": "H51.12", "name": "Sở Lạ", "received": 3}',
    ],
)
def test_what_is_no_record_does_not_come_back(raw: str) -> None:
    assert restored(raw, None, None) is None
    assert restored(raw, "1", "A-1") is None


def test_code_and_name_are_told_apart_in_what_was_kept() -> None:
    reading = kept(record())
    assert told_unit(reading.raw, reading.detail) == ("H99.12", "Sở Lạ")
    assert told_unit(reading.raw[:40], reading.detail) == ("H99.12", "Sở Lạ")
    assert told_unit('{"code": null, "name": "Sở Lạ"}', "Sở Lạ") == (None, "Sở Lạ")
    assert told_unit("cut", "Sở Lạ") == (None, "Sở Lạ")
    assert told_unit('{"code": "H99.12", "name": ""}', "H99.12") == ("H99.12", None)
