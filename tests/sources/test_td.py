"""What TD's rows mean, and what is never read of them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from models.types import SourceRecord, Status, Unreadable
from tests.td_wire import ALL, CANARIES, CONFIG, LOGIN_URL, ROW, URL, listing, mocked
from worker.errors import SettingsError
from worker.sources.http import ClientPolicy
from worker.sources.td import TdSource

Read = Callable[..., Any]
Make = Callable[..., TdSource]


@pytest.fixture
def upstream() -> Iterator[respx.MockRouter]:
    with mocked() as router:
        yield router


@pytest.fixture
def make(policy: ClientPolicy) -> Iterator[Make]:
    made = []

    def source(**more: Any) -> TdSource:
        made.append(TdSource(replace(CONFIG, **more), policy))
        return made[-1]

    yield source
    for each in made:
        each.close()


@pytest.fixture
def read_row(upstream: respx.MockRouter, make: Make) -> Read:
    """What becomes of a row."""

    def reading(row: object, **config: Any) -> Any:
        upstream.get(URL).mock(return_value=listing(row))
        (found,) = make(**config).page(ALL, 0).readings
        return found

    return reading


@pytest.fixture
def read(read_row: Read) -> Read:
    """What becomes of the usual row with these fields."""

    def reading(statuses: dict[str, int] | None = None, **fields: object) -> Any:
        return read_row(ROW | fields, statuses=statuses or {})

    return reading


def test_a_row_becomes_a_record_with_utc_instants(read: Read) -> None:
    assert read() == SourceRecord(
        external_id="0d9a0001-0000-4000-8000-000000000001",
        codes=("H51.12.03-240702-0007",),
        unit_code="0A97F0DB-325A-6205-69D4-F7131F368F64",
        unit_name="Sở Mẫu",
        status=Status.RETURNED,
        procedure="1.009999",
        submitted_at=datetime(2024, 7, 2, 1, 5, 12, tzinfo=UTC),
        received_at=datetime(2024, 7, 2, 2, 30, tzinfo=UTC),
        due_at=datetime(2024, 7, 9, 10, 0, tzinfo=UTC),
        finished_at=datetime(2024, 7, 6, 8, 30, tzinfo=UTC),
        returned_at=datetime(2024, 7, 9, 1, 41, tzinfo=UTC),
        system=None,
        events=None,
    )


def test_the_case_of_keys_does_not_matter(read: Read, read_row: Read) -> None:
    usual = read()
    assert read_row({key[0].upper() + key[1:]: value for key, value in ROW.items()}) == usual
    shouted = {key.upper(): value for key, value in ROW.items()}
    assert read_row(shouted) == usual


def test_the_portals_names_for_fields_are_understood(read: Read, read_row: Read) -> None:
    told = {
        "ID": 17,
        "MaHoSo": ROW["maHoSo"],
        "TrangThaiHoSo": "10",
        "MaDinhDanh": "H51.12.03",
        "GroupCode": "17",
        "DonViXuLy": "Sở Mẫu",
        "NgayTiepNhan": "20240702093000",
    }
    record = read_row(told)
    assert (record.external_id, record.status) == ("17", Status.RETURNED)
    assert (record.unit_code, record.unit_name) == ("H51.12.03", "Sở Mẫu")
    assert record.received_at == read().received_at
    assert record.due_at is None


def test_a_due_date_in_the_year_1_is_none(read: Read) -> None:
    assert read(ngayHenTra="0001-01-01T00:00:00").due_at is None
    assert read(ngayHenTra=None).due_at is None
    assert read(ngayHenTra="").due_at is None


def test_month_first_turns_dates_with_slashes_around(read_row: Read) -> None:
    row = ROW | {"ngayHenTra": "07/09/2024 17:00:00"}
    assert read_row(row).due_at == datetime(2024, 9, 7, 10, tzinfo=UTC)
    assert read_row(row, month_first=True).due_at == datetime(2024, 7, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        ("g22.99-240702-020175", ("H51.12.03-240702-0007", "G22.99-240702-020175")),
        ("H51.12-240702-58213", ("H51.12.03-240702-0007", "H51.12-240702-58213")),
        ("h51.12.03-240702-0007 ", ("H51.12.03-240702-0007",)),
        ("không có", ("H51.12.03-240702-0007",)),
        (None, ("H51.12.03-240702-0007",)),
    ],
)
def test_the_code_sent_to_the_portal_is_a_second_one(
    read: Read, other: object, codes: tuple[str, ...]
) -> None:
    assert read(maHoSoKhac=other).codes == codes


@pytest.mark.parametrize("code", range(1, 11))
def test_the_codes_are_the_portals_under_any_of_their_names(read: Read, code: int) -> None:
    assert read(trangThaiHoSoId=code).status == code
    assert read(trangThaiHoSoId=f"{code:02}").status == code
    assert read(trangThaiHoSoId=None, maTrangThai=str(code)).status == code
    assert read(trangThaiHoSo="Đang xử lý", trangThaiHoSoId=str(code)).status == code


def test_an_installations_own_codes_go_before_the_usual_ones(read: Read) -> None:
    own = {"0": 4, "12": 9, "6": 5, "Chờ ký": 4}
    assert read(own, trangThaiHoSoId="0").status is Status.IN_PROCESS
    assert read(own, trangThaiHoSoId=12).status is Status.FINISHED
    assert read(own, trangThaiHoSoId="6").status is Status.SUPPLEMENT_REQUESTED
    assert read(own, trangThaiHoSoId="CHỜ  ký").status is Status.IN_PROCESS


def test_a_mapping_to_no_status_is_a_mistake_in_the_settings(make: Make) -> None:
    with pytest.raises(SettingsError) as raised:
        make(statuses={"7": 11})
    assert raised.value.values == {"source": "tinh", "status": "7", "number": 11}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"trangThaiHoSoId": "0"}, "status_unknown"),
        ({"trangThaiHoSoId": "11"}, "status_unknown"),
        ({"trangThaiHoSoId": None}, "status_unknown"),
        ({"trangThaiHoSoId": 7.5}, "text_unreadable"),
        ({"maHoSo": ""}, "code_missing"),
        ({"maHoSo": "x" * 100}, "code_unreadable"),
        ({"id": None}, "external_id_missing"),
        ({"ngayTiepNhan": "02-07-2024 09:30:00"}, "date_unreadable"),
        ({"ngayKetThucXuLy": "9999-01-01T23:59:59"}, "date_unreadable"),
        ({"ngayHenTra": 1719887400}, "date_unreadable"),
        ({"tenDonVi": "Sở\x00"}, "text_unreadable"),
        ({"tenDonVi": {"chuHoSo": CANARIES[0]}}, "row_unreadable"),
        ({"trangThaiHoSoId": [CANARIES[0]]}, "row_unreadable"),
    ],
)
def test_a_bad_row_is_kept_aside_with_its_reason_and_nothing_personal(
    read: Read, fields: dict[str, object], reason: str
) -> None:
    reading = read(**fields)
    assert isinstance(reading, Unreadable)
    assert reading.reason == reason
    assert not any(canary in repr(reading) for canary in CANARIES)


def test_a_bad_row_says_which_dossier_it_is(read_row: Read) -> None:
    row = {key[0].upper() + key[1:]: value for key, value in ROW.items()}
    reading = read_row(row | {"TrangThaiHoSoId": "0"})
    assert (reading.external_id, reading.code) == (ROW["id"], ROW["maHoSo"])
    assert reading.detail == "0"
    kept = json.loads(reading.raw)
    assert kept["MaHoSo"] == ROW["maHoSo"]
    assert not {"ChuHoSo", "SoDienThoaiChuHoSo", "TrichYeuHoSo"} & kept.keys()


@pytest.mark.parametrize("row", ["Canary Nguyễn", 7, None, ["Canary Nguyễn"]])
def test_what_is_no_row_at_all_is_kept_aside(read_row: Read, row: object) -> None:
    reading = read_row(row)
    assert reading.reason == "row_unreadable"
    assert CANARIES[0] not in reading.raw


@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(sorted(ROW)),
            st.none() | st.booleans() | st.integers() | st.text() | st.just({}) | st.just([]),
        ).map(lambda row: ROW | row),
        max_size=3,
    )
)
def test_every_row_whatever_it_holds_stands_in_the_page(rows: list[object]) -> None:
    with respx.mock:
        respx.post(LOGIN_URL).respond(json={"token": "t"})
        respx.get(URL).mock(return_value=listing(*rows))
        source = TdSource(CONFIG, ClientPolicy(attempts=1))
        assert len(source.page(ALL, 0).readings) == len(rows)
        source.close()
