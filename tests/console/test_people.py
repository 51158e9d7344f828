"""People and roles, one's own account, the audit trail: as pages and as calls of the API."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.operator import ApiToken, Operator, OperatorSession
from models.roles import Role
from tests.console.conftest import Console
from tests.console.people import WORD, Person, has_account, signed_in
from worker.bootstrap import services
from worker.journey.accounts import add_token
from worker.journey.entering import MOST_FAILURES, who_calls

UNIT, OTHER = "H99.01", "H99.02"


@pytest.fixture
def admin(console: Console) -> Iterator[Person]:
    with signed_in(console, Role.ADMIN, "quan-tri") as person:
        yield person


def entries(console: Console, action: str) -> list[AuditEntry]:
    with services(console.settings) as found, Session(found.engine) as session:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))


def account(console: Console, name: str) -> Operator:
    with services(console.settings) as found, Session(found.engine) as session:
        return session.exec(select(Operator).where(Operator.name == name)).one()


def shown_once(page: str) -> str:
    """What stands in the field that is to be copied."""
    found = re.search(r"<textarea[^>]*>([^<]+)</textarea>", page)
    assert found is not None, page
    return unescape(found[1])


def browsers_of(console: Console, name: str) -> int:
    with services(console.settings) as found, Session(found.engine) as session:
        query = select(OperatorSession).join(Operator).where(Operator.name == name)
        return len(session.exec(query).all())


def test_somebody_new_is_added_and_comes_in_by_the_link_that_is_shown_once(
    console: Console, admin: Person
) -> None:
    page = admin.post("/people", name="Van.An", role="viewer", unit=[UNIT])
    link = shown_once(page.text)
    assert link.startswith(f"{console.client.base_url}".rstrip("/") + "/password/")
    path = link.removeprefix(str(console.client.base_url).rstrip("/"))
    assert console.client.post(path, data={"word": WORD, "again": WORD}).status_code == 303
    assert "đang dùng" in admin.get("/people/van.an").text
    row = account(console, "van.an")
    assert (row.role, row.units, row.created_by) == (Role.VIEWER, [UNIT], "quan-tri")
    assert link not in admin.get("/people/van.an").text
    (entry,) = (each for each in entries(console, "operator_added") if "van.an" in each.subject)
    assert (entry.by, entry.detail["units"]) == ("quan-tri", [UNIT])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Văn An"}, "chữ thường không dấu"),
        ({"name": "quan-tri"}, "Đã có tài khoản"),
        ({"name": "moi", "unit": "H99.77"}, "không có đơn vị"),
        ({"name": "moi", "role": "operator", "unit": UNIT}, "Chỉ người xem"),
    ],
)
def test_an_account_that_can_not_be_says_why_and_keeps_what_was_typed(
    console: Console, admin: Person, fields: dict[str, str], said: str
) -> None:
    answer = admin.post("/people", **fields)
    assert answer.status_code == 409
    assert said in answer.text
    assert f'value="{fields["name"]}"' in answer.text
    assert '<details class="card adding" open>' in answer.text
    with services(console.settings) as found, Session(found.engine) as session:
        assert len(session.exec(select(Operator)).all()) == 1


def test_a_changed_role_counts_at_once_and_stands_in_the_trail_with_its_reason(
    console: Console, admin: Person
) -> None:
    with signed_in(console, Role.VIEWER, "nguoi-xem", [UNIT]) as viewer:
        assert viewer.get("/audit").status_code == 403
        answer = admin.post("/people/nguoi-xem/change", role="approver", reason="Phụ trách mới")
        assert answer.headers["location"] == "/people/nguoi-xem?said=person_changed"
        assert viewer.get("/audit").status_code == 200
    (entry,) = entries(console, "operator_changed")
    assert (entry.by, entry.reason, entry.detail["role"]) == (
        "quan-tri",
        "Phụ trách mới",
        "approver",
    )


def test_a_disabled_account_is_out_at_once_and_back_with_its_password(
    console: Console, admin: Person
) -> None:
    with signed_in(console, Role.OPERATOR, "truc-ban", has_password=True) as person:
        admin.post("/people/truc-ban/disable", reason="nghỉ việc")
        assert person.get("/account").status_code == 303
    refused = admin.post("/people/truc-ban/link")
    assert refused.status_code == 409
    assert "đang bị khóa" in refused.text
    assert "đã khóa" in admin.get("/people/truc-ban").text
    fields = {"name": "truc-ban", "word": WORD, "next": "/"}
    assert console.client.post("/sign-in", data=fields).status_code == 401
    admin.post("/people/truc-ban/enable")
    assert console.client.post("/sign-in", data=fields).status_code == 303
    assert [each.reason for each in entries(console, "operator_disabled")] == ["nghỉ việc"]


def test_the_last_admin_stays_one(console: Console, admin: Person) -> None:
    for answer in (
        admin.post("/people/quan-tri/disable", reason="thử"),
        admin.post("/people/quan-tri/change", role="viewer"),
    ):
        assert answer.status_code == 409
        assert "quản trị viên cuối cùng" in answer.text
    assert account(console, "quan-tri").role is Role.ADMIN
    assert 'value="thử"' in admin.post("/people/quan-tri/disable", reason="thử").text


def test_an_admin_signs_somebody_out_everywhere(console: Console, admin: Person) -> None:
    with signed_in(console, Role.VIEWER, "nguoi-xem", has_password=True) as person:
        admin.post("/people/nguoi-xem/end-sessions")
        assert person.get("/account").status_code == 303
    assert admin.get("/people").status_code == 200


def test_people_are_found_by_name_role_and_state_and_sorted(
    console: Console, admin: Person
) -> None:
    for name, role in (("an-binh", Role.VIEWER), ("binh-minh", Role.OPERATOR)):
        has_account(console.settings, role, name)
    admin.post("/people/binh-minh/disable")

    def names(**asked: str) -> list[str]:
        return re.findall(
            r'<th scope="row"><a href="/people/([^"]+)"', admin.get("/people", **asked).text
        )

    assert names() == ["an-binh", "binh-minh", "quan-tri"]
    assert names(q="binh") == ["an-binh", "binh-minh"]
    assert names(role="operator") == names(state="disabled") == ["binh-minh"]
    assert names(sort="name", dir="desc") == ["quan-tri", "binh-minh", "an-binh"]
    assert names(q="%") == []
    assert "Hãy bỏ bớt điều kiện" in admin.get("/people", q="khong-co").text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.APPROVER])
def test_accounts_are_for_admins_alone(console: Console, role: Role) -> None:
    with signed_in(console, role) as person:
        assert person.get("/people").status_code == 403
        assert person.get(f"/people/{role.value}").status_code == 403
        assert person.post("/people", name="moi").status_code == 403
        assert person.call("GET", "/api/v1/operators").status_code == 403
        assert person.call("POST", f"/api/v1/operators/{role.value}/link").status_code == 403


def test_nobody_of_this_name_is_a_page_that_says_so(admin: Person) -> None:
    for name in ("khong-co", "A%00B", "Ạ"):
        assert admin.get(f"/people/{name}").status_code == 404


def test_the_api_tells_the_same_of_people_as_the_pages_and_does_the_same(
    console: Console, admin: Person
) -> None:
    made = admin.call("POST", "/api/v1/operators", {"name": "moi", "units": [UNIT]})
    assert made.status_code == 201
    assert set(made.json()) == {"name", "link", "link_until"}
    told = admin.call("GET", "/api/v1/operators/moi").json()
    assert (told["role"], told["units"], told["state"]) == ("viewer", [UNIT], "waiting")
    assert told["created_at"].endswith("+07:00")
    changed = admin.call("PUT", "/api/v1/operators/moi", {"role": "operator", "reason": "x"})
    assert (changed.json()["role"], changed.json()["units"]) == ("operator", [])
    ended = admin.call("POST", "/api/v1/operators/moi/disable", {"reason": "nghỉ"})
    assert ended.json()["state"] == "disabled"
    assert admin.call("POST", "/api/v1/operators/moi/link").status_code == 409
    listed = admin.call("GET", "/api/v1/operators?state=disabled").json()
    assert (listed["total"], [each["name"] for each in listed["items"]]) == (1, ["moi"])
    assert admin.call("GET", "/api/v1/operators/khong-co").json()["error"] == "account_not_found"
    assert entries(console, "operator_disabled")[0].reason == "nghỉ"


def test_a_token_is_shown_once_and_lets_a_program_in_until_it_is_revoked(
    console: Console, admin: Person
) -> None:
    page = admin.post("/account/tokens", name="Bảng điều hành", role="viewer", days="30")
    secret = shown_once(page.text)
    headers = {"Authorization": f"Bearer {secret}"}
    told = console.client.get("/api/v1/account", headers=headers)
    assert told.json() == {"name": "quan-tri", "role": "viewer", "units": None}
    assert console.client.get("/api/v1/operators", headers=headers).status_code == 403
    assert secret not in admin.get("/account").text
    (listed,) = admin.call("GET", "/api/v1/account/tokens").json()["items"]
    assert (listed["name"], listed["state"], listed["role"]) == (
        "Bảng điều hành",
        "holds",
        "viewer",
    )
    assert listed["expires_at"] == "2024-08-23T16:00:00+07:00"
    admin.post(f"/account/tokens/{listed['id']}/revoke")
    assert console.client.get("/api/v1/account", headers=headers).status_code == 401
    assert "đã thu hồi" in admin.get("/account").text
    with services(console.settings) as found, Session(found.engine) as session:
        assert secret not in repr(session.exec(select(ApiToken)).all())


def test_a_program_makes_no_token_and_sets_no_password(console: Console, admin: Person) -> None:
    secret = shown_once(admin.post("/account/tokens", name="x", role="admin", days="1").text)
    headers = {"Authorization": f"Bearer {secret}"}
    token = {"name": "y", "role": "admin", "days": "366"}
    assert console.client.post("/account/tokens", data=token, headers=headers).status_code == 409
    word = {"old": WORD, "word": WORD[::-1], "again": WORD[::-1]}
    assert console.client.post("/account/password", data=word, headers=headers).status_code == 409
    assert len(entries(console, "token_added")) == 1
    assert entries(console, "password_changed") == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " ", "days": "1"}, "Hãy đặt tên"),
        ({"name": "x", "days": "367"}, "từ 1 đến 366"),
        ({"name": "x", "days": "0"}, "từ 1 đến 366"),
        ({"name": "x", "days": "1", "role": "operator"}, "cao hơn quyền"),
    ],
)
def test_a_token_that_can_not_be_says_why(
    console: Console, fields: dict[str, str], said: str
) -> None:
    with signed_in(console, Role.VIEWER) as person:
        answer = person.post("/account/tokens", **fields)
        assert answer.status_code == 409
        assert said in answer.text
        assert "Chưa có mã truy cập nào" in answer.text


def test_nobody_revokes_another_accounts_token_but_an_admin_from_its_page(
    console: Console, admin: Person
) -> None:
    with signed_in(console, Role.VIEWER, "nguoi-xem") as person:
        secret = shown_once(person.post("/account/tokens", name="x", days="1").text)
        (own,) = person.call("GET", "/api/v1/account/tokens").json()["items"]
        with signed_in(console, Role.APPROVER, "nguoi-duyet") as other:
            assert other.post(f"/account/tokens/{own['id']}/revoke").status_code == 404
            path = f"/api/v1/account/tokens/{own['id']}"
            assert other.call("DELETE", path).status_code == 404
        assert admin.post(f"/people/quan-tri/tokens/{own['id']}/revoke").status_code == 404
        admin.post(f"/people/nguoi-xem/tokens/{own['id']}/revoke")
        with services(console.settings) as found:
            assert who_calls(found, secret) is None


def test_a_token_never_does_more_than_its_account_still_may(
    console: Console, admin: Person
) -> None:
    with signed_in(console, Role.ADMIN, "pho-quan-tri"), services(console.settings) as found:
        who = who_calls(found, shown_once(admin.post("/account/tokens", name="x", days="1").text))
        assert who is not None
        assert add_token(found, who, "y", Role.VIEWER).until is None
    secret = shown_once(admin.post("/account/tokens", name="z", role="admin", days="1").text)
    with signed_in(console, Role.ADMIN, "nguoi-thay") as other:
        other.post("/people/quan-tri/change", role="viewer", unit=[UNIT])
    with services(console.settings) as found:
        who = who_calls(found, secret)
        assert who is not None
        assert (who.role, who.units) == (Role.VIEWER, frozenset({UNIT}))


def test_a_password_is_changed_by_whoever_knows_the_one_from_before(console: Console) -> None:
    new = "trời mưa thì mang ô đi"
    with signed_in(console, Role.VIEWER, "nguoi-xem", has_password=True) as person:
        wrong = person.post("/account/password", old="sai mật khẩu rồi", word=new, again=new)
        assert (wrong.status_code, "hiện tại không đúng" in wrong.text) == (409, True)
        weak = person.post("/account/password", old=WORD, word="ngắn", again="ngắn")
        assert "quá ngắn" in weak.text
        odd = person.post("/account/password", old=WORD, word=new, again=WORD)
        assert "không giống nhau" in odd.text
        done = person.post("/account/password", old=WORD, word=new, again=new)
        assert done.headers["location"] == "/sign-in?said=password_set"
        assert person.get("/account").status_code == 303
    fields = {"name": "nguoi-xem", "next": "/"}
    assert console.client.post("/sign-in", data={**fields, "word": WORD}).status_code == 401
    assert console.client.post("/sign-in", data={**fields, "word": new}).status_code == 303


def test_guessing_the_present_password_is_slowed_down_like_signing_in(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as person:
        for _ in range(MOST_FAILURES):
            person.post("/account/password", old="sai rồi", word=WORD, again=WORD)
        answer = person.post("/account/password", old=WORD, word=WORD, again=WORD)
        assert "quá nhiều lần" in answer.text


def test_one_sees_ones_browsers_and_signs_out_of_all(console: Console) -> None:
    with signed_in(console, Role.VIEWER, "nguoi-xem", has_password=True) as person:
        fields = {"name": "nguoi-xem", "word": WORD, "next": "/"}
        console.client.post("/sign-in", data=fields)
        page = person.get("/account").text
        assert page.count("<li>Đăng nhập lúc") == 2
        assert page.count("trình duyệt này</span>") == 1
        answer = person.post("/account/end-sessions")
        assert answer.headers["location"] == "/sign-in?said=signed_out_everywhere"
    assert browsers_of(console, "nguoi-xem") == 0


def test_a_viewer_of_a_unit_finds_no_other_on_their_account(console: Console) -> None:
    with signed_in(console, Role.VIEWER, "nguoi-xem", [UNIT]) as person:
        page = person.get("/account")
        assert page.status_code == 200
        assert OTHER not in page.text
        assert "Sở VD" not in page.text
        assert person.call("GET", "/api/v1/account").json()["units"] == [UNIT]


def test_every_form_of_people_and_account_asks_where_it_comes_from(
    console: Console, admin: Person
) -> None:
    has_account(console.settings, Role.VIEWER, "nguoi-xem")
    for path in (
        "/people",
        "/people/nguoi-xem/change",
        "/people/nguoi-xem/disable",
        "/people/nguoi-xem/link",
        "/account/tokens",
        "/account/end-sessions",
        "/account/password",
    ):
        answer = admin.client.post(path, data={"name": "moi", "role": "viewer"})
        assert answer.status_code == 403, path
    assert account(console, "nguoi-xem").disabled_at is None
