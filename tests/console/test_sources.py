"""Sources in the console: their health, settings without secrets, trying the connection."""

from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.roles import Role
from models.source import Quarantine, SyncRun
from models.types import RunState
from tests.console.conftest import SECRET, Console
from tests.console.people import signed_in
from tests.places import Place, serving
from worker.bootstrap import services
from worker.console.sources.shown import settings_told
from worker.db.sources import identity
from worker.journey.trying import Tried, try_source
from worker.settings.model import IGateSettings, OpenCpsSettings, Settings

QUICK = timedelta(seconds=20)


def parts_of(settings: Settings, name: str, longest: timedelta | None = QUICK) -> list[Tried]:
    return list(try_source(settings, name, longest))


def end_last_run(console: Console, state: RunState, error: Mapping[str, object]) -> None:
    with services(console.settings) as found, Session(found.engine) as session, session.begin():
        row = session.exec(
            select(SyncRun)
            .where(col(SyncRun.source_id) == 1, col(SyncRun.partial).is_(False))
            .order_by(col(SyncRun.id).desc())
        ).first()
        assert row is not None
        row.state, row.error = state, dict(error)
        session.add(row)


def test_each_source_says_how_old_its_data_are_and_what_cannot_be_read(office: Console) -> None:
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        run = session.exec(select(SyncRun).where(SyncRun.source_id == 1)).first()
        assert run is not None
        for row in "ab":
            session.add(
                Quarantine(
                    source_id=1,
                    run_id=identity(run.id),
                    row=row,
                    at=found.clock(),
                    reason="code_missing",
                    detail="",
                    raw="{}",
                )
            )
    with signed_in(office, Role.VIEWER) as person:
        told = person.get("/api/v1/sources").json()
        page = person.get("/sources").text
    assert [each["name"] for each in told["items"]] == ["tinh", "cong"]
    home, portal = told["items"]
    assert (home["condition"], home["age"], home["quarantined"]) == ("good", 0, 2)
    assert home["read_at"] == "2024-07-24T16:00:00+07:00"
    assert portal["calls_today"] > 0
    assert portal["calls_per_day"] == 50_000
    assert "/quarantine?source=tinh" in page
    assert f"/runs/{home['last_run']['id']}" in page


def test_a_source_whose_last_reading_failed_says_so_and_why(office: Console) -> None:
    error = {"key": "upstream_unavailable", "values": {"source": "tinh", "detail": "timeout"}}
    end_last_run(office, RunState.FAILED, error)
    with signed_in(office, Role.VIEWER) as person:
        told = person.get("/api/v1/sources/tinh").json()
        assert told["condition"] == "failing"
        assert "quá thời gian chờ" in told["last_run"]["error"]
        for path in ("/sources", "/sources/tinh"):
            page = person.get(path).text
            assert "lượt gần nhất không xong" in page
            assert "quá thời gian chờ" in page
        page = person.get("/sources/tinh").text
        assert 'href="/help/failures#error-upstream_unavailable"' in page


def test_data_older_than_three_readings_are_called_old(office: Console) -> None:
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        for row in session.exec(select(SyncRun).where(SyncRun.source_id == 1)):
            row.ended_at = found.clock() - timedelta(minutes=46)
            session.add(row)
    with signed_in(office, Role.VIEWER) as person:
        assert person.get("/api/v1/sources/tinh").json()["condition"] == "old"
        assert person.get("/api/v1/sources/cong").json()["condition"] == "good"


def test_settings_are_for_operators_and_never_tell_a_secret(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as person:
        assert person.get("/api/v1/sources/tinh").json()["settings"] is None
        assert "webhook_secret" not in person.get("/sources/tinh").text
    with signed_in(console, Role.OPERATOR) as person:
        told = person.get("/api/v1/sources/tinh").text
        page = person.get("/sources/tinh").text
        assert "(đã đặt)" in page
        for text in (told, page):
            assert "http://127.0.0.1:9" in text
            assert SECRET not in text


@pytest.mark.parametrize(("name", "kind"), [("opencps", OpenCpsSettings), ("igate", IGateSettings)])
def test_what_is_set_is_shown_as_it_stands_in_the_file(
    name: str, kind: type[OpenCpsSettings] | type[IGateSettings]
) -> None:
    common = {
        "username": "doisoat",
        "password": SECRET,
        "every": "90m",
        "statuses": {"dang_xu_ly": 4},
        "client_id": "doi-soat",
        "group_id": "1",
    } | dict.fromkeys(("url", "sso_url", "api_url"), "https://mot-cua.example")
    known = {key: value for key, value in common.items() if key in kind.model_fields}
    source = kind.model_validate({"kind": name, **known})
    told = {each.key: each.value for each in settings_told(source)}
    assert told["every"] == "90m"
    assert told["statuses"] == "dang_xu_ly = 4"
    assert told["statistics"] == "có"
    assert told["since"] == "–"
    assert SECRET not in repr(told)


def test_a_source_that_is_gone_is_told_in_a_sentence_and_noted(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as person:
        page = unescape(person.post("/sources/tinh/test").text)
        told = person.call("POST", "/api/v1/sources/tinh/test").json()
    assert page.count('Nguồn "tinh" không trả lời') == 1
    assert {each["answers"] for each in told["parts"]} == {False}
    assert {"pages", "lookups", "published"} <= {each["part"] for each in told["parts"]}
    with services(office.settings) as found, Session(found.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "source_tried")).all()
        assert [(each.by, each.subject) for each in entries] == [("operator", "source tinh")] * 2


def test_trying_a_connection_is_for_operators(office: Console) -> None:
    with signed_in(office, Role.VIEWER) as person:
        assert person.post("/sources/tinh/test").status_code == 403
        assert person.call("POST", "/api/v1/sources/tinh/test").status_code == 403
        assert "/test" not in person.get("/sources/tinh").text
    with signed_in(office, Role.OPERATOR) as person:
        assert person.client.post("/sources/tinh/test").status_code == 403


def test_an_unknown_source_is_not_found(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as person:
        assert person.get("/sources/khac").status_code == 404
        assert person.post("/sources/khac/test").status_code == 404
        assert person.get("/api/v1/sources/khac").json()["error"] == "source_unknown"


def test_units_viewers_see_no_sources(office: Console) -> None:
    with signed_in(office, Role.VIEWER, "cua-so", ["H99.01"]) as person:
        assert person.get("/sources").status_code == 403
        assert person.get("/api/v1/sources/tinh").status_code == 403


def test_a_source_that_answers_answers_for_all_it_offers(place: Place) -> None:
    with serving(place.world(20)) as endpoints:
        settings = place.configure(endpoints, reporting=True)
        for name in settings.sources:
            tried = parts_of(settings, name)
            assert tried
            assert [each.error for each in tried if each.error] == []
            assert all(each.seconds for each in tried)


def test_what_there_is_no_time_left_for_is_left_out(light_place: Place) -> None:
    with serving(light_place.world(20)) as endpoints:
        settings = light_place.configure(endpoints, reporting=True)
        tried = parts_of(settings, "cong", timedelta(0))
    assert {(each.seconds, each.error) for each in tried} == {(None, None)}


def test_a_hasty_question_is_not_asked_again(light_place: Place) -> None:
    with serving(light_place.world(20)) as endpoints:
        settings = light_place.configure(endpoints)
    (tried, *_) = parts_of(settings, "tinh")
    assert tried.error is not None
    assert tried.error.key == "upstream_unavailable"
