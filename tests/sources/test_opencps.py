import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from models.rates import Trait
from models.types import SourceRecord, Status, Unreadable
from worker.errors import (
    LoginRefused,
    SettingsError,
    UpstreamContractError,
    UpstreamUnavailable,
)
from worker.ports import Page, Window
from worker.sources.http import ClientPolicy
from worker.sources.opencps import OpenCpsConfig, OpenCpsSource

CONFIG = OpenCpsConfig(
    name="tinh",
    url="http://tinh.example",
    username="doisoat",
    password="mat-khau",
    group_id="35417",
)
URL = "http://tinh.example/o/rest/v2/dossiers"
ALL = Window("all", ())
CANARIES = ("Canary Nguyễn", "079012345678", "0912345678", "canary@thu.example", "12 Đường Canary")

ROW: dict[str, Any] = {
    "dossierId": 70101,
    "referenceUid": "a1b2",
    "dossierNo": "000.00.07.H51-240702-0021",
    "serviceCode": "1.009999.000.00.00.H51",
    "serviceName": "Thủ tục mẫu",
    "govAgencyCode": "000.00.07.H51",
    "govAgencyName": "Sở Mẫu",
    "applicantName": CANARIES[0],
    "applicantIdNo": CANARIES[1],
    "contactTelNo": CANARIES[2],
    "contactEmail": CANARIES[3],
    "address": CANARIES[4],
    "delegateName": CANARIES[0],
    "submitDate": "02/07/2024 08:05:12",
    "receiveDate": "02/07/2024 09:30:00",
    "dueDate": "09/07/2024 17:00:00",
    "extendDate": "",
    "releaseDate": "06/07/2024 15:30:00",
    "finishDate": "09/07/2024 08:41:00",
    "dossierStatus": "done",
    "dossierSubStatus": "",
    "lockState": "",
    "durationCount": 5.0,
    "online": True,
    "systemId": 0,
}


def answer(*rows: object, total: object = None) -> httpx.Response:
    return httpx.Response(200, json={"total": len(rows) if total is None else total, "data": rows})


@pytest.fixture
def source(policy: ClientPolicy) -> Iterator[OpenCpsSource]:
    source = OpenCpsSource(CONFIG, policy)
    yield source
    source.close()


@pytest.fixture
def own_names(policy: ClientPolicy) -> Iterator[OpenCpsSource]:
    names = {"Thue": 6, "waiting/waiting_2": 4, "done/done_5": 4, "processing/het": 9}
    source = OpenCpsSource(replace(CONFIG, statuses=names), policy)
    yield source
    source.close()


@respx.mock
def read(source: OpenCpsSource, *rows: object) -> Page:
    respx.get(URL).mock(return_value=answer(*rows))
    return source.page(ALL, 0)


def record(source: OpenCpsSource, **fields: object) -> SourceRecord:
    (reading,) = read(source, ROW | fields).readings
    assert isinstance(reading, SourceRecord)
    return reading


def bad(source: OpenCpsSource, row: object) -> Unreadable:
    (reading,) = read(source, row).readings
    assert isinstance(reading, Unreadable)
    return reading


def test_a_row_becomes_a_record_with_utc_instants(source: OpenCpsSource) -> None:
    assert record(source) == SourceRecord(
        external_id="70101",
        codes=("000.00.07.H51-240702-0021",),
        unit_code="000.00.07.H51",
        unit_name="Sở Mẫu",
        status=Status.RETURNED,
        procedure="1.009999",
        submitted_at=datetime(2024, 7, 2, 1, 5, 12, tzinfo=UTC),
        received_at=datetime(2024, 7, 2, 2, 30, tzinfo=UTC),
        due_at=datetime(2024, 7, 9, 10, 0, tzinfo=UTC),
        finished_at=datetime(2024, 7, 6, 8, 30, tzinfo=UTC),
        returned_at=datetime(2024, 7, 9, 1, 41, tzinfo=UTC),
        system=0,
        events=None,
        traits=Trait.FILED_ONLINE,
        traits_told=Trait.FILED_ONLINE,
    )


@respx.mock
def test_a_page_is_asked_for_by_offsets_with_login_and_group(source: OpenCpsSource) -> None:
    route = respx.get(URL).mock(return_value=answer(total="412"))
    page = source.page(Window("open:waiting", (("status", "waiting"),)), 400)
    request = route.calls.last.request
    assert list(request.url.params.multi_items()) == [
        ("start", "400"),
        ("end", "600"),
        ("systemId", "-1"),
        ("status", "waiting"),
    ]
    assert request.headers["groupid"] == "35417"
    assert request.headers["authorization"].startswith("Basic ")
    assert page == Page(400, 412, ())


@respx.mock
def test_a_page_is_never_larger_than_the_system_allows(policy: ClientPolicy) -> None:
    source = OpenCpsSource(replace(CONFIG, page_size=5000, url=f"{CONFIG.url}/o/rest/v2/"), policy)
    route = respx.get(URL).mock(return_value=answer())
    source.page(ALL, 0)
    assert route.calls.last.request.url.params["end"] == "200"
    source.close()


