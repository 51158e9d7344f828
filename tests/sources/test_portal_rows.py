import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from models.types import Reading, SourceRecord, Unreadable
from worker.sources.portal_rows import PortalRows

CODE = "H51.12-240702-0007"
CANARIES = ("Canary Nguyễn", "079012345678", "0912345678", "canary@thu.example", "Canary việc")

DOSSIER: dict[str, Any] = {
    "MaHoSo": CODE,
    "MaTTHC": "1.009999",
    "TenTTHC": "Thủ tục mẫu",
    "ChuHoSo": CANARIES[0],
    "SoGiayToChuHoSo": CANARIES[1],
    "SoDienThoai": CANARIES[2],
    "Email": CANARIES[3],
    "TrichYeuHoSo": CANARIES[4],
    "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": CANARIES[1]}],
    "NgayNopHoSo": "20240702080512",
    "NgayTiepNhan": "20240702093000",
    "NgayHenTra": "20240709170000",
    "TrangThaiHoSo": "10",
    "NgayTra": "20240709084100",
    "NgayKetThucXuLy": "20240706153000",
    "DonViXuLy": "Sở Mẫu",
    "DanhSachTienDo": [
        {"NguoiXuLy": CANARIES[0], "ThoiDiemXuLy": "20240702101500", "TrangThai": "2"},
        {"NoiDungXuLy": CANARIES[4], "ThoiDiemXuLy": "20240706153000", "TrangThai": 9},
    ],
}


def readings_of(*dossiers: object) -> tuple[Reading, ...]:
    rows = [msgspec.Raw(json.dumps(dossier).encode()) for dossier in dossiers]
    readings = PortalRows("H51").readings(CODE, rows)
    assert not any(canary in repr(readings) for canary in CANARIES)
    return readings


def reading_of(**fields: object) -> Reading:
    (reading,) = readings_of(DOSSIER | fields)
    return reading


def test_a_dossier_held_twice_gives_two_readings() -> None:
    readings = readings_of(DOSSIER, DOSSIER | {"TrangThaiHoSo": 4}, DOSSIER | {"MaTTHC": ["x"]})
    assert [reading.external_id for reading in readings] == [CODE, f"{CODE}#2", f"{CODE}#3"]


def test_codes_are_compared_in_their_normal_form() -> None:
    assert reading_of(MaHoSo=f" {CODE.lower()} ").external_id == CODE


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"MaHoSo": "H51.12-240702-0008"}, "code_other_than_asked"),
        ({"MaHoSo": ""}, "code_missing"),
        ({"TrangThaiHoSo": "0"}, "status_unknown"),
        ({"TrangThaiHoSo": 11}, "status_unknown"),
        ({"TrangThaiHoSo": "xong"}, "status_unknown"),
        ({"TrangThaiHoSo": ""}, "status_unknown"),
        ({"NgayHenTra": "2024070917"}, "date_unreadable"),
        ({"NgayHenTra": "09-07-2024 17:00:00"}, "date_unreadable"),
        ({"NgayHenTra": "20240732000000"}, "date_unreadable"),
        ({"NgayHenTra": "00020101000000"}, "date_unreadable"),
        ({"DanhSachTienDo": "Canary"}, "events_unreadable"),
        ({"DanhSachTienDo": {"a": 1}}, "row_unreadable"),
        ({"DanhSachTienDo": [7]}, "row_unreadable"),
        ({"DanhSachTienDo": [{"TrangThai": 2}]}, "events_unreadable"),
        ({"DanhSachTienDo": [{"TrangThai": 2, "ThoiDiemXuLy": "x"}]}, "date_unreadable"),
        (
            {"DanhSachTienDo": [{"TrangThai": 0, "ThoiDiemXuLy": "20240702101500"}]},
            "status_unknown",
        ),
        (
            {"DanhSachTienDo": [{"TrangThai": 2, "ThoiDiemXuLy": "20240702101500"}] * 5001},
            "events_unreadable",
        ),
    ],
)
def test_a_dossier_that_cannot_be_read_is_kept_aside(
    fields: dict[str, object], reason: str
) -> None:
    reading = reading_of(**fields)
    assert isinstance(reading, Unreadable)
    assert reading.reason == reason
    assert reading.code == (fields.get("MaHoSo") or CODE)


def test_dates_may_come_as_numbers_and_blanks_in_any_form() -> None:
    fields = {"NgayHenTra": 20240709170000, "NgayTra": "", "NgayKetThucXuLy": None}
    reading = reading_of(**fields, TrangThaiHoSo=4, TruongLa={"x": []})
    assert isinstance(reading, SourceRecord)
    assert reading.due_at == datetime(2024, 7, 9, 10, 0, tzinfo=UTC)
    assert reading.returned_at is reading.finished_at is None


def cased(value: Any, case: Callable[[str], str]) -> Any:
    """The same with other keys."""
    if isinstance(value, list):
        return [cased(item, case) for item in value]
    if isinstance(value, dict):
        return {case(key): cased(item, case) for key, item in value.items()}
    return value


@pytest.mark.parametrize("case", [str.upper, str.lower, lambda key: key[0].lower() + key[1:]])
def test_keys_may_come_in_any_case(case: Callable[[str], str]) -> None:
    told = DOSSIER | {"TrichYeuHoSo": '"maHoSo": "x"'}
    assert readings_of(cased(told, case)) == readings_of(told)


def test_no_events_and_no_word_of_events_are_two_things() -> None:
    none = reading_of(DanhSachTienDo=[])
    assert isinstance(none, SourceRecord)
    assert none.events == ()
    untold = {key: value for key, value in DOSSIER.items() if key != "DanhSachTienDo"}
    (reading,) = readings_of(untold)
    assert isinstance(reading, SourceRecord)
    assert reading.events is None


def test_events_stay_in_the_order_in_which_they_arrived() -> None:
    steps = [
        {"TrangThai": "9", "ThoiDiemXuLy": "20240706153000"},
        {"TrangThai": "2", "ThoiDiemXuLy": "20240702101500"},
        {"TrangThai": "2", "ThoiDiemXuLy": "20240702101500"},
    ]
    reading = reading_of(DanhSachTienDo=steps)
    assert isinstance(reading, SourceRecord)
    assert [event.status for event in reading.events or ()] == [9, 2, 2]


@pytest.mark.parametrize(("sent", "unit"), [("H51", None), ("H51.12", "H51.12"), ("", None)])
def test_the_province_itself_is_not_the_agency_that_handles_it(sent: str, unit: str | None) -> None:
    reading = reading_of(MaDonVi=sent)
    assert isinstance(reading, SourceRecord)
    assert reading.unit_code == unit
