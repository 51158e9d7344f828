from pathlib import Path

import pytest

from tests.cli.conftest import Office, doisoat

TOML = (
    '[province]\ncode = "H51"\nname = "Tỉnh mẫu"\nseeds = "mau"\n'
    '[sources.tinh]\nside = "province"\nkind = "opencps"\nurl = "http://127.0.0.1:1"\n'
    'username = "u"\ngroup_id = "1"\n'
    '[sources.cong]\nkind = "portal"\nadapter_url = "http://127.0.0.1:1"\nmadonvi = "H51"\n'
    'username = "u"\n'
)
UNITS = (
    "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases\n"
    "H51,Tỉnh mẫu,,province,,,,,\n"
    "H51.12,Sở Nội vụ,SNV,department,H51,,2025-02-28,,\n"
    "H51.13,Sở Tư pháp,STP,department,H51,,,,\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "doisoat.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "mau").mkdir()
    (tmp_path / "mau" / "units.csv").write_text(UNITS, encoding="utf-8")
    return tmp_path


def test_the_doctor_finds_a_working_installation_well(office: Office) -> None:
    done = office.do("doctor", "--json")
    assert done.code == 0
    listed = done.json
    assert listed["total"] == len(listed["items"])
    assert "problem" not in {item["level"] for item in listed["items"]}
    answered = [item for item in listed["items"] if item["check"] == "sources"]
    assert len(answered) == 8
    unpublished = next(item for item in listed["items"] if item["check"] == "published")
    assert "H51.11" in unpublished["message"]


def test_the_doctor_names_every_broken_line_of_the_folder(folder: Path) -> None:
    broken = UNITS.replace("2025-02-28", "28/2/2025").replace("STP,department", "STP,phòng")
    (folder / "mau" / "units.csv").write_text(broken, encoding="utf-8")
    (folder / "mau" / "volumes.csv").write_text("unit,dossiers\nH51.12,nhiều\n", "utf-8")
    done = doisoat(folder, "doctor", "--offline", "--json")
    assert done.code == 1
    problems = [item["message"] for item in done.json["items"] if item["level"] == "problem"]
    places = [message.split(":")[0] for message in problems]
    assert places == ["units.csv, dòng 3", "units.csv, dòng 4", "volumes.csv, dòng 2"]


def test_the_doctor_says_what_is_wrong_with_the_settings(folder: Path) -> None:
    (folder / "doisoat.toml").write_text(TOML.replace("group_id", "grup_id"), encoding="utf-8")
    done = doisoat(folder, "doctor", "--json")
    assert done.code == 1
    (finding,) = done.json["items"]
    assert finding["level"] == "problem"
    assert "grup_id" in finding["message"]


def test_the_doctor_misses_the_passwords(folder: Path) -> None:
    done = doisoat(folder, "doctor")
    assert done.code == 1
    assert "DOISOAT_SOURCES__TINH__PASSWORD" in done.out.replace("\n", "")


def test_the_store_is_made_once_and_then_current(folder: Path) -> None:
    first = doisoat(folder, "db", "upgrade", "--json").json
    assert first["before"] is None
    assert first["after"]
    again = doisoat(folder, "db", "upgrade", "--json").json
    assert again == {"before": first["after"], "after": first["after"]}
    assert first["after"] in doisoat(folder, "db", "upgrade").out


def test_a_store_out_of_reach_is_a_problem_and_one_sentence(folder: Path) -> None:
    environment = {"DOISOAT_DATABASE_URL": f"sqlite:///{folder}/nowhere/x.db"}
    done = doisoat(folder, "db", "upgrade", environment=environment)
    assert done.code == 1
    assert "nowhere" in done.err
    assert doisoat(folder, "doctor", "--offline", environment=environment).code == 1
