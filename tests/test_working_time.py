"""What limits and receptions are counted by, from settings, folder and catalogue together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlmodel import Session

from models.types import DayKind
from tests.cli.conftest import doisoat
from worker.bootstrap import Services, renewed, services, upstream
from worker.core.limits import Limit
from worker.db import catalogue
from worker.errors import SettingsError
from worker.i18n import sentence, use_language
from worker.ports import ProcedureLimit
from worker.settings.load import load_settings
from worker.settings.model import Settings

TOML = """
now = "2027-07-24T16:00:00+07:00"
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "mau"
[sources.tinh]
kind = "opencps"
url = "http://127.0.0.1:9"
username = "doisoat"
group_id = "1"
[sources.cong]
kind = "portal"
adapter_url = "http://127.0.0.1:9"
madonvi = "H99"
username = "doisoat"
"""
UNITS = (
    "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases\n"
    "H99,Tỉnh Mẫu,,province,,,,,\n"
)
PROCEDURES = (
    "code,name,field,statutory_days,online_level,has_fee\n"
    "1.000001,Một,Mẫu,5,,\n1.000002,Hai,Mẫu,,,\n"
)
NOW = datetime(2024, 7, 24, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mau").mkdir()
    (tmp_path / "mau" / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "mau" / "procedures.csv").write_text(PROCEDURES, encoding="utf-8")
    return tmp_path


def settings_of(folder: Path, more: str = "", **environment: str) -> Settings:
    (folder / "doisoat.toml").write_text(TOML + more, encoding="utf-8")
    return load_settings(environment=environment, working_folder=folder)


@contextmanager
def joined(folder: Path, more: str = "") -> Iterator[Services]:
    with services(settings_of(folder, more)) as found:
        yield found


def told(found: Services, limits: dict[str, str]) -> Services:
    """The services once the catalogue has told these limits."""
    answers = {
        code: ProcedureLimit(code=code, name="x", text=text) for code, text in limits.items()
    }
    with Session(found.engine) as session, session.begin():
        catalogue.put_answers(session, answers, NOW)
    return renewed(found)


def test_the_provinces_table_stands_before_the_catalogue(folder: Path) -> None:
    with joined(folder) as found:
        assert found.statutes.limits == {"1.000001": Limit(5, DayKind.WORKING)}
        after = told(
            found,
            {"1.000001": "9 Ngày", "1.000002": "2 Tháng; 3 Ngày", "1.000003": "7 Phiên"},
        )
        assert after.statutes.limits == {
            "1.000001": Limit(5, DayKind.WORKING),
            "1.000002": Limit(60, DayKind.CALENDAR),
        }


def test_verdicts_rest_on_the_limits_their_kind_and_the_own_calendar(folder: Path) -> None:
    with joined(folder) as found:
        before = found.bases("portal")
        after = told(found, {"1.000002": "8 Ngày"})
        assert after.bases("portal") != before
        told(found, {"1.000002": "8 Ngày"})
        assert renewed(found).bases("portal") == after.bases("portal")
    with joined(folder, '[rules.portal]\nplain_days = "calendar"\n') as found:
        assert found.statutes.limits["1.000002"] == Limit(8, DayKind.CALENDAR)
        assert found.bases("portal") != after.bases("portal")
    own = "day,kind,name\n2024-07-18,off,x\n"
    (folder / "mau" / "calendar.csv").write_text(own, encoding="utf-8")
    with joined(folder) as found:
        assert not found.statutes.calendar.is_working_day(date(2024, 7, 18))
        assert not found.statutes.calendar.is_working_day(date(2031, 1, 23))
        assert found.bases("portal") != after.bases("portal")


def test_the_hours_of_the_province_are_those_of_its_settings(folder: Path) -> None:
    with joined(folder, '[calendar]\nsessions = ["07:00-11:30", "13:00-16:30"]\n') as found:
        hours = found.statutes.hours
    assert hours.sessions == ((time(7), time(11, 30)), (time(13), time(16, 30)))
    by_variable = settings_of(folder, DOISOAT_CALENDAR__SESSIONS="08:00-12:00, 13:00-17:00")
    assert by_variable.calendar.sessions.begins == time(8)
    assert settings_of(folder).calendar.sessions.begins == time(7, 30)


@pytest.mark.parametrize(
    "sessions",
    ["[]", '["17:00-07:30"]', '["07:30-12:00", "11:00-17:00"]', '["sáng"]', "[730]", "730"],
)
def test_hours_that_are_none_are_refused_in_one_sentence(folder: Path, sessions: str) -> None:
    use_language("vi", strict=True)
    with pytest.raises(SettingsError) as caught:
        settings_of(folder, f"[calendar]\nsessions = {sessions}\n")
    assert "các buổi làm việc dạng 07:30-11:30" in sentence(caught.value)


@pytest.mark.parametrize(("told_in_settings", "there"), [("", True), ("catalogue = false", False)])
def test_a_portal_reads_the_catalogue_unless_told_not_to(
    folder: Path, told_in_settings: str, *, there: bool
) -> None:
    settings = settings_of(folder, told_in_settings, DOISOAT_SOURCES__CONG__PASSWORD="x")
    source = upstream(settings, "cong")
    assert (source.catalogue is not None) is there
    source.close()


def findings(folder: Path) -> list[tuple[str, str]]:
    items = doisoat(folder, "doctor", "--offline", "--json").json["items"]
    return [(each["level"], each["message"]) for each in items if each["check"] == "calendar"]


def test_the_doctor_says_which_years_have_a_table_and_which_are_computed(folder: Path) -> None:
    settings_of(folder)
    known, computed = findings(folder)
    assert known[0] == "ok"
    assert "2023, 2024, 2025, 2026" in known[1]
    assert "07:30-11:30, 13:30-17:00" in known[1]
    assert computed[0] == "warning"
    assert "2027" in computed[1]


def test_the_doctor_is_content_with_a_table_for_this_year_and_tells_own_days(folder: Path) -> None:
    settings_of(folder)
    (folder / "calendar").mkdir()
    (folder / "calendar" / "2027.csv").write_text("day,kind,name\n", encoding="utf-8")
    own = "day,kind,name\n2024-07-18,off,x\n2024-07-20,make_up,x\n"
    (folder / "mau" / "calendar.csv").write_text(own, encoding="utf-8")
    known, own_days = findings(folder)
    assert "2026, 2027" in known[1]
    assert own_days == ("ok", "Tỉnh có 2 ngày nghỉ, ngày làm bù riêng (calendar.csv).")


def test_the_doctor_names_a_table_it_cannot_read(folder: Path) -> None:
    settings_of(folder)
    (folder / "calendar").mkdir()
    (folder / "calendar" / "lich.csv").write_text("day,kind,name\n", encoding="utf-8")
    ((level, message),) = findings(folder)
    assert level == "problem"
    assert "lich.csv" in message


def test_services_can_be_renewed_without_changing_the_old_ones(folder: Path) -> None:
    with joined(folder) as found:
        old = replace(found)
        after = told(found, {"1.000002": "8 Ngày"})
        assert found == old
        assert after.statutes != found.statutes