@respx.mock
def test_the_check_asks_for_one_row(source: OpenCpsSource) -> None:
    route = respx.get(URL).mock(return_value=answer(ROW, total=90000))
    source.check()
    params = route.calls.last.request.url.params
    assert (params["start"], params["end"]) == ("0", "1")


@pytest.mark.parametrize(
    ("name", "sub_name", "status"),
    [
        ("receiving", "", Status.NEW),
        ("new", None, Status.RECEIVED),
        ("denied", "", Status.NOT_ACCEPTED),
        ("Processing", "", Status.IN_PROCESS),
        ("waiting", "waiting_1", Status.SUPPLEMENT_REQUESTED),
        ("waiting", "Waiting_2", Status.IN_PROCESS),
        ("paying", "", Status.PAYMENT_REQUESTED),
        ("thue", "", Status.PAYMENT_REQUESTED),
        ("cancelled", "", Status.WITHDRAWN),
        ("unresolved", "", Status.STOPPED),
        ("processing", "het", Status.FINISHED),
        ("releasing", "", Status.FINISHED),
        ("done", "", Status.RETURNED),
    ],
)
def test_status_names_are_read_by_the_mapping_the_finer_first(
    own_names: OpenCpsSource, name: str, sub_name: str | None, status: Status
) -> None:
    assert record(own_names, dossierStatus=name, dossierSubStatus=sub_name).status is status


def test_a_mapping_to_no_status_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(SettingsError) as raised:
        OpenCpsSource(replace(CONFIG, statuses={"thue": 11}))
    assert raised.value.values == {"source": "tinh", "status": "thue", "number": 11}


def test_blank_values_in_any_form_are_nothing(source: OpenCpsSource) -> None:
    blank = record(source, submitDate=None, receiveDate="", dueDate="  ", systemId="", extra=[{}])
    bare = {key: ROW[key] for key in ("dossierId", "dossierNo", "dossierStatus")}
    (sparse,) = read(source, bare).readings
    assert isinstance(sparse, SourceRecord)
    for reading in (blank, sparse):
        assert reading.submitted_at is reading.received_at is reading.due_at is None
        assert reading.system is None
    assert sparse.unit_code is sparse.unit_name is sparse.procedure is None


def test_numbers_may_come_as_text_and_text_as_numbers(source: OpenCpsSource) -> None:
    reading = record(source, dossierId="70101", systemId="5", govAgencyCode=7)
    assert (reading.external_id, reading.system, reading.unit_code) == ("70101", 5, "7")
    assert record(source, dossierId=70101.0).external_id == "70101"


def test_white_space_of_any_kind_in_a_name_is_one_space(source: OpenCpsSource) -> None:
    assert record(source, govAgencyName=" Sở\u00a0Nội\n vụ ").unit_name == "Sở Nội vụ"
    assert record(source, govAgencyName="\ufeffSở Nội\u200b vụ").unit_name == "Sở Nội vụ"
    assert record(source, govAgencyName="\u202eSở\u2066 Nội vụ").unit_name == "Sở Nội vụ"


@pytest.mark.parametrize(
    ("reference", "codes"),
    [
        ("h51.07-240702-0021", ("000.00.07.H51-240702-0021", "H51.07-240702-0021")),
        ("000.00.07.h51-240702-0021", ("000.00.07.H51-240702-0021",)),
        ("6f9619ff-8b86-d011-b42d", ("000.00.07.H51-240702-0021",)),
    ],
)
def test_a_reference_that_is_a_dossier_code_is_a_second_code(
    source: OpenCpsSource, reference: str, codes: tuple[str, ...]
) -> None:
    assert record(source, referenceUid=reference).codes == codes


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"dossierStatus": "la-lung"}, "status_unknown"),
        ({"dossierStatus": ""}, "status_unknown"),
        ({"dossierStatus": 7}, "status_unknown"),
        ({"dossierNo": ""}, "code_missing"),
        ({"dossierNo": "x" * 100}, "code_unreadable"),
        ({"dossierId": None}, "external_id_missing"),
        ({"dueDate": "7/9/2024"}, "date_unreadable"),
        ({"dueDate": "09/07/24 17:00"}, "date_unreadable"),
        ({"dueDate": "31/02/2024 17:00:00"}, "date_unreadable"),
        ({"dueDate": "09/07/0001 17:00:00"}, "date_unreadable"),
        ({"dueDate": 2024070917000}, "date_unreadable"),
        ({"systemId": "x"}, "number_unreadable"),
        ({"systemId": "9" * 30}, "number_unreadable"),
        ({"dossierId": 10**40}, "text_unreadable"),
        ({"govAgencyName": "Sở\x00"}, "text_unreadable"),
        ({"govAgencyName": "x" * 1000}, "text_unreadable"),
        ({"govAgencyName": True}, "text_unreadable"),
        ({"govAgencyName": {"applicantName": "Canary Nguyễn"}}, "row_unreadable"),
        ({"govAgencyName": ["Canary Nguyễn"]}, "row_unreadable"),
    ],
)
def test_a_bad_row_is_kept_aside_and_the_others_are_read(
    source: OpenCpsSource, fields: dict[str, object], reason: str
) -> None:
    good = ROW | {"dossierId": 2}
    page = read(source, ROW | fields, good)
    first, second = page.readings
    assert isinstance(first, Unreadable)
    assert first.reason == reason
    assert isinstance(second, SourceRecord)
    assert not any(canary in repr(page) for canary in CANARIES)


