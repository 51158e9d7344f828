import pytest

from models.types import UnitLevel
from worker.core.units import Unit, UnitDirectory
from worker.errors import DataError


def unit(code: str, name: str, level: UnitLevel, *aliases: str) -> Unit:
    parent = None if level is UnitLevel.PROVINCE else "H51"
    return Unit(code=code, name=name, short_name=name, level=level, parent=parent, aliases=aliases)


UNITS = (
    unit("H51", "Tỉnh Sóc Trăng", UnitLevel.PROVINCE),
    unit("H51.10", "Sở Thông tin và Truyền thông", UnitLevel.DEPARTMENT, "STTTT"),
    unit("H51.12", "Sở Nội vụ", UnitLevel.DEPARTMENT),
    unit("H51.31", "Thành phố Sóc Trăng", UnitLevel.DISTRICT),
    unit("H51.32", "Thị xã Vĩnh Châu", UnitLevel.DISTRICT),
    unit("H51.35", "Huyện Mỹ Tú", UnitLevel.DISTRICT),
    unit("H51.41", "Huyện Thạnh Trị", UnitLevel.DISTRICT),
    unit("H51.35.07", "Xã Mỹ Hương", UnitLevel.COMMUNE),
)


@pytest.fixture
def directory() -> UnitDirectory:
    return UnitDirectory(UNITS)


def unknown(directory: UnitDirectory, code: str | None, name: str | None) -> str:
    with pytest.raises(DataError) as caught:
        directory.resolve(code, name)
    assert caught.value.key == "unit_unknown"
    return caught.value.detail


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("H51.12", "H51.12"),
        ("000.00.12.H51", "H51.12"),
        ("h51.12.00", "H51.12"),
        ("H51.12.03", "H51.12"),
        ("000.03.12.H51", "H51.12"),
        ("H51.35.07", "H51.35.07"),
        ("H51.35.07.001", "H51.35.07"),
        ("H51.35.08", "H51.35"),
        ("H51", "H51"),
    ],
)
def test_a_code_leads_to_the_unit_or_its_nearest_listed_ancestor(
    directory: UnitDirectory, code: str, found: str
) -> None:
    assert directory.resolve(code, None) == found


def test_an_unlisted_department_never_falls_to_the_whole_province(
    directory: UnitDirectory,
) -> None:
    assert unknown(directory, "H51.99", None) == "H51.99"
    assert unknown(directory, "H52.12", "Sở lạ") == "H52.12 · Sở lạ"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Sở Nội vụ", "H51.12"),
        ("SỞ NỘI VỤ TỈNH SÓC TRĂNG", "H51.12"),
        ("STTTT", "H51.10"),
        ("UBND TX. Vĩnh Châu", "H51.32"),
        ("Vĩnh Châu", "H51.32"),
        ("Mỹ Tú", "H51.35"),
        ("UBND huyện Mỹ Tú, tỉnh Sóc Trăng", "H51.35"),
        ("TP. Sóc Trăng", "H51.31"),
        ("UBND tỉnh Sóc Trăng", "H51"),
    ],
)
def test_a_name_leads_to_the_one_unit_it_fits(
    directory: UnitDirectory, name: str, found: str
) -> None:
    assert directory.resolve(None, name) == found
    assert directory.resolve("", name) == found
    assert directory.resolve("X99", name) == found


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "Sóc Trăng",
        "Huyện Thanh Trì",
        "Sở Nội vụ tỉnh Bạc Liêu",
        "Nội vụ",
        "Huyện Mỹ",
        "UBND tỉnh",
        "x" * 100_000,
    ],
)
def test_a_name_that_fits_no_unit_or_two_is_unknown(
    directory: UnitDirectory, name: str | None
) -> None:
    assert len(unknown(directory, None, name)) <= 300


def test_the_code_is_believed_before_the_name(directory: UnitDirectory) -> None:
    assert directory.resolve("H51.12", "Huyện Mỹ Tú") == "H51.12"


def test_a_name_of_two_units_is_unknown_until_an_alias_says_whose_it_is() -> None:
    twins = (
        unit("H51.51", "Xã Long Phú", UnitLevel.COMMUNE),
        unit("H51.52", "Huyện Long Phú", UnitLevel.DISTRICT),
    )
    unknown(UnitDirectory(twins), None, "Long Phú")
    named = (*twins, unit("H51.53", "Trung tâm", UnitLevel.COMMUNE, "Long Phú"))
    assert UnitDirectory(named).resolve(None, "Long Phú") == "H51.53"


def test_a_unit_is_found_by_either_form_of_its_code(directory: UnitDirectory) -> None:
    found = directory.get("000.00.12.H51")
    assert found is not None
    assert found.name == "Sở Nội vụ"
    assert directory.get("H51.99") is None
