"""What could not be read: shown as it is stored, and read again."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import escape
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.roles import Role
from models.source import Quarantine, SyncRun
from tests.console.conftest import Console, consoled
from tests.console.offices import UNIT, office_in
from tests.console.people import Person, signed_in
from tests.places import AS_OF, Place, connected, journey, serving
from tests.provinces import write_province
from tests.stores import rows_of
from worker.core.resolve import UNKNOWN
from worker.db import unit_names
from worker.render.lists import quarantine_item
from worker.simulator.extras import UNKNOWN_UNIT_NAME

WHY = "đã sửa tại hệ thống nguồn"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office of whose records some can't be read."""
    folder = tmp_path_factory.mktemp("broken")
    write_province(folder / "seeds")
    place = Place(folder=folder, code="H99", seeds="seeds")
    with serving(place.world(60, broken=8)) as endpoints:
        journey(place.configure(endpoints, reporting=True, sample_share=1))
    return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Iterator[Console]:
    with consoled(office_in(made, tmp_path / "office")) as found:
        yield found


@pytest.fixture
def operator(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.OPERATOR) as person:
        yield person


def waiting(office: Console) -> list[Quarantine]:
    with connected(office.settings) as engine:
        return [row for row in rows_of(engine, Quarantine) if row.solved_at is None]


def ids_in(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'name="ids" value="(\d+)"', page)]


def audited(office: Console) -> list[AuditEntry]:
    with connected(office.settings) as engine, Session(engine, expire_on_commit=False) as session:
        query = select(AuditEntry).where(AuditEntry.action == "quarantine_tried_again")
        return list(session.exec(query.order_by(col(AuditEntry.id))))


def runs_asked_for(office: Console) -> list[SyncRun]:
    with connected(office.settings) as engine:
        return [row for row in rows_of(engine, SyncRun) if row.state == "queued"]


def test_every_record_is_shown_with_its_reason_in_words_and_its_text(
    office: Console, operator: Person
) -> None:
    rows, page = waiting(office), operator.get("/quarantine").text
    assert rows
    assert sorted(ids_in(page)) == sorted(row.id or 0 for row in rows)
    for row in rows:
        assert escape(quarantine_item("", row)["reason"]) in page
    assert page.count("<details>") == len(rows)
    told = operator.get("/api/v1/quarantine").json()
    assert told["total"] == len(rows)
    assert {item["id"]: item["raw"] for item in told["items"]} == {row.id: row.raw for row in rows}


@pytest.mark.parametrize("name", ["source", "reason", "run", "code"])
def test_a_filter_leaves_just_what_it_names(office: Console, operator: Person, name: str) -> None:
    sources = {1: "tinh", 2: "cong"}
    told = {
        row.id: {
            "source": sources[row.source_id],
            "reason": row.reason,
            "run": str(row.run_id),
            "code": row.code or "",
        }
        for row in waiting(office)
    }
    value = next(each for each in told.values() if each["code"])[name]
    wanted = {key for key, each in told.items() if each[name] == value}
    assert 0 < len(wanted) < len(told)
    typed = value.lower() if name == "code" else value
    assert set(ids_in(operator.get("/quarantine", **{name: typed}).text)) == wanted
    items = operator.get("/api/v1/quarantine", **{name: typed}).json()["items"]
    assert {item["id"] for item in items} == wanted


def test_reasons_are_counted_and_lead_to_their_records(office: Console, operator: Person) -> None:
    page = operator.get("/quarantine").text
    rows = [row for row in waiting(office) if row.reason == UNKNOWN and row.source_id == 1]
    link = f'href="/quarantine?source=tinh&amp;reason={UNKNOWN}"'
    assert link in page
    counted = page.split(link, 1)[1].split("</tr>", 1)[0]
    assert f'<td class="number">{len(rows)}</td>' in counted
    assert 'href="/names"' in counted


def test_what_is_asked_for_wrongly_shows_nothing_and_breaks_nothing(operator: Person) -> None:
    for name, value in (
        ("run", "99999999999"),
        ("run", "x"),
        ("code", "\x00"),
        ("source", "khong"),
    ):
        assert operator.get("/quarantine", **{name: value}).status_code == 200
    assert "Không có bản ghi nào như vậy" in operator.get("/quarantine", source="khong").text