def test_a_row_of_another_shape_says_where(source: OpenCpsSource) -> None:
    assert bad(source, ROW | {"govAgencyName": ["Canary"]}).detail == "govAgencyName"


def test_a_number_beyond_every_column_is_none(source: OpenCpsSource) -> None:
    reading = bad(source, ROW | {"systemId": 2**31})
    assert (reading.reason, reading.detail) == ("number_unreadable", "systemId")


def test_a_persons_address_is_kept_neither_as_a_code_nor_as_an_id(source: OpenCpsSource) -> None:
    for fields in (
        {"dossierNo": "mau@example.vn"},
        {"dossierId": "mau@example.vn", "dueDate": "x"},
    ):
        assert "example" not in repr(bad(source, ROW | fields))


def test_a_bad_row_says_which_dossier_it_is(source: OpenCpsSource) -> None:
    reading = bad(source, ROW | {"dossierStatus": "la-lung"})
    assert (reading.external_id, reading.code) == ("70101", "000.00.07.H51-240702-0021")
    assert reading.detail == "la-lung"
    kept = json.loads(reading.raw)
    assert kept["dueDate"] == "09/07/2024 17:00:00"
    assert "applicantName" not in kept


@pytest.mark.parametrize(
    ("row", "shape"),
    [(None, "…"), (3, "…"), ("Canary Nguyễn", '"…"'), (["Canary Nguyễn"], "[…]"), ([[]], "[…]")],
)
def test_a_row_that_is_no_object_is_kept_aside(
    source: OpenCpsSource, row: object, shape: str
) -> None:
    reading = bad(source, row)
    assert (reading.reason, reading.detail) == ("row_unreadable", shape)
    assert (reading.external_id, reading.code) == (None, None)
    assert "Canary" not in reading.raw


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    rows=st.lists(
        anything
        | st.dictionaries(st.sampled_from(sorted(ROW)), anything).map(lambda row: ROW | row),
        max_size=5,
    )
)
def test_every_row_whatever_it_holds_stands_in_the_page(rows: list[object]) -> None:
    source = OpenCpsSource(CONFIG, ClientPolicy(attempts=1))
    page = read(source, *rows)
    source.close()
    assert len(page.readings) == len(rows)


@respx.mock
def test_broken_characters_spoil_one_row_and_not_the_page(source: OpenCpsSource) -> None:
    good = json.dumps(ROW).encode()
    for broken in (b'{"dossierNo": "\xff\xfe"}', b'{"dossierNo": "\\ud800"}'):
        respx.get(URL).respond(content=b'{"total": 2, "data": [' + broken + b"," + good + b"]}")
        first, second = source.page(ALL, 0).readings
        assert isinstance(first, Unreadable)
        assert isinstance(second, SourceRecord)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"total": -1, "data": []},
        {"total": "nhiều", "data": []},
        {"total": None, "data": []},
        {"data": [ROW]},
        {"total": 3},
        {"total": 3, "data": {}},
        {"faultCode": "x", "faultMessage": "Canary Nguyễn"},
        [],
    ],
)
@respx.mock
def test_an_answer_without_a_total_or_rows_is_tried_again_and_then_a_broken_contract(
    source: OpenCpsSource, body: object
) -> None:
    route = respx.get(URL).respond(json=body)
    with pytest.raises(UpstreamContractError) as raised:
        source.page(ALL, 0)
    assert route.call_count == 3
    assert "Canary" not in repr(raised.value)


@respx.mock
def test_an_empty_list_may_lack_its_rows(source: OpenCpsSource) -> None:
    respx.get(URL).respond(json={"total": 0})
    assert source.page(ALL, 0) == Page(0, 0, ())


@respx.mock
def test_more_rows_than_asked_for_are_all_read_up_to_a_limit(policy: ClientPolicy) -> None:
    source = OpenCpsSource(replace(CONFIG, page_size=2), policy)
    respx.get(URL).mock(return_value=answer(*[ROW] * 10))
    assert len(source.page(ALL, 0).readings) == 10
    respx.get(URL).mock(return_value=answer(*[ROW] * 11))
    with pytest.raises(UpstreamContractError):
        source.page(ALL, 0)
    source.close()


@respx.mock
def test_html_instead_of_json_is_no_answer(source: OpenCpsSource) -> None:
    respx.get(URL).respond(html="<html>bảo trì</html>")
    with pytest.raises(UpstreamUnavailable):
        source.page(ALL, 0)


@respx.mock
def test_a_refused_account_is_said(source: OpenCpsSource) -> None:
    respx.get(URL).respond(401)
    with pytest.raises(LoginRefused) as raised:
        source.check()
    assert "mat-khau" not in repr(raised.value)


def test_the_configuration_does_not_show_its_password() -> None:
    assert "mat-khau" not in repr(CONFIG)
