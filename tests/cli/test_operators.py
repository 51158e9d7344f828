"""``doisoat operator`` as whoever runs the machine meets it."""

from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Done, doisoat
from tests.cli.test_links import _SETTINGS
from tests.new_store import make_sqlite

ADD = ("operator", "add", "quan-tri", "--role", "admin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation that nobody has an account in."""
    (tmp_path / "doisoat.toml").write_text(_SETTINGS, encoding="utf-8")
    make_sqlite(tmp_path / ".doisoat" / "doisoat.db")
    return tmp_path


def do(folder: Path, *arguments: str, **environment: str) -> Done:
    return doisoat(folder, *arguments, environment=environment)


def test_the_first_account_is_asked_for_and_gets_a_link_on_a_line_of_its_own(folder: Path) -> None:
    assert "doisoat operator add TÊN --role admin" in do(folder, "operator").out
    done = do(folder, *ADD)
    assert done.code == 0
    said, about, link = done.out.splitlines()
    assert said == 'Đã thêm tài khoản "quan-tri": Quản trị.'
    assert "dùng một lần" in about
    assert link.startswith("http://127.0.0.1:8080/password/")
    assert "public_url" in done.err
    listed = do(folder, "operator", "list", "--json").json
    assert (listed["total"], listed["items"][0]["state"]) == (1, "waiting")
    assert "chờ đặt mật khẩu" in do(folder, "operator").out


def test_a_link_leads_where_people_reach_the_console(folder: Path) -> None:
    there = {"DOISOAT_CONSOLE__PUBLIC_URL": "https://doi-soat.example/"}
    made = do(folder, *ADD, "--json", **there)
    assert made.json["link"].startswith("https://doi-soat.example/password/")
    assert made.json["link_until"].endswith("+07:00")
    assert made.err == ""
    again = do(folder, "operator", "link", "QUAN-TRI", "--json", **there).json
    assert again["link"] != made.json["link"]
    assert httpx.URL(again["link"]).path.startswith("/password/")


def test_roles_and_units_are_given_by_code_or_name_and_taken_again(folder: Path) -> None:
    added = do(folder, "operator", "add", "nguoi-xem", "--unit", "H51.12", "--json").json
    assert (added["role"], added["units"]) == ("viewer", ["H51.12"])
    more = do(folder, "operator", "change", "nguoi-xem", "--unit", "Sở Nội vụ", "--unit", "H51.02")
    assert "Sở Công Thương, Sở Nội vụ" in more.out
    all_units = do(folder, "operator", "change", "nguoi-xem", "--all-units", "--json").json
    assert (all_units["role"], all_units["units"]) == ("viewer", [])
    do(folder, "operator", "change", "nguoi-xem", "--unit", "H51.12")
    risen = do(folder, "operator", "change", "nguoi-xem", "--role", "operator", "--json").json
    assert (risen["role"], risen["units"]) == ("operator", [])


def test_an_account_is_disabled_and_enabled_again(folder: Path) -> None:
    do(folder, *ADD)
    do(folder, "operator", "add", "truc-ban", "--role", "operator")
    ended = do(folder, "operator", "disable", "truc-ban", "--reason", "nghỉ", "--json").json
    assert (ended["state"], ended["disabled_at"] is None) == ("disabled", False)
    refused = do(folder, "operator", "link", "truc-ban")
    assert (refused.code, refused.out) == (1, "")
    assert "đang bị khóa" in refused.err
    assert do(folder, "operator", "enable", "truc-ban", "--json").json["state"] == "waiting"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "Văn An"), 1, "chữ thường không dấu"),
        (("add", "quan-tri"), 1, "Đã có tài khoản"),
        (("add", "moi", "--role", "chief"), 2, "viewer, operator, approver, admin"),
        (("add", "moi", "--unit", "Sở Không Có"), 1, "Sở Không Có"),
        (("add", "moi", "--role", "operator", "--unit", "H51.12"), 1, "Chỉ người xem"),
        (("change", "quan-tri"), 2, "--role, --unit, --all-units"),
        (("change", "quan-tri", "--role", "viewer"), 1, "quản trị viên cuối cùng"),
        (("disable", "quan-tri"), 1, "quản trị viên cuối cùng"),
        (("enable", "khong-co"), 1, "doisoat operator list"),
    ],
)
def test_what_can_not_be_is_said_in_one_sentence(
    folder: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    do(folder, *ADD)
    done = do(folder, "operator", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert do(folder, "operator", "--json").json["total"] == 1
