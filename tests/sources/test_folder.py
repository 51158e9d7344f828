from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from models.types import UnitLevel
from worker.core.calendar import Calendar
from worker.core.reference import Province
from worker.core.units import UnitDirectory
from worker.errors import DataError, ReferenceError  # noqa: A004
from worker.sources.folder import find_folder, problems_of, read_folder

UNITS = (
    "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases\n"
    "H99,Tỉnh Mẫu,,province,,,,,\n"
    "H99.12,Sở Mẫu,,department,H99,,,,\n"
)


@pytest.fixture(scope="module")
def soc_trang() -> Province:
    return read_folder(find_folder("soc-trang", Path("/nowhere")))


def test_a_path_is_found_before_a_folder_of_the_program(tmp_path: Path) -> None:
    own = tmp_path / "soc-trang"
    own.mkdir()
    assert find_folder("soc-trang", tmp_path) == own
    assert find_folder(str(own), Path("/nowhere")) == own


@pytest.mark.parametrize("name", ["khong-co", "", "../worker", "/nowhere/x", "soc-trang/units.csv"])
def test_a_folder_that_is_nowhere_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReferenceError) as caught:
        find_folder(name, tmp_path / "missing")
    assert (caught.value.key, caught.value.values) == (
        "reference_folder_missing",
        {"folder": name},
    )


def test_a_folder_needs_only_its_units(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8-sig")
    province = read_folder(tmp_path)
    assert [unit.code for unit in province.units] == ["H99", "H99.12"]
    assert (province.procedures, province.figures, province.volumes) == ((), (), ())


def test_a_folder_may_list_the_decisions_that_announce_procedures(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    lines = [
        "procedure,number,decided_on,effective_on,public_on,by",
        "1.000001,12/QĐ-UBND,2024-07-01,2024-07-15,2024-07-02,tỉnh",
    ]
    (tmp_path / "decisions.csv").write_text("\n".join(lines), encoding="utf-8")
    (told,) = read_folder(tmp_path).decisions
    assert (told.procedure, told.public_on) == ("1.000001", date(2024, 7, 2))
    assert problems_of(tmp_path) == []
    lines += ["1.000002,13/QĐ-UBND,2024-07-01,,,", "1.000003,13/QĐ-UBND,,,,bộ"]
    (tmp_path / "decisions.csv").write_text("\n".join(lines), encoding="utf-8")
    said = [(error.values["file"], error.values["line"]) for error in problems_of(tmp_path)]
    assert said == [("decisions.csv", 3), ("decisions.csv", 4)]


def test_a_folder_without_units_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReferenceError) as caught:
        read_folder(tmp_path)
    assert caught.value.key == "reference_file_missing"
    assert str(caught.value.values["file"]).endswith("units.csv")


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_bytes(UNITS.encode() + b"H99.13,S\xe2 M\xe5u,,,,,,,\n")
    with pytest.raises(ReferenceError) as caught:
        read_folder(tmp_path)
    assert caught.value.values == {
        "file": "units.csv",
        "line": 4,
        "problem": "not_utf8",
        "value": "0xe2",
    }


def test_figures_and_volumes_of_unlisted_units_are_refused(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "volumes.csv").write_text("unit,dossiers\nH99.77,1\n", encoding="utf-8")
    with pytest.raises(ReferenceError) as caught:
        read_folder(tmp_path)
    assert caught.value.values["problem"] == "unit_not_listed"


def test_soc_trang_has_its_units_as_the_document_names_them(soc_trang: Province) -> None:
    levels = Counter(unit.level for unit in soc_trang.units)
    assert levels == {UnitLevel.PROVINCE: 1, UnitLevel.DEPARTMENT: 16, UnitLevel.DISTRICT: 11}


def test_every_name_of_soc_trang_leads_to_one_unit(soc_trang: Province) -> None:
    directory = UnitDirectory(soc_trang.units)
    for unit in soc_trang.units:
        for name in (unit.name, unit.short_name, *unit.aliases):
            assert directory.resolve(None, name) == unit.code, name


@pytest.mark.parametrize("name", ["Huyện Thanh Trì", "Sóc Trăng", "Sở Ngoại vụ"])
def test_soc_trang_does_not_guess(soc_trang: Province, name: str) -> None:
    with pytest.raises(DataError):
        UnitDirectory(soc_trang.units).resolve(None, name)


def test_all_printed_figures_of_soc_trang_are_there(soc_trang: Province) -> None:
    assert len(soc_trang.figures) == 633
    printed = {
        (figure.unit, figure.indicator): figure.value
        for figure in soc_trang.figures
        if figure.period.first == date(2024, 7, 1)
    }
    assert printed["H51", "RANK"] == "50/63"
    assert printed["H51.12", "2.1"] == "47,89%"
    assert printed["H51.11", "2.1"] == "Không có hồ sơ"
    assert printed["H51.35", "TDGQ_pct"] == "42,87%"


def test_the_volumes_can_carry_the_printed_shares_of_july(soc_trang: Province) -> None:
    dossiers = {volume.unit: volume.dossiers for volume in soc_trang.volumes}
    shares = {
        figure.unit: figure.number
        for figure in soc_trang.figures
        if figure.period.first == date(2024, 7, 1) and figure.indicator in ("2.1", "TDGQ_pct")
    }
    assert dossiers.keys() == shares.keys()
    for unit, share in shares.items():
        assert can_carry(dossiers[unit], share), unit


def can_carry(dossiers: int, share: Decimal | None) -> bool:
    if share is None:
        return dossiers == 0
    on_time = round(dossiers * share / 100)
    return (Decimal(100 * on_time) / dossiers).quantize(Decimal("0.01"), ROUND_HALF_UP) == share


def test_the_procedures_have_short_long_and_unknown_limits(soc_trang: Province) -> None:
    limits = {procedure.statutory_days for procedure in soc_trang.procedures}
    assert {None, 1, 60} <= limits


def test_a_province_may_have_days_off_and_make_up_days_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    assert read_folder(tmp_path).calendar == Calendar()
    days = "day,kind,name\n2024-10-10,off,Ngày hội tỉnh\n2024-10-12,make_up,Làm bù\n"
    (tmp_path / "calendar.csv").write_text(days, encoding="utf-8")
    own = read_folder(tmp_path).calendar
    assert own == Calendar(frozenset({date(2024, 10, 10)}), frozenset({date(2024, 10, 12)}))


def test_every_mistake_in_a_provinces_own_calendar_is_told(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    lines = ("day,kind,name", "2024-10-32,off,x", "2024-10-12,work,x", "2204-10-13,off,x")
    days = "\n".join(lines)
    (tmp_path / "calendar.csv").write_text(days, encoding="utf-8")
    told = [(each.values["line"], each.values["problem"]) for each in problems_of(tmp_path)]
    assert told == [(2, "bad_date"), (3, "unknown_kind"), (4, "other_year")]
