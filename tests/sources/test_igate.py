"""What iGate's rows mean, and what is never read of them."""

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
from tests.igate_wire import ALL, CANARIES, CONFIG, ROW, TOKEN_URL, URL, listing, mocked
from worker.errors import SettingsError
from worker.sources.http import ClientPolicy
from worker.sources.igate import IGateSource

Read = Callable[..., Any]
Make = Callable[..., IGateSource]


@pytest.fixture
def upstream() -> Iterator[respx.MockRouter]:
    with mocked() as router:
        yield router


@pytest.fixture
def make(policy: ClientPolicy) -> Iterator[Make]:
    made = []

    def source(**more: Any) -> IGateSource:
        made.append(IGateSource(replace(CONFIG, **more), policy))
        return made[-1]

    yield source
    for each in made:
        each.close()


@pytest.fixture
def read(upstream: respx.MockRouter, make: Make) -> Read:
    """What becomes of a row with these fields."""

    def reading(statuses: dict[str, int] | None = None, **fields: object) -> Any:
        upstream.get(URL).mock(return_value=listing(ROW | fields))
        (found,) = make(statuses=statuses or {}).page(ALL, 0).readings
        return found

    return reading


def test_a_row_becomes_a_record_with_utc_instants(read: Read) -> None:
    assert read() == SourceRecord(
        external_id="65f000000000000000000001",
        codes=("H51.12.03-240702-0007",),
        unit_code="H51.12.03",
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


def test_midnight_in_vietnam_is_not_the_day_before(read: Read) -> None:
    record = read(acceptedDate="2011-06-09T17:00:00.000+0000")
    assert record.received_at == datetime(2011, 6, 9, 17, tzinfo=UTC)
    assert read(acceptedDate="2011-06-10T00:00:00+07:00") == record


def test_dates_may_come_in_milliseconds_and_stand_for_none(read: Read) -> None:
    record = read(acceptedDate=1307638800000, appointmentDate="0001-01-01T00:00:00", dueDate=None)
    assert (record.received_at, record.due_at) == (datetime(2011, 6, 9, 17, tzinfo=UTC), None)


def test_without_an_appointment_the_due_date_counts(read: Read) -> None:
    due = datetime(2024, 7, 8, 10, tzinfo=UTC)
    assert read(appointmentDate=None).due_at == read(appointmentDate="").due_at == due
    assert read(appointmentDate=None, dueDate=None).due_at is None


@pytest.mark.parametrize(
    ("nation_code", "codes"),
    [
        ("g22.99-240702-020175", ("H51.12.03-240702-0007", "G22.99-240702-020175")),
        ("000.03.12.H51-240702-0007", ("H51.12.03-240702-0007", "000.03.12.H51-240702-0007")),
        ("h51.12.03-240702-0007 ", ("H51.12.03-240702-0007",)),
        ("không có", ("H51.12.03-240702-0007",)),
        (None, ("H51.12.03-240702-0007",)),
    ],
)
def test_a_nation_code_that_is_another_dossier_code_is_a_second_one(
    read: Read, nation_code: object, codes: tuple[str, ...]
) -> None:
    assert read(nationCode=nation_code).codes == codes


def state(number: object, name: object, task_id: object = None, task: object = None) -> Any:
    return {
        "dossierStatus": {"id": number, "name": name},
        "dossierTaskStatus": {"id": task_id, "name": task} if task or task_id else None,
    }


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (state(0, "Mới"), Status.NEW),
        (state("2", "Gì đó"), Status.IN_PROCESS),
        (state(4, None), Status.RETURNED),
        (state(9, "Mới đăng ký"), Status.NEW),
        (state(9, "Chờ tiếp nhận"), Status.NEW),
        (state(9, "Đã tiếp nhận"), Status.RECEIVED),
        (state(9, "từ  chối"), Status.NOT_ACCEPTED),
        (state(9, "Không tiếp nhận"), Status.NOT_ACCEPTED),
        (state(9, "ĐANG XỬ LÝ"), Status.IN_PROCESS),
        (state(9, "Yêu cầu bổ sung"), Status.SUPPLEMENT_REQUESTED),
        (state(9, "Chờ bổ sung"), Status.SUPPLEMENT_REQUESTED),
        (state(9, "Yêu cầu thực hiện nghĩa vụ tài chính"), Status.PAYMENT_REQUESTED),
        (state(9, "Đã rút"), Status.WITHDRAWN),
        (state(9, "Công dân yêu cầu rút"), Status.WITHDRAWN),
        (state(9, "Dừng xử lý"), Status.STOPPED),
        (state(9, "Đã xử lý xong"), Status.FINISHED),
        (state(9, "Đã có kết quả"), Status.FINISHED),
        (state(9, "Đã trả kết quả"), Status.RETURNED),
        (state(2, "Đang xử lý", "60e4", "Chờ bổ sung"), Status.SUPPLEMENT_REQUESTED),
        (state(2, "Đang xử lý", "60e4", "Bước 3"), Status.IN_PROCESS),
    ],
)
def test_the_usual_statuses_are_known_the_tasks_first(
    read: Read, told: dict[str, object], status: Status
) -> None:
    assert read(**told).status is status


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (state(4, "Đã trả kết quả", "60EBF1", "Bước 9"), Status.FINISHED),
        (state(4, "Đã trả kết quả", "x", "bước  3"), Status.PAYMENT_REQUESTED),
        (state(7, "Lạ", "x", "Lạ"), Status.STOPPED),
        (state(9, "Chờ bổ sung"), Status.RECEIVED),
        (state(2, "Chờ bổ sung", "60ebf1", "Chờ bổ sung"), Status.FINISHED),
        (state(4, "Gì đó", "x", "Đang xử lý"), Status.IN_PROCESS),
    ],
)
def test_an_installations_own_statuses_go_before_the_usual_ones(
    read: Read, told: dict[str, object], status: Status
) -> None:
    own = {"60ebf1": 9, "Bước 3": 6, "7": 8, "CHỜ BỔ SUNG": 2}
    assert read(own, **told).status is status


