"""The pages and calls of runs: what is shown is what the store has, and what is done is done."""

import re
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from models.roles import Role
from models.source import SyncRun
from models.types import RunState, RunStop
from tests.console.conftest import Console
from tests.console.offices import UNIT
from tests.console.people import Person, signed_in
from tests.console.running import WHY, audited, newest, run_of, runs_in, set_run, started
from tests.places import connected
from tests.stores import rows_of
from worker.bootstrap import services
from worker.db.sources import source_names
from worker.i18n import text
from worker.i18n.numbers import number
from worker.journey.scheduled import turns_of
from worker.render.lists import run_item


@pytest.fixture
def operator(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.OPERATOR) as person:
        yield person


def numbers_in(page: str) -> list[int]:
    """The runs in the list of a page, in its order."""
    below = page.split('id="all"', 1)[1]
    return [
        int(each)
        for each in re.findall(r'<th scope="row" class="number"><a href="/runs/(\d+)', below)
    ]


def test_the_list_shows_every_run_of_the_store_the_newest_first(
    office: Console, operator: Person
) -> None:
    stored = [row.id for row in runs_in(office.settings)]
    assert numbers_in(operator.get("/runs").text) == sorted(stored, reverse=True)  # type: ignore[type-var]
    turned = operator.get("/runs", sort="id", dir="asc").text
    assert numbers_in(turned) == sorted(stored)  # type: ignore[type-var]
    assert 'aria-sort="ascending"' in turned
    began = operator.get("/runs", sort="started_at", dir="asc").text
    assert sorted(numbers_in(began)) == sorted(stored)  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("name", "value"),
    [("source", "tinh"), ("stage", "reconcile"), ("state", "complete"), ("trigger", "webhook")],
)
def test_a_filter_leaves_just_the_runs_it_names(
    office: Console, operator: Person, name: str, value: str
) -> None:
    with connected(office.settings) as engine, Session(engine) as session:
        names = source_names(session)
        items = [
            run_item(row, names.get(row.source_id or 0, "")) for row in rows_of(engine, SyncRun)
        ]
    wanted = {item["id"] for item in items if item[name] == value}
    page = operator.get("/runs", **{name: value}).text
    assert set(numbers_in(page)) == wanted
    assert f'<option value="{value}" selected>' in page
    told = operator.get("/api/v1/runs", **{name: value}).json()
    assert {item["id"] for item in told["items"]} == wanted
    assert told["total"] == len(wanted)
    if not wanted:
        assert "Không có lượt nào như vậy" in page


def test_what_can_not_be_a_filter_is_read_as_not_said_by_pages_and_refused_by_the_api(
    operator: Person,
) -> None:
    assert numbers_in(operator.get("/runs", state="khong-co", page="x").text)
    assert operator.get("/api/v1/runs", state="khong-co").status_code == 422


def test_a_run_shows_what_the_command_tells_of_it(office: Console, operator: Person) -> None:
    row = next(row for row in runs_in(office.settings) if row.stage == "pull")
    page = operator.get(f"/runs/{row.id}").text
    assert "lấy danh sách" in page
    assert "đầy đủ" in page
    assert row.counts["rows"] > 0
    assert f"<dd>{number(row.counts['rows'])}</dd>" in page
    assert text("pages.runs.journey") in page
    told = operator.get(f"/api/v1/runs/{row.id}").json()
    assert {name: told[name] for name in ("counts", "stage", "state", "source")} == {
        "counts": row.counts,
        "stage": "pull",
        "state": "complete",
        "source": "tinh",
    }
    assert told["started_at"].endswith("+07:00")


def test_an_error_is_told_in_words_with_what_to_do_about_it(
    office: Console, operator: Person
) -> None:
    run = newest(office.settings).id or 0
    error = {"key": "run_keeps_dying", "values": {"run": run}}
    set_run(office.settings, run, state=RunState.FAILED, error=error)
    page = operator.get(f"/runs/{run}").text
    assert "đã làm chết tiến trình nhiều lần" in page
    assert "/help/failures#run-failed" in page
    assert "Làm lại từ đầu" in page
    assert "Dừng lượt này" not in page


@pytest.mark.parametrize("path", ["/runs/99999", "/runs/99999/live", "/api/v1/runs/99999/events"])
def test_a_run_that_there_is_not_is_not_found(operator: Person, path: str) -> None:
    assert operator.get(path).status_code == 404


def test_a_waiting_run_is_cancelled_at_once_and_says_by_whom(
    office: Console, operator: Person
) -> None:
    run = run_of(started(operator))
    assert "Dừng lượt này" in operator.get(f"/runs/{run}").text
    answer = operator.post(f"/runs/{run}/cancel", reason="nhầm nguồn; gọi 0912345678")
    assert answer.headers["location"] == f"/runs/{run}?said=run_cancelled"
    assert newest(office.settings).state is RunState.CANCELLED
    entry = audited(office.settings)[-1]
    assert (entry.action, entry.by) == ("run_cancelled", operator.name)
    assert (entry.reason or "").startswith("nhầm nguồn")
    assert "0912345678" not in (entry.reason or "")


def test_a_run_under_way_stops_at_its_next_step_and_says_so_until_then(
    office: Console, operator: Person
) -> None:
    run = run_of(started(operator))
    now = newest(office.settings).started_at
    set_run(office.settings, run, state=RunState.RUNNING, fence=1, owner="xa/1:1", heartbeat_at=now)
    answer = operator.post(f"/runs/{run}/cancel", reason="nhầm")
    assert answer.headers["location"] == f"/runs/{run}?said=run_stopping"
    assert newest(office.settings).stop is RunStop.CANCEL
    page = operator.get(f"/runs/{run}").text
    assert "đang dừng" in page
    assert "Dừng lượt này" not in page


