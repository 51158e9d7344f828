"""What nobody would send on purpose: each answer is read, put aside or refused, and never guessed.

What the client makes of odd answers stands in ``test_http.py``; here a whole source is asked.
"""

import json
from collections.abc import Iterator

import httpx
import pytest
import respx

from models.types import Reading, SourceRecord, Unreadable
from tests.sources.test_opencps import ALL, CONFIG, ROW, URL
from worker.errors import UpstreamContractError, UpstreamUnavailable
from worker.sources.http import ClientPolicy
from worker.sources.opencps import OpenCpsSource

GOOD = json.dumps(ROW, ensure_ascii=False)
CODE = ROW["dossierNo"]


@pytest.fixture
def source(policy: ClientPolicy) -> Iterator[OpenCpsSource]:
    source = OpenCpsSource(CONFIG, policy)
    yield source
    source.close()


@respx.mock
def readings(source: OpenCpsSource, *rows: str) -> tuple[Reading, ...]:
    body = f'{{"total": {len(rows)}, "data": [{", ".join(rows)}]}}'
    respx.get(URL).respond(text=body)
    return source.page(ALL, 0).readings


@pytest.mark.parametrize("number", ["9" * 5000, "1e999"])
@pytest.mark.parametrize("elsewhere", ["5.0", "NaN"])
def test_a_number_beyond_all_reason_spoils_one_row_which_still_says_its_code(
    source: OpenCpsSource, number: str, elsewhere: str
) -> None:
    broken = GOOD.replace("70101", number).replace("5.0", elsewhere)
    first, second = readings(source, broken, GOOD)
    assert isinstance(first, Unreadable)
    assert first.code == CODE
    assert json.loads(first.raw)["dossierId"] is None
    assert isinstance(second, SourceRecord)


def test_whom_a_row_names_stays_out_of_its_status_in_quarantine(source: OpenCpsSource) -> None:
    person = ROW["applicantName"]
    (reading,) = readings(source, json.dumps(ROW | {"dossierStatus": f"Chờ {person} ký"}))
    assert isinstance(reading, Unreadable)
    assert reading.detail == "Chờ … ký"
    assert json.loads(reading.raw)["dossierStatus"] == "Chờ … ký"


@pytest.mark.parametrize(
    "headers",
    ["text/html", "application/json; charset=iso-8859-1", "application/json; charset=xyz", ""],
)
@respx.mock
def test_what_an_answer_says_of_itself_is_not_believed(source: OpenCpsSource, headers: str) -> None:
    body = f'{{"total": 1, "data": [{GOOD}]}}'.encode()
    respx.get(URL).respond(content=body, headers={"content-type": headers})
    (reading,) = source.page(ALL, 0).readings
    assert isinstance(reading, SourceRecord)
    assert reading.unit_name == ROW["govAgencyName"]


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (httpx.Response(204), "not JSON"),
        (httpx.Response(200, text=f'cb({{"total": 1, "data": [{GOOD}]}})'), "not JSON"),
        (httpx.Response(200, text='{"total": 0, "data": []} <!-- 12 ms -->'), "not JSON"),
        (httpx.Response(200, content=b'{"total": 0, "data": []}\0\0\0'), "not JSON"),
    ],
    ids=["no content", "padded", "signed", "filled up"],
)
@respx.mock
def test_more_or_less_than_json_is_no_answer(
    source: OpenCpsSource, answer: httpx.Response, detail: str
) -> None:
    respx.get(URL).mock(return_value=answer)
    with pytest.raises(UpstreamUnavailable) as raised:
        source.page(ALL, 0)
    assert raised.value.values["detail"] == detail


@pytest.mark.parametrize("total", ["9" * 5000, "1e400", "1.5", str(10**18), "NaN"])
@respx.mock
def test_a_total_that_counts_nothing_breaks_the_contract(source: OpenCpsSource, total: str) -> None:
    respx.get(URL).respond(text=f'{{"total": {total}, "data": [{GOOD}]}}')
    with pytest.raises(UpstreamContractError) as raised:
        source.page(ALL, 0)
    assert raised.value.values["detail"] == "no total"
