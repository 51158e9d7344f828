"""Which unit a text means that names one of its offices, and which texts mean nobody."""

import pytest

from models.types import UnitLevel
from worker.core.units import Unit, UnitDirectory
from worker.errors import DataError

DEPARTMENT, DISTRICT, COMMUNE = UnitLevel.DEPARTMENT, UnitLevel.DISTRICT, UnitLevel.COMMUNE


def unit(code: str, name: str, level: UnitLevel, parent: str = "H51", short: str = "") -> Unit:
    return Unit(code=code, name=name, short_name=short or name, level=level, parent=parent)


UNITS = (
    Unit(code="H51", name="Tỉnh Sóc Trăng", short_name="Sóc Trăng", level=UnitLevel.PROVINCE),
    unit("H51.09", "Sở Tài nguyên và Môi trường", DEPARTMENT, short="Sở TN&MT"),
    unit("H51.12", "Sở Nội vụ", DEPARTMENT),
    unit("H51.15", "Sở Xây dựng", DEPARTMENT),
    unit("H51.31", "Thành phố Sóc Trăng", DISTRICT),
    unit("H51.33", "Thị xã Ngã Năm", DISTRICT),
    unit("H51.35", "Huyện Mỹ Tú", DISTRICT, short="Mỹ Tú"),
    unit("H51.41", "Huyện Thạnh Trị", DISTRICT),
    unit("H51.31.01", "Phường 1", COMMUNE, "H51.31"),
    unit("H51.31.10", "Phường 10", COMMUNE, "H51.31"),
    unit("H51.33.01", "Phường 1", COMMUNE, "H51.33"),
    unit("H51.35.07", "Xã Mỹ Tú", COMMUNE, "H51.35"),
    unit("H51.35.08", "Xã Mỹ", COMMUNE, "H51.35"),
)
DIRECTORY = UnitDirectory(UNITS)


