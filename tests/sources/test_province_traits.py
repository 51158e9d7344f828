"""What the lists of the province's systems tell of traits: the channel, and TD of the result."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rates import Trait
from models.types import Reading, RecordView, SourceRecord, Status, UnitLevel, Unreadable
from tests.igate_wire import ROW as IGATE_ROW
from tests.sources.test_opencps import ROW as OPENCPS_ROW
from tests.td_wire import CANARIES
from tests.td_wire import ROW as TD_ROW
from worker.core.resolve import resolved
from worker.core.units import Unit, UnitDirectory
from worker.sources import igate_rows, opencps_rows
from worker.sources.igate_rows import IGateRow, IGateStatuses
from worker.sources.opencps_rows import OpenCpsRow, StatusNames
from worker.sources.rows import RowReader
from worker.sources.td_dates import TdDates
from worker.sources.td_page import TdPageReader
from worker.sources.td_rows import TdStatuses

ONLINE, RESULT = Trait.FILED_ONLINE, Trait.E_RESULT
ANYTHING: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def opencps(**fields: object) -> Reading:
    reader = RowReader(OpenCpsRow, id_field="dossierId", code_field="dossierNo")
    names = StatusNames("tinh", {})
    raw = msgspec.Raw(json.dumps(OPENCPS_ROW | fields).encode())
    return reader.read(raw, lambda row: opencps_rows.record_of(row, names))


def igate(**fields: object) -> Reading:
    reader = RowReader(IGateRow, id_field="id", code_field="code")
    statuses = IGateStatuses("tinh", {})
    raw = msgspec.Raw(json.dumps(IGATE_ROW | fields).encode())
    return reader.read(raw, lambda row: igate_rows.record_of(row, statuses))


def td(**fields: object) -> Reading:
    reader = TdPageReader(TdStatuses("tinh", {}), TdDates())
    page = {"data": [TD_ROW | fields], "totalCount": 1, "currentPage": 1, "pageSize": 1}
    (reading,) = reader.read(json.dumps(page).encode(), 1, 1).readings
    return reading


def traits_of(reading: Reading) -> tuple[Trait, Trait]:
    assert isinstance(reading, SourceRecord)
    return Trait(reading.traits), Trait(reading.traits_told)


def verdict(reading: Reading, trait: Trait = ONLINE) -> bool | None:
    holding, told = traits_of(reading)
    return trait in holding if trait in told else None


@pytest.mark.parametrize(
    ("value", "online"),
    [(True, True), (False, False), ("true", True), (0, False), ("có", None), ({"a": 1}, None)],
)
def test_opencps_tells_whether_a_dossier_was_filed_online(
    value: object, *, online: bool | None
) -> None:
    assert verdict(opencps(online=value)) is online


@pytest.mark.parametrize(
    ("method", "online"),
    [
        ({"id": 0, "name": "Trực tuyến"}, True),
        ({"id": 1, "name": "TRỰC TIẾP"}, False),
        ({"id": 7, "name": "Qua bưu chính công ích"}, False),
        ({"id": 0}, True),
        ({"id": "1", "name": None}, False),
        ({"id": 0, "name": "Cách khác"}, None),
        ({"id": 3}, None),
        ({"id": [0], "name": {}}, None),
        ("Trực tuyến", None),
        (None, None),
        ({"id": 0, "name": "Trực tuyến", "note": "x" * 500}, None),
    ],
)
def test_igate_tells_the_way_of_applying(method: object, *, online: bool | None) -> None:
    assert verdict(igate(applyMethod=method)) is online


@pytest.mark.parametrize(
    ("channel", "online"), [("2", True), ("1", False), (3, False), (None, False), ("x", None)]
)
def test_td_tells_the_channel_of_the_portals_list(channel: object, *, online: bool | None) -> None:
    assert verdict(td(kenhThucHien=channel)) is online


@pytest.mark.parametrize(
    ("files", "there"),
    [(f"/tep/{CANARIES[0]}.pdf##/tep/2.pdf", True), ("", False), (None, False), (["a"], None)],
)
def test_td_tells_whether_a_file_of_the_result_is_attached(
    files: object, *, there: bool | None
) -> None:
    reading = td(DinhKemKetQua=files)
    assert verdict(reading, RESULT) is there
    assert CANARIES[0] not in repr(reading)


def test_a_field_that_is_absent_tells_nothing() -> None:
    without = {key: value for key, value in OPENCPS_ROW.items() if key != "online"}
    reader = RowReader(OpenCpsRow, id_field="dossierId", code_field="dossierNo")
    names = StatusNames("tinh", {})
    raw = msgspec.Raw(json.dumps(without).encode())
    bare = reader.read(raw, lambda row: opencps_rows.record_of(row, names))
    assert [traits_of(each) for each in (bare, igate(), td())] == [(Trait(0), Trait(0))] * 3


@given(ANYTHING)
def test_whatever_stands_there_the_dossier_stays_readable(value: object) -> None:
    for reading in (
        opencps(online=value),
        igate(applyMethod=value),
        td(kenhThucHien=value, dinhKemKetQua=value),
    ):
        holding, told = traits_of(reading)
        assert holding & ~told == 0


def test_the_name_of_a_file_is_not_kept_of_a_row_put_aside() -> None:
    reading = td(dinhKemKetQua=f"/tep/{CANARIES[0]}.pdf", trangThaiHoSoId="77")
    assert isinstance(reading, Unreadable)
    assert CANARIES[0] not in reading.raw


def test_traits_stay_with_a_record_whose_unit_is_found() -> None:
    units = (Unit(code="H51.07", name="Sở Mẫu", short_name="Mẫu", level=UnitLevel.DEPARTMENT),)
    record = SourceRecord(
        external_id="1",
        codes=("H51.07-240702-0001",),
        unit_code="H51.07",
        unit_name=None,
        status=Status.IN_PROCESS,
        received_at=datetime(2024, 7, 2, tzinfo=UTC),
        traits=ONLINE.value,
        traits_told=(ONLINE | RESULT).value,
    )
    view = resolved(record, UnitDirectory(units))
    assert isinstance(view, RecordView)
    assert (view.traits, view.traits_told) == (record.traits, record.traits_told)
