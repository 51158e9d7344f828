from datetime import timedelta

import httpx
import pytest
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.operator import Operator, OperatorSession
from models.roles import Role
from tests.console.conftest import Console, configured, consoled
from tests.console.people import WORD, has_account, signed_in
from tests.places import AS_OF, Place, connected
from worker.bootstrap import services
from worker.journey.accounts import add_operator, disable_operator, link_for_password
from worker.journey.entering import IDLE, MOST_FAILURES, set_password


def try_in(console: Console, name: str, word: str, target: str = "/") -> httpx.Response:
    return console.client.post("/sign-in", data={"name": name, "word": word, "next": target})


def test_whoever_is_not_signed_in_is_asked_to_and_gets_where_they_wanted(console: Console) -> None:
    answer = console.get("/help?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fhelp%3Fx%3D1"
    name = has_account(console.settings, Role.VIEWER)
    came = try_in(console, name.upper(), WORD, "/help?x=1")
    assert came.headers["location"] == "/help?x=1"
    assert "HttpOnly" in came.headers["set-cookie"]
    assert "SameSite=lax" in came.headers["set-cookie"]


def test_where_there_is_no_account_the_page_says_how_to_add_the_first(console: Console) -> None:
    how = "doisoat operator add TÊN --role admin"
    assert how in console.get("/sign-in").text
    assert how in try_in(console, "khong-co", WORD).text
    has_account(console.settings, Role.VIEWER)
    assert "operator add" not in console.get("/sign-in").text
    assert "operator add" not in try_in(console, "khong-co", WORD).text


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(console: Console, target: str) -> None:
    name = has_account(console.settings, Role.VIEWER)
    assert try_in(console, name, WORD, target).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_account_are_told_alike(console: Console) -> None:
    name = has_account(console.settings, Role.VIEWER)
    wrong, unknown = try_in(console, name, "sai mật khẩu rồi"), try_in(console, "khong-co", WORD)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace(name, "") == unknown.text.replace("khong-co", "")
    assert "Tài khoản hoặc mật khẩu không đúng" in wrong.text


def test_after_too_many_wrong_passwords_the_right_one_has_to_wait(console: Console) -> None:
    name = has_account(console.settings, Role.VIEWER)
    for _ in range(MOST_FAILURES):
        assert try_in(console, name, "sai mật khẩu rồi").status_code == 401
    answer = try_in(console, name, WORD)
    assert answer.status_code == 401
    assert "thử lại sau 15 phút" in answer.text


def test_signing_out_ends_the_session_whatever_the_browser_keeps(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as person:
        console.client.cookies.update(person.client.cookies)
        assert console.get("/help").status_code == 200
        assert person.post("/sign-out").headers["location"] == "/sign-in?said=signed_out"
        assert console.get("/help").status_code == 303


def test_a_session_ends_by_itself_and_a_disabled_account_at_once(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as person, services(console.settings) as found:
        with Session(found.engine) as session, session.begin():
            row = session.exec(select(OperatorSession)).one()
            row.expires_at = found.clock() - timedelta(seconds=1)
            session.add(row)
        assert person.get("/help").status_code == 303
        assert timedelta(hours=1) < IDLE
    with (
        signed_in(console, Role.VIEWER, "nguoi-khac") as person,
        services(console.settings) as found,
    ):
        with Session(found.engine) as session:
            number = session.exec(select(Operator.id).where(Operator.name == "nguoi-khac")).one()
        disable_operator(found, number or 0, "kiem-thu")
        assert person.get("/help").status_code == 303


def test_a_form_without_its_token_or_from_another_site_changes_nothing(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as person:
        assert person.client.post("/sign-out").status_code == 403
        assert person.client.post("/sign-out", data={"csrf": "x"}).status_code == 403
        headers = {"Sec-Fetch-Site": "cross-site"}
        fields = {"csrf": person.csrf}
        assert person.client.post("/sign-out", data=fields, headers=headers).status_code == 403
        assert person.get("/help").status_code == 200


def test_a_link_sets_a_password_once_and_ends_what_was_open(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as person, services(console.settings) as found:
        with Session(found.engine) as session:
            number = session.exec(select(Operator.id)).one() or 0
        made = link_for_password(found, number, "kiem-thu")
        address = f"/password/{made.secret}"
        assert "viewer" in console.get(address).text
        fields = {"word": "trời mưa thì mang ô", "again": "trời mưa thì mang ô"}
        done = console.client.post(address, data=fields)
        assert done.headers["location"] == "/sign-in?said=password_set"
        assert person.get("/help").status_code == 303
        again = console.client.post(address, data=fields)
        assert (again.status_code, console.get(address).status_code) == (410, 410)
    assert try_in(console, "viewer", WORD).status_code == 401
    assert try_in(console, "viewer", "trời mưa thì mang ô").status_code == 303


@pytest.mark.parametrize(
    ("word", "again", "said"),
    [
        ("ngắn quá", "ngắn quá", "quá ngắn"),
        ("matkhau123456", "matkhau123456", "quá dễ đoán"),
        ("một câu đủ dài", "một câu khác hẳn", "không giống nhau"),
    ],
)
def test_a_weak_password_is_refused_and_the_link_still_holds(
    console: Console, word: str, again: str, said: str
) -> None:
    with services(console.settings) as found:
        _, made = add_operator(found, "moi", Role.OPERATOR, (), "kiem-thu")
    answer = console.client.post(f"/password/{made.secret}", data={"word": word, "again": again})
    assert said in answer.text
    with services(console.settings) as found:
        assert set_password(found, made.secret, WORD) == "moi"


def test_who_came_in_stands_in_the_audit_trail_and_no_secret_does(console: Console) -> None:
    name = has_account(console.settings, Role.ADMIN)
    try_in(console, name, WORD)
    with services(console.settings) as found, Session(found.engine) as session:
        entries = session.exec(select(AuditEntry)).all()
        assert [each.action for each in entries] == ["operator_added", "password_set", "signed_in"]
        assert WORD not in repr(entries)


def test_the_language_is_the_browsers_own_choice(console: Console) -> None:
    assert 'lang="vi"' in console.get("/sign-in").text
    answer = console.client.post("/language", data={"language": "en", "next": "/sign-in"})
    assert answer.headers["location"] == "/sign-in"
    page = console.client.get("/sign-in").text
    assert 'lang="en"' in page
    assert "Sign in" in page


def test_a_body_too_large_is_not_read(console: Console) -> None:
    answer = console.client.post("/sign-in", data={"name": "x" * 2_000_000, "word": "y"})
    assert answer.status_code == 413


def test_a_page_does_not_wait_for_whoever_writes_to_the_embedded_store_for_long(
    light_place: Place,
) -> None:
    settings = configured(light_place)
    with consoled(settings) as console, signed_in(console, Role.VIEWER) as person:
        with connected(settings) as engine, Session(engine) as session, session.begin():
            row = session.exec(select(OperatorSession)).one()
            row.seen_at -= timedelta(hours=1)
            session.add(row)
        with connected(settings) as engine, engine.connect() as writer:
            writer.exec_driver_sql("BEGIN IMMEDIATE")
            person.client.timeout = httpx.Timeout(10)
            assert person.get("/help").status_code == 200
            writer.rollback()
        assert person.get("/help").status_code == 200
        with connected(settings) as engine, Session(engine) as session:
            assert session.exec(select(OperatorSession)).one().seen_at == AS_OF