def meant(text: str, directory: UnitDirectory = DIRECTORY) -> str | None:
    try:
        return directory.resolve(None, text)
    except DataError:
        return None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Phòng Tài nguyên và Môi trường - UBND huyện Mỹ Tú", "H51.35"),
        ("UBND huyện Mỹ Tú - Phòng Tài nguyên và Môi trường", "H51.35"),
        ("Chi nhánh VPĐKĐĐ huyện Mỹ Tú", "H51.35"),
        ("Chi nhánh Văn phòng đăng ký đất đai huyện Mỹ Tú", "H51.35"),
        ("Văn phòng HĐND và UBND huyện Mỹ Tú", "H51.35"),
        ("BỘ PHẬN TN&TKQ UBND PHƯỜNG 10", "H51.31.10"),
        ("Bộ phận Một cửa UBND huyện Mỹ Tú, tỉnh Sóc Trăng", "H51.35"),
        ("Phòng Lao động - Thương binh và Xã hội huyện Thạnh Trị", "H51.41"),
        ("Phòng Quản lý đô thị thành phố Sóc Trăng", "H51.31"),
        ("Bộ phận Một cửa thị xã Ngã Năm", "H51.33"),
        ("Văn phòng Sở Tài nguyên và Môi trường", "H51.09"),
        ("Sở TN&MT - Bộ phận tiếp nhận và trả kết quả", "H51.09"),
        ("Thanh tra Sở Xây dựng thuộc UBND tỉnh Sóc Trăng", "H51.15"),
        ("Trung tâm Phục vụ hành chính công huyện Mỹ Tú", "H51.35"),
        ("UBND xã Mỹ Tú, huyện Mỹ Tú", "H51.35.07"),
        ("Bộ phận Một cửa UBND xã Mỹ Tú - huyện Mỹ Tú", "H51.35.07"),
        ("UBND Phường 1, thành phố Sóc Trăng", "H51.31.01"),
        ("UBND phường 01 - thị xã Ngã Năm", "H51.33.01"),
    ],
)
def test_an_office_stands_for_the_one_unit_named_with_it(text: str, code: str) -> None:
    assert meant(text) == code


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Phòng Nội vụ huyện Thanh Trì", id="a place of another province"),
        pytest.param("Bộ phận Một cửa phường 100", id="a longer number"),
        pytest.param("Bộ phận Một cửa phường 1", id="two wards of that name"),
        pytest.param("UBND phường 1, huyện Mỹ Tú", id="a ward of another district"),
        pytest.param("Sở Nội vụ Bạc Liêu", id="another province by its bare name"),
        pytest.param("Bộ phận Một cửa Sở Nội vụ tỉnh Bạc Liêu", id="another province"),
        pytest.param("Phòng Nội vụ huyện Mỹ Tú tỉnh Bạc Liêu", id="its district"),
        pytest.param("Sở Xây dựng và Kiến trúc", id="a longer name that is not listed"),
        pytest.param("Bộ phận Một cửa xã Mỹ Hương", id="a place whose name begins like ours"),
        pytest.param("Phòng Nội vụ Mỹ Tú", id="no level: the commune or the district"),
        pytest.param("Phòng Nội vụ huyện Mỹ Tú và huyện Thạnh Trị", id="two places"),
        pytest.param("Chi nhánh VPĐKĐĐ huyện Mỹ Tú - Sở TN&MT", id="two masters"),
        pytest.param("Phòng Nội vụ huyện Mỹ Tú, thị xã Vĩnh Châu", id="one place unlisted"),
        pytest.param("Công an huyện Mỹ Tú", id="police"),
        pytest.param("Bộ phận Một cửa Công an huyện Mỹ Tú", id="their one-stop"),
        pytest.param("Phòng Giao dịch Ngân hàng Chính sách xã hội huyện Mỹ Tú", id="a bank"),
        pytest.param("Văn phòng Công chứng huyện Mỹ Tú", id="a notary"),
        pytest.param("Bảo hiểm xã hội huyện Mỹ Tú", id="insurance"),
        pytest.param("Trạm Y tế xã Mỹ Tú", id="a kind of office nobody has told us"),
        pytest.param("Văn phòng UBND tỉnh Sóc Trăng", id="the province as a whole"),
        pytest.param("Bộ phận Một cửa", id="no place at all"),
        pytest.param("huyện Mỹ Tú không phải phòng", id="a sentence"),
        pytest.param("Bộ phận " * 40 + "Một cửa huyện Mỹ Tú", id="cut off before the place"),
    ],
)
def test_a_text_that_could_mean_somebody_else_means_nobody(text: str) -> None:
    assert meant(text) is None


def test_a_commune_is_not_found_inside_the_name_of_a_town() -> None:
    communes = UnitDirectory((*UNITS[:3], unit("H51.61", "Xã Ngã Năm", COMMUNE)))
    assert meant("Bộ phận Một cửa xã Ngã Năm", communes) == "H51.61"
    assert meant("Bộ phận Một cửa thị xã Ngã Năm", communes) is None


def test_the_longer_of_two_listed_names_is_meant() -> None:
    wider = UnitDirectory((*UNITS, unit("H51.17", "Sở Xây dựng và Giao thông", DEPARTMENT)))
    assert meant("Văn phòng Sở Xây dựng và Giao thông", wider) == "H51.17"
    assert meant("Văn phòng Sở Xây dựng", wider) == "H51.15"


def test_a_decision_on_just_this_text_comes_before_what_can_be_read_in_it() -> None:
    from worker.core.units import alias_key

    text = "Chi nhánh VPĐKĐĐ huyện Mỹ Tú"
    decided = UnitDirectory(UNITS, {alias_key(text): "H51.09"})
    assert meant(text, decided) == "H51.09"
    assert meant("CHI NHÁNH  VPĐKĐĐ, huyện Mỹ Tú", decided) == "H51.09"
