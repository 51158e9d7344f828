"""The list of procedures and their limits."""

from pathlib import Path

import pytest
from sqlmodel import Session

from tests.cli.conftest import doisoat
from tests.new_store import make_sqlite
from tests.places import AS_OF
from tests.test_working_time import TOML, UNITS
from tests.upstreams import Lists, told
from tests.works import Works
from worker.core.reference import parse_units
from worker.core.units import UnitDirectory
from worker.db import catalogue
from worker.db.engine import open_engine
from worker.ports import ListedProcedure, ProcedureLimit

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
    (tmp_path / "doisoat.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / ".doisoat").mkdir()
    engine = open_engine(make_sqlite(tmp_path / ".doisoat" / "doisoat.db"))
    works = Works(engine, UnitDirectory(parse_units(UNITS + UNIT, "units.csv")))
    bearing = [("1.000002", None), ("1.000002", AS_OF), ("1.777777", AS_OF)]
    works.pull(Lists([told(n, procedure=c, due_at=due) for n, (c, due) in enumerate(bearing, 1)]))
    limit = ProcedureLimit(code="1.000002", name="Đăng ký", text="2 Tháng; 8 Giờ")
    with Session(engine) as session, session.begin():
        catalogue.put_answers(session, {"1.000002": limit}, AS_OF)
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
