"""Starting a reading, by the form and by the API."""

import re
from collections.abc import Iterator

import httpx
import pytest

from models.roles import Role
from models.types import RunState, Trigger
from tests.console.conftest import Console
from tests.console.offices import UNIT
from tests.console.people import Person, signed_in
from tests.console.running import WHY, audited, newest, run_of, runs_in, set_run, started


@pytest.fixture
def operator(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.OPERATOR) as person:
        yield person


def test_a_reading_is_queued_as_the_form_says_and_workers_are_told(
    office: Console, operator: Person
) -> None:
    answer = started(
        operator, source="tinh", extent="since", since="2024-07-01", unit=UNIT, pull_only="yes"
    )
    run = run_of(answer)
    row = newest(office.settings)
    assert (row.id, row.state, row.trigger) == (run, RunState.QUEUED, Trigger.OPERATOR)
    assert (row.by, row.reason) == (operator.name, WHY)
    assert row.wish == {"source": "tinh", "unit": UNIT, "since": "2024-07-01", "pull_only": True}
    assert office.desk.heard(1) == [(run,)]
    (entry,) = audited(office.settings)
    assert (entry.by, entry.action, entry.subject, entry.reason) == (
        operator.name,
        "run_started",
        f"run {run}",
        WHY,
    )
    page = operator.get(answer.headers["location"]).text
    assert "Đã vào hàng đợi" in page
    assert f"{WHY}" in page
    assert f'data-live="/runs/{run}/live"' in page


def test_a_pasted_list_names_the_dossiers_however_it_is_separated(
    office: Console, operator: Person
) -> None:
    pasted = " h99.01-240701-0001,\tH99.01-240701-0002;\r\nH99.01-240701-0001\n"
    run = run_of(started(operator, extent="dossiers", dossiers=pasted))
    row = newest(office.settings)
    assert row.wish == {"codes": ["H99.01-240701-0001", "H99.01-240701-0002"]}
    (entry,) = audited(office.settings)
    assert entry.detail == {"dossiers": 2}
    page = operator.get(f"/runs/{run}").text
    assert "2 hồ sơ được nêu tên" in page
    assert "/dossiers?q=H99.01-240701-0002" in page


def test_the_same_form_sent_twice_starts_one_reading(office: Console, operator: Person) -> None:
    key = re.search(r'name="key" value="([^"]+)"', operator.get("/runs/new").text)
    assert key is not None
    first = run_of(started(operator, key=key[1]))
    set_run(office.settings, first, state=RunState.COMPLETE)
    assert run_of(started(operator, key=key[1])) == first
    assert run_of(started(operator, key="another")) > first
    assert len(audited(office.settings)) == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reason": "  "}, "Hãy cho biết lý do"),
        ({"extent": "since"}, "Hãy chọn ngày tiếp nhận"),
        ({"extent": "since", "since": "1024-07-01"}, "Hãy chọn ngày tiếp nhận"),
        ({"extent": "everything"}, "Hãy chọn lấy những gì"),
        ({"extent": "dossiers"}, "ít nhất một mã hồ sơ"),
        ({"extent": "dossiers", "dossiers": "A" * 70}, "Không phải mã hồ sơ: AAAA"),
        ({"extent": "dossiers", "dossiers": " ".join(map(str, range(501)))}, "chỉ nhận 500 mã"),
        ({"source": "khong-co"}, "khong-co"),
        ({"unit": "H99.77"}, "H99.77"),
    ],
)
def test_a_form_that_can_not_be_is_shown_again_with_what_was_typed(
    office: Console, operator: Person, fields: dict[str, str], says: str
) -> None:
    before = len(runs_in(office.settings))
    answer = started(operator, **({"reason": "gõ <b>dở</b>", "pull_only": "yes"} | fields))
    assert answer.status_code == 422
    assert says in answer.text
    assert 'aria-invalid="true"' in answer.text or "extent" in fields
    if "reason" not in fields:
        assert 'value="gõ &lt;b&gt;dở&lt;/b&gt;"' in answer.text
    assert 'name="pull_only" value="yes" checked' in answer.text
    assert len(runs_in(office.settings)) == before
    assert audited(office.settings) == []
    assert office.desk.announced == []


def test_another_page_can_fill_the_form_in(operator: Person) -> None:
    page = operator.get("/runs/new", dossiers="H99.01-240701-0001", unit=UNIT, source="tinh").text
    assert ">H99.01-240701-0001</textarea>" in page
    assert 'value="dossiers" checked' in page
    assert f'<option value="{UNIT}" selected>' in page


def test_the_api_starts_once_for_a_key(office: Console, operator: Person) -> None:
    def call(body: object, key: str = "khoa-cua-toi") -> httpx.Response:
        headers = {"X-CSRF-Token": operator.csrf, "Idempotency-Key": key}
        return operator.client.post("/api/v1/runs", json=body, headers=headers)

    first = call({"reason": WHY, "full": True})
    assert (first.status_code, first.json()) == (202, {"runs": [newest(office.settings).id]})
    again = call({"reason": WHY, "full": True})
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert call({"reason": WHY}).json()["error"] == "key_reused"
    assert office.desk.heard(1) == [tuple(first.json()["runs"])]
    assert newest(office.settings).wish == {"full": True}


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 422, "unreadable"),
        ({"reason": " "}, 422, "unreadable"),
        ({"reason": WHY, "full": True, "since": "2024-07-01"}, 422, "unreadable"),
        ({"reason": WHY, "dossiers": ["A" * 70]}, 422, "unreadable"),
        ({"reason": WHY, "since": "0001-01-01"}, 422, "unreadable"),
        ({"reason": WHY, "codes": []}, 422, "unreadable"),
        ({"reason": WHY, "source": "khong-co"}, 404, "source_unknown"),
        ({"reason": WHY, "unit": "H99.77"}, 404, "unit_not_found"),
    ],
)
def test_a_call_that_can_not_be_is_refused_and_starts_nothing(
    office: Console, operator: Person, body: dict[str, object], status: int, error: str
) -> None:
    before = len(runs_in(office.settings))
    answer = operator.call("POST", "/api/v1/runs", body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert len(runs_in(office.settings)) == before
