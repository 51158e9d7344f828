"""The audit trail as it is read, and that every action of the code has its words."""

import ast
import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session

from models.roles import Role
from models.types import IncidentStepKind
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from tests.places import AS_OF
from worker.bootstrap import services
from worker.console.audit_trail.words import actions, subjects
from worker.db import audit
from worker.db.statements import _FROZEN

ROOT = Path(__file__).parents[2]
# The account that looks was added before.
ADDED = 1
_ACTION = re.compile(r"[a-z]+(_[a-z]+)+")


@pytest.fixture
def approver(console: Console) -> Iterator[Person]:
    with signed_in(console, Role.APPROVER, "nguoi-duyet") as person:
        yield person


def happened(console: Console, by: str, action: str, subject: str, days: int = 0) -> None:
    with services(console.settings) as found, Session(found.engine) as session, session.begin():
        at = AS_OF - timedelta(days=days)
        audit.note(session, by=by, action=action, subject=subject, now=at, reason="vì thế", again=7)


def told_of(page: str) -> list[str]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.+?)</tr>", body, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [re.sub(r"<[^>]+>", "", row[3]) for row in cells]


def test_the_trail_tells_who_did_what_to_what_when_and_why(
    console: Console, approver: Person
) -> None:
    happened(console, "truc-ban", "run_retried", "run 12")
    page = approver.get("/audit").text
    assert "Chạy lại" in page
    assert '<a href="/runs/12">Lượt chạy 12</a>' in page
    assert "vì thế" in page
    assert "lượt mới: 7" in page
    # Who may not open accounts gets no link to them.
    assert "Tài khoản nguoi-duyet" in page
    assert "/people/" not in page


def test_it_is_found_by_who_what_to_what_and_when(console: Console, approver: Person) -> None:
    happened(console, "truc-ban", "run_retried", "run 12", days=3)
    happened(console, "truc-ban", "run_cancelled", "run 1", days=2)
    happened(console, "ca-dem", "run_cancelled", "run 12", days=1)
    happened(console, "ca-dem", "recipient_added", "unit H99.01", days=1)

    def found(**asked: str) -> list[str]:
        return told_of(approver.get("/audit", **asked).text)

    assert found(kind="run") == ["Lượt chạy 12", "Lượt chạy 1", "Lượt chạy 12"]
    assert found(kind="run", subject="12") == ["Lượt chạy 12", "Lượt chạy 12"]
    assert found(subject="unit H99.01") == ["Đơn vị H99.01"]
    assert found(by="truc-ban") == ["Lượt chạy 1", "Lượt chạy 12"]
    assert found(by="truc-ban", action="run_retried") == ["Lượt chạy 12"]
    assert found(**{"from": "2024-07-22", "to": "2024-07-22"}) == ["Lượt chạy 1"]
    assert found(to="2024-07-21") == ["Lượt chạy 12"]
    assert found(by="khong-co") == []
    assert len(found(**{"from": "hôm qua", "action": "nothing", "kind": "'"})) == 4 + ADDED


def test_a_long_trail_comes_in_parts_the_newest_first(console: Console, approver: Person) -> None:
    with services(console.settings) as found, Session(found.engine) as session, session.begin():
        for number in range(120):
            now = AS_OF - timedelta(days=1, minutes=number)
            audit.note(session, by="x", action="run_retried", subject=f"run {number}", now=now)
    page = approver.get("/audit", kind="run")
    assert told_of(page.text) == [f"Lượt chạy {number}" for number in range(50)]
    assert "120 dòng" in page.text
    last = approver.get("/audit", kind="run", page="3")
    assert told_of(last.text)[-1] == "Lượt chạy 119"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_that_is_found_can_be_kept_as_a_file(
    console: Console, approver: Person, kind: str
) -> None:
    happened(console, "=1+1", "run_retried", "run 12")
    happened(console, "ca-dem", "run_retried", "run 13", days=1)
    page = approver.get("/audit", kind="run").text
    path = f"/audit/export/{kind}?kind=run&amp;sort=at&amp;dir=desc"
    assert f'href="{path}"' in page
    answer = approver.client.get(path.replace("&amp;", "&"))
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert rows[1][0] == "2024-07-24 16:00:00"
        assert rows[1][1] != "=1+1"
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        rows = [[*map(str, row)] for row in book.get_sheet_by_index(0).to_python()]
        assert rows[1][1] == "=1+1"
    assert [row[3] for row in rows] == ["Đối tượng", "Lượt chạy 12", "Lượt chạy 13"]
    assert rows[2][2] == "Chạy lại"
    assert approver.get("/audit/export/exe").status_code == 422


def test_the_api_tells_the_same(console: Console, approver: Person) -> None:
    happened(console, "truc-ban", "run_retried", "run 12")
    told = approver.call("GET", "/api/v1/audit?kind=run&subject=12&limit=1").json()
    assert told["total"] == 1
    (entry,) = told["items"]
    assert entry | {"id": 0} == {
        "id": 0,
        "at": "2024-07-24T16:00:00+07:00",
        "by": "truc-ban",
        "action": "run_retried",
        "subject": "run 12",
        "reason": "vì thế",
        "detail": {"again": 7},
    }
    for query in ("limit=501", "since=2024", "nothing=1"):
        assert approver.call("GET", f"/api/v1/audit?{query}").status_code == 422


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_the_trail_is_for_approvers_and_admins(console: Console, role: Role) -> None:
    with signed_in(console, role) as person:
        for path in ("/audit", "/audit/export/csv", "/api/v1/audit"):
            assert person.get(path).status_code == 403


def noted() -> Iterator[tuple[str, str]]:
    """Every action that the code notes by its own name, with its file."""
    for file in sorted((ROOT / "worker").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_note(node):
                for value in (*node.args, *(each.value for each in node.keywords)):
                    if isinstance(value, ast.Constant) and _is_action(value.value):
                        yield str(file.relative_to(ROOT)), str(value.value)


def _is_note(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in {"note", "_note", "_keep"}


def _is_action(value: object) -> bool:
    return isinstance(value, str) and _ACTION.fullmatch(value) is not None


def test_every_action_that_is_noted_has_its_words() -> None:
    found = set(noted())
    assert {"run_retried", "operator_added", "mail_sent_again"} <= {action for _, action in found}
    assert {each for each in found if each[1] not in actions()} == set()
    assert set(_FROZEN.values()) <= set(actions())


def test_every_step_that_people_take_with_an_incident_has_its_words() -> None:
    by_people = set(IncidentStepKind) - {
        IncidentStepKind.OPENED,
        IncidentStepKind.CHANGED,
        IncidentStepKind.RESOLVED,
        IncidentStepKind.REOPENED,
        IncidentStepKind.MOVED,
        IncidentStepKind.NOTIFIED,
        IncidentStepKind.ESCALATED,
    }
    assert {f"incident_{step.value}" for step in by_people} <= set(actions())


def test_every_kind_of_subject_has_its_words() -> None:
    """Subjects are written ``<kind> <which>``, in the code as f-strings."""
    written = re.compile(r'subject\b.{0,20}= ?(?:[a-z.]+\(\), )?f"([a-z]+) \{')
    named = {
        kind
        for file in (ROOT / "worker").rglob("*.py")
        for kind in written.findall(file.read_text(encoding="utf-8"))
    }
    assert {"operator", "run", "incident", "mail"} <= named
    assert named - {"event"} <= {*subjects()}