def test_chosen_records_are_asked_for_again_at_their_sources(
    office: Console, operator: Person
) -> None:
    chosen = [row for row in waiting(office) if row.code and row.reason != UNKNOWN]
    ids = [str(row.id) for row in chosen]
    answer = operator.post("/quarantine", ids=ids, reason=f"{WHY}, gọi 0912345678")
    runs = {row.source_id: row for row in runs_asked_for(office)}
    assert {key: set(row.wish["codes"]) for key, row in runs.items()} == {
        key: {row.code for row in chosen if row.source_id == key} for key in runs
    }
    assert {row.stage for row in runs.values()} == {"pull", "look_up"}
    assert {row.by for row in runs.values()} == {operator.name}
    first = answer.headers["location"]
    assert re.fullmatch(r"/runs/\d+\?said=quarantine_asked", first)
    assert "Đã xếp hàng hỏi lại" in operator.get(first).text
    assert set(office.desk.heard(1)[0]) == {row.id for row in runs.values()}
    (entry,) = audited(office)
    assert (entry.by, entry.detail["rows"]) == (operator.name, sorted(map(int, ids)))
    assert "0912345678" not in (entry.reason or "")


def test_what_is_known_by_now_is_read_at_once(office: Console, operator: Person) -> None:
    unknown = [row for row in waiting(office) if row.reason == UNKNOWN and row.source_id == 1]
    with connected(office.settings) as engine, Session(engine) as session, session.begin():
        unit_names.assign(session, UNKNOWN_UNIT_NAME, UNIT, by="x", reason=None, at=AS_OF)
    body = {"ids": [row.id for row in unknown], "reason": WHY}
    answer = operator.call("POST", "/api/v1/quarantine/again", body)
    assert (answer.status_code, answer.json()) == (
        202,
        {"runs": [], "read": len(unknown), "dossiers": 0, "left": 0},
    )
    assert not {row.id for row in waiting(office)} & {row.id for row in unknown}
    assert operator.call("POST", "/api/v1/quarantine/again", body).status_code == 404


def test_a_record_without_a_code_waits_for_a_full_reading_and_that_is_said(
    office: Console, operator: Person
) -> None:
    nameless = [row for row in waiting(office) if not row.code]
    ids = [str(row.id) for row in nameless]
    answer = operator.post("/quarantine?reason=code_missing", ids=ids, reason=WHY)
    target = answer.headers["location"]
    assert target == "/quarantine?reason=code_missing&said=quarantine_left"
    assert "chỉ đọc lại được khi lấy lại toàn bộ" in operator.get(target).text
    assert runs_asked_for(office) == []


@pytest.mark.parametrize(
    ("count", "reason", "says"),
    [(0, WHY, "ít nhất một bản ghi"), (1, "  ", "Hãy cho biết lý do")],
)
def test_a_form_that_says_too_little_comes_back_as_it_was(
    office: Console, operator: Person, count: int, reason: str, says: str
) -> None:
    ids = [str(row.id) for row in waiting(office)[:count]]
    answer = operator.post("/quarantine", ids=ids, reason=reason)
    assert answer.status_code == 422
    assert says in answer.text
    assert answer.text.count(" checked") == count
    assert runs_asked_for(office) == []
    assert audited(office) == []


def test_who_may_only_look_gets_no_form_and_who_sees_units_nothing(office: Console) -> None:
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/quarantine")
        assert page.status_code == 200
        assert ids_in(page.text) == []
        assert "<form" not in page.text.split('id="all"')[1].replace('<form class="filters"', "")
        assert person.post("/quarantine", ids=["1"], reason=WHY).status_code == 403
    with signed_in(office, Role.VIEWER, "xem-don-vi", [UNIT]) as person:
        assert person.get("/quarantine").status_code == 403
        assert person.get("/api/v1/quarantine").status_code == 403


def test_nothing_is_read_again_without_the_token_of_our_own_pages(
    office: Console, operator: Person
) -> None:
    ids = [str(row.id) for row in waiting(office)]
    fields = {"ids": ids, "reason": WHY}
    assert operator.client.post("/quarantine", data=fields).status_code == 403
    assert audited(office) == []
