import io
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Office, doisoat


def answers(office: Office, folder: Path) -> list[str]:
    password = folder / "secret"
    password.write_text(office.endpoints.password + "\n", encoding="utf-8")
    e = office.endpoints
    given = {
        "code": "h51",
        "name": "Sóc Trăng",
        "seeds": "soc-trang",
        "source-url": e.province_url,
        "source-user": e.username,
        "source-password-file": str(password),
        "group-id": e.group_id,
        "adapter-url": e.adapter_url,
        "portal-user": e.username,
        "portal-password-file": str(password),
        "reporting-url": e.reporting_url,
        "root-department-id": e.root_department_id,
        "now": "2024-07-24T16:00",
    }
    return [part for name, value in given.items() for part in (f"--{name}", value)]


def test_answers_are_tried_and_written_and_can_be_worked_with(
    office: Office, tmp_path: Path
) -> None:
    done = doisoat(tmp_path, "init", *answers(office, tmp_path), "--write-passwords")
    assert done.code == 0, done.err
    assert "Ba hồ sơ đầu tiên" in done.out
    secret = tmp_path / "doisoat.tinh.password"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert office.endpoints.password not in (tmp_path / "doisoat.toml").read_text("utf-8")
    assert doisoat(tmp_path, "doctor").code == 0


def test_without_password_files_the_variables_are_named(office: Office, tmp_path: Path) -> None:
    done = doisoat(tmp_path, "init", *answers(office, tmp_path), "--no-write-passwords")
    assert done.code == 0
    assert "DOISOAT_SOURCES__CONG__PASSWORD" in done.out.replace("\n", "")
    assert list(tmp_path.glob("*.password")) == []


def test_a_settings_file_is_not_written_over_unless_that_is_asked_for(
    office: Office, tmp_path: Path
) -> None:
    (tmp_path / "doisoat.toml").write_text("cũ", encoding="utf-8")
    arguments = [*answers(office, tmp_path), "--write-passwords"]
    assert doisoat(tmp_path, "init", *arguments).code == 1
    assert (tmp_path / "doisoat.toml").read_text("utf-8") == "cũ"
    assert doisoat(tmp_path, "init", *arguments, "--force").code == 0


def test_a_refused_login_writes_nothing(office: Office, tmp_path: Path) -> None:
    arguments = answers(office, tmp_path)
    (tmp_path / "secret").write_text("sai", encoding="utf-8")
    done = doisoat(tmp_path, "init", *arguments, "--write-passwords")
    assert done.code == 1
    assert "từ chối đăng nhập" in done.err
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]
    unchecked = doisoat(tmp_path, "init", *arguments, "--write-passwords", "--no-check")
    assert unchecked.code == 0


def test_a_person_is_asked_again_after_an_answer_that_can_not_be(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = answers(office, tmp_path)[6:]
    monkeypatch.setattr("sys.stdin", io.StringIO("H5\nH51\n\nnowhere\nsoc-trang\nkhông\n"))
    done = doisoat(tmp_path, "init", *arguments)
    assert done.code == 0, done.err
    assert "hãy nhập lại" in done.err
    assert '"nowhere"' in done.err
    assert 'name = "Sóc Trăng"' in (tmp_path / "doisoat.toml").read_text("utf-8")


def test_where_nobody_answers_the_missing_option_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    done = doisoat(tmp_path, "init", "--code", "H51")
    assert done.code == 2
    assert "--name" in done.err


def test_an_answer_that_can_not_be_is_wrong_usage(tmp_path: Path) -> None:
    done = doisoat(tmp_path, "init", "--code", "Sóc Trăng")
    assert done.code == 2
    assert "--code" in done.err