def test_a_run_that_is_over_is_done_again_and_one_interrupted_goes_on(
    office: Console, operator: Person
) -> None:
    run = run_of(started(operator, extent="full"))
    set_run(office.settings, run, state=RunState.FAILED)
    again = run_of(operator.post(f"/runs/{run}/retry", reason="đã sửa mật khẩu"))
    assert again > run
    assert newest(office.settings).wish == {"full": True}
    set_run(office.settings, again, state=RunState.INTERRUPTED, fence=1)
    assert "Làm tiếp" in operator.get(f"/runs/{again}").text
    assert run_of(operator.post(f"/runs/{again}/resume", reason="mạng đã có")) == again
    assert newest(office.settings).state is RunState.QUEUED
    actions = [each.action for each in audited(office.settings)]
    assert actions == ["run_started", "run_retried", "run_resumed"]
    assert office.desk.heard(3) == [(run,), (again,), (again,)]


def test_what_can_not_be_done_is_said_beside_the_form_with_the_reason_kept(
    office: Console, operator: Person
) -> None:
    run = newest(office.settings).id
    refused = operator.post(f"/runs/{run}/cancel", reason="thử xem")
    assert refused.status_code == 409
    assert "đã kết thúc, không còn gì để dừng" in refused.text
    assert 'value="thử xem"' in refused.text
    nothing = operator.post(f"/runs/{run}/retry", reason=" ")
    assert nothing.status_code == 422
    assert "Hãy cho biết lý do" in nothing.text
    assert audited(office.settings) == []
    called = operator.call("POST", f"/api/v1/runs/{run}/cancel", {"reason": "thử xem"})
    assert (called.status_code, called.json()["error"]) == (409, "run_over")


def test_the_api_does_to_runs_what_the_pages_do(office: Console, operator: Person) -> None:
    run = operator.call("POST", "/api/v1/runs", {"reason": WHY}).json()["runs"][0]
    told = operator.call("POST", f"/api/v1/runs/{run}/cancel", {"reason": "nhầm"}).json()
    assert (told["id"], told["state"]) == (run, "cancelled")
    answer = operator.call("POST", f"/api/v1/runs/{run}/retry", {"reason": "làm lại"})
    assert answer.status_code == 202
    (again,) = answer.json()["runs"]
    set_run(office.settings, again, state=RunState.INTERRUPTED, fence=1)
    answer = operator.call("POST", f"/api/v1/runs/{again}/resume", {"reason": "tiếp"})
    assert (answer.status_code, answer.json()) == (202, {"runs": [again]})
    assert [each.action for each in audited(office.settings)] == [
        "run_started",
        "run_cancelled",
        "run_retried",
        "run_resumed",
    ]


def test_what_waits_says_what_for(office: Console, operator: Person) -> None:
    first = run_of(started(operator))
    set_run(office.settings, first, state=RunState.RUNNING, fence=1, done=120, total=400)
    second = run_of(started(operator, extent="full", key="k2"))
    page = operator.get(f"/runs/{second}").text
    assert f'<a href="/runs/{first}">lượt {first}</a>' in page
    listed = operator.get("/runs").text
    assert 'value="120" max="400"' in listed
    assert "đang chờ" in listed


def test_the_schedule_is_the_programs_own(office: Console, operator: Person) -> None:
    with services(office.settings) as found:
        turns = turns_of(found)
    page = operator.get("/runs/schedule").text
    assert turns
    for turn in turns:
        assert f'<td class="code">{turn.job.name}</td>' in page
    told = operator.get("/api/v1/schedule").json()
    assert [item["name"] for item in told["items"]] == [turn.job.name for turn in turns]
    assert told["total"] == len(turns)


@pytest.mark.parametrize(
    "path", ["/runs", "/runs/1", "/runs/schedule", "/runs/now", "/runs/1/live"]
)
def test_a_viewer_of_units_sees_no_runs(office: Console, path: str) -> None:
    with signed_in(office, Role.VIEWER, units=[UNIT]) as person:
        assert person.get(path).status_code == 403
        assert person.get(f"/api/v1{path.replace('/runs/schedule', '/schedule')}").status_code in (
            403,
            404,
        )
    assert office.get(path).status_code == 303


def test_a_viewer_looks_but_starts_and_stops_nothing(office: Console) -> None:
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/runs")
        assert page.status_code == 200
        assert "/runs/new" not in page.text
        assert 'name="reason"' not in person.get("/runs/1").text
        assert person.get("/runs/new").status_code == 403
        assert started(person).status_code == 403
        assert person.post("/runs/1/retry", reason=WHY).status_code == 403
        assert person.call("POST", "/api/v1/runs", {"reason": WHY}).status_code == 403


def test_nothing_is_done_without_the_token_of_our_own_pages(
    office: Console, operator: Person
) -> None:
    fields = {"extent": "changes", "reason": WHY}
    assert operator.client.post("/runs/new", data=fields).status_code == 403
    assert operator.client.post("/runs/1/retry", data={"reason": WHY}).status_code == 403
    assert operator.client.post("/api/v1/runs", json={"reason": WHY}).status_code == 403
    assert audited(office.settings) == []