def test_a_name_may_be_composed_either_way(read: Read) -> None:
    decomposed = "Bu\u031bo\u031b\u0301c ba"
    assert read({decomposed: 6}, **state(9, "bước ba")).status is Status.PAYMENT_REQUESTED


def test_a_mapping_to_no_status_is_a_mistake_in_the_settings(make: Make) -> None:
    with pytest.raises(SettingsError) as raised:
        make(statuses={"7": 11})
    assert raised.value.values == {"source": "tinh", "status": "7", "number": 11}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (state(99, "Lưu trữ", "60e4", "Bước 3"), "status_unknown"),
        ({"dossierStatus": None, "dossierTaskStatus": None}, "status_unknown"),
        ({"code": ""}, "code_missing"),
        ({"code": "x" * 100}, "code_unreadable"),
        ({"id": None}, "external_id_missing"),
        ({"acceptedDate": "2024-07-02T02:30:00"}, "date_unreadable"),
        ({"acceptedDate": "02/07/2024 09:30:00"}, "date_unreadable"),
        ({"completedDate": "2024-07-02"}, "date_unreadable"),
        ({"dueDate": 1719887400, "appointmentDate": None}, "date_unreadable"),
        ({"agency": {"code": "H51", "name": "Sở\x00"}}, "text_unreadable"),
        ({"agency": "Sở Mẫu"}, "row_unreadable"),
        ({"agency": {"name": {"fullname": "Canary Nguyễn"}}}, "row_unreadable"),
        ({"dossierStatus": ["Canary Nguyễn"]}, "row_unreadable"),
    ],
)
def test_a_bad_row_is_kept_aside_with_its_reason_and_nothing_personal(
    read: Read, fields: dict[str, object], reason: str
) -> None:
    reading = read(**fields)
    assert isinstance(reading, Unreadable)
    assert reading.reason == reason
    assert not any(canary in repr(reading) for canary in CANARIES)


def test_a_bad_row_says_which_dossier_it_is(read: Read) -> None:
    reading = read(**state(99, "Lưu trữ", "60e4", "Bước 3"))
    assert (reading.external_id, reading.code) == (ROW["id"], ROW["code"])
    assert reading.detail == "60e4/Bước 3/99/Lưu trữ"
    kept = json.loads(reading.raw)
    assert kept["agency"] == {"id": "bb", "code": "H51.12.03", "name": "Sở Mẫu"}
    assert not {"applicant", "currentTask"} & kept.keys()


@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(sorted(ROW)),
            st.none() | st.booleans() | st.integers() | st.text() | st.just({}) | st.just([]),
        ).map(lambda row: ROW | row),
        max_size=5,
    )
)
def test_every_row_whatever_it_holds_stands_in_the_page(rows: list[object]) -> None:
    with respx.mock:
        respx.post(TOKEN_URL).respond(json={"access_token": "t", "expires_in": 300})
        respx.get(URL).mock(return_value=listing(*rows))
        source = IGateSource(CONFIG, ClientPolicy(attempts=1))
        assert len(source.page(ALL, 0).readings) == len(rows)
        source.close()
