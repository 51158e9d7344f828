"""The list of procedures, their limits, and how they are published."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.cli.conftest import doisoat
from tests.new_store import make_sqlite
from tests.places import AS_OF
from tests.test_working_time import TOML, UNITS
from tests.upstreams import Lists, told
from tests.works import Works
from worker.core.publication import ALL_PARTS, Part
from worker.core.reference import parse_units
from worker.core.units import UnitDirectory
from worker.db import catalogue, publication
from worker.db.engine import open_engine
from worker.ports import ListedProcedure, ProcedureLimit, ToldDecision

PROCEDURES = (
    "code,name,field,statutory_days,online_level,has_fee\n"
    "1.000001,Cấp phép mẫu,Mẫu,5,,\n1.000002,Đăng ký mẫu,Mẫu,,,\n"
)
UNIT = "H99.01,Sở Mẫu,,department,H99,,,,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation with three dossiers; the catalogue knows one of their procedures."""
    (tmp_path / "mau").mkdir()
    (tmp_path / "mau" / "units.csv").write_text(UNITS + UNIT, encoding="utf-8")
    (tmp_path / "mau" / "procedures.csv").write_text(PROCEDURES, encoding="utf-8")
    in_july = TOML.replace("2027", "2024")
    (tmp_path / "doisoat.toml").write_text(in_july, encoding="utf-8")
    (tmp_path / ".doisoat").mkdir()
    engine = open_engine(make_sqlite(tmp_path / ".doisoat" / "doisoat.db"))
    works = Works(engine, UnitDirectory(parse_units(UNITS + UNIT, "units.csv")))
    bearing = [("1.000002", None), ("1.000002", AS_OF), ("1.777777", AS_OF)]
    works.pull(Lists([told(n, procedure=c, due_at=due) for n, (c, due) in enumerate(bearing, 1)]))
    limit = ProcedureLimit(
        code="1.000002",
        name="Đăng ký",
        text="2 Tháng; 8 Giờ",
        parts=int(ALL_PARTS & ~Part.STEPS),
        decision="7001",
    )
    decided = ToldDecision(
        number="12/QĐ-UBND",
        decided_on=date(2024, 7, 1),
        effective_on=date(2024, 7, 4),
        by_ministry=False,
    )
    with Session(engine) as session, session.begin():
        catalogue.put_answers(session, {"1.000002": limit}, AS_OF)
        publication.put_decisions(session, {"7001": decided}, AS_OF)
        catalogue.put_list(session, [ListedProcedure("1.000002", "Đăng ký")], AS_OF)
    engine.dispose()
    return tmp_path


def test_procedures_are_listed_with_the_limit_and_who_tells_it(folder: Path) -> None:
    listed = doisoat(folder, "procedures", "--json").json
    assert listed["total"] == 3
    assert listed["items"][0] == {
        "code": "1.000002",
        "name": "Đăng ký mẫu",
        "field": "Mẫu",
        "records": 2,
        "without_due_date": 1,
        "limit": {"days": 60, "kind": "calendar"},
        "limit_source": "catalogue",
        "limit_text": "2 Tháng; 8 Giờ",
        "known": True,
        "read_at": "2024-07-24T16:00:00+07:00",
        "publication": {
            "announced": "late",
            "made_public": "untold",
            "missing": ["STEPS"],
            "decisions": [
                {
                    "number": "12/QĐ-UBND",
                    "decided_on": "2024-07-01",
                    "effective_on": "2024-07-04",
                    "announce_by": "2024-06-27",
                    "announced": "late",
                    "public_on": None,
                    "public_by": "2024-07-08",
                    "made_public": "untold",
                }
            ],
        },
    }
    unknown, unused = listed["items"][1:]
    assert (unknown["code"], unknown["known"], unknown["limit"]) == ("1.777777", False, None)
    assert (unused["code"], unused["records"]) == ("1.000001", 0)
    assert unused["limit_source"] == "folder"


def test_people_read_it_in_vietnamese_and_hear_of_codes_nobody_knows(folder: Path) -> None:
    done = doisoat(folder, "procedures")
    assert done.code == 0
    assert "60 ngày" in done.out
    assert "5 ngày làm việc" in done.out
    assert "KHÔNG có trong danh mục quốc gia" in done.out
    assert "kiểm tra ánh xạ mã thủ tục" in done.out.replace("\n", " ")
    assert "Hiển thị 1 trên 3 thủ tục." in doisoat(folder, "procedures", "--limit", "1").out


def test_the_three_rates_stand_with_their_counts_and_what_is_at_fault(folder: Path) -> None:
    told = doisoat(folder, "procedures", "--json", "--limit", "1").json
    assert told["period"] == {"from": "2024-07-01", "to": "2024-07-31"}
    assert told["as_of"] == "2024-07-24T16:00:00+07:00"
    assert told["rates"] == {
        "1.1": {"numerator": 0, "denominator": 1, "untold": 2, "percent": "0.00"},
        "1.2": {"numerator": 0, "denominator": 0, "untold": 3, "percent": None},
        "1.3": {"numerator": 0, "denominator": 1, "untold": 2, "percent": "0.00"},
    }
    assert (told["total"], len(told["items"])) == (3, 1)
    out = " ".join(doisoat(folder, "procedures").out.split())
    assert "CHẬM: 12/QĐ-UBND, ngày 1/7/2024, hạn 27/6/2024" in out
    assert "trình tự thực hiện" in out
    assert "chưa rõ ngày công khai: 12/QĐ-UBND" in out
    assert "ghi quyết định vào tệp decisions.csv" in out


def test_what_the_province_lists_itself_stands_before_the_catalogue(folder: Path) -> None:
    lines = (
        "procedure,number,decided_on,effective_on,public_on,by",
        "1.000002,12/QĐ-UBND,2024-07-01,2024-07-15,2024-07-08,tỉnh",
        "1.000005,14/QĐ-UBND,2024-06-28,2024-06-29,2024-07-09,tỉnh",
    )
    (folder / "mau" / "decisions.csv").write_text("\n".join(lines), encoding="utf-8")
    rates = doisoat(folder, "procedures", "--json").json["rates"]
    assert [(each["numerator"], each["denominator"]) for each in rates.values()][:2] == [(1, 1)] * 2
    june = doisoat(folder, "procedures", "--json", "--period", "2024-06").json
    assert [item["code"] for item in june["items"][:2]] == ["1.000002", "1.000005"]
    assert june["items"][1]["publication"]["made_public"] == "late"
    assert june["rates"]["1.1"]["denominator"] == 1
    assert "CHẬM: 14/QĐ-UBND, ngày 9/7/2024" in " ".join(
        doisoat(folder, "procedures", "--period", "2024-06").out.split()
    )
    assert doisoat(folder, "procedures", "--period", "2024-09").code == 2
