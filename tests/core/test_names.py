import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.names import name_key, without_level

NAMES = (
    "Sở Lao động, Thương binh và Xã hội",
    "Sở Văn hóa, thể thao và du lịch",
    "UBND huyện Thuỷ Nguyên",
    "Thị xã Ngã Năm",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sở Lao động, Thương binh và Xã hội", "Sở LĐ-TB&XH"),
        ("Sở Lao động, Thương binh và Xã hội", "SỞ LĐTBXH"),
        ("Sở Lao động, Thương binh và Xã hội", "Sở Lao động – TB & XH"),
        ("Sở Nông nghiệp và Phát triển nông thôn", "Sở NN&PTNT"),
        ("Sở Nông nghiệp và Phát triển nông thôn", "Sở Nông nghiệp & PTNT"),
        ("Sở Tài nguyên và Môi trường", "Sở TN-MT"),
        ("Sở Nông nghiệp và Môi trường", "Sở NN&MT"),
        ("Phường 1", "P. 01"),
        ("Sở Thông tin và Truyền thông", "Sở TT&TT"),
        ("Sở Văn hoá, Thể thao và Du lịch", "Sở VH,TT&DL"),
        ("Sở Giáo dục và Đào tạo", "Sở GD-ĐT"),
        ("Sở Kế hoạch và Đầu tư", "Sở KHĐT"),
        ("Sở Khoa học và Công nghệ", "Sở KH & CN"),
        ("Sở Giao thông vận tải", "Sở GTVT"),
        ("Ban Quản lý các Khu Công nghiệp", "BQL các KCN"),
        ("Ban Quản lý các Khu Công nghiệp", "Ban QL các khu công nghiệp"),
        ("Thị xã Vĩnh Châu", "UBND TX. Vĩnh Châu"),
        ("Thị xã Vĩnh Châu", "Uỷ ban nhân dân thị xã Vĩnh Châu"),
        ("Thành phố Sóc Trăng", "TP.Sóc Trăng"),
        ("Huyện Mỹ Tú", "UBND H. Mỹ Tú"),
        ("Quận Thủy Sơn", "Q. Thuỷ Sơn"),
        ("Xã Hòa Tú", "xã  HOÀ   TÚ"),
        ("Sở Nội vụ", "Sở Nội vụ."),
        ("Thành phố Đà Nẵng", "Thành phố Ðà Nẵng"),
    ],
)
def test_spellings_of_one_name_agree(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Huyện Thạnh Trị", "Huyện Thanh Trì"),
        ("Huyện Mỹ Tú", "Huyện Mỹ Xuyên"),
        ("Phường 1", "Phường 10"),
        ("Sở Y tế", "Sở Y tê"),
        ("Thị xã Ngã Năm", "Xã Ngã Năm"),
        ("UBND huyện Mỹ Tú", "Văn phòng HĐND và UBND huyện Mỹ Tú"),
        ("Sở Nội vụ", "Sở Nội vụ tỉnh Bạc Liêu"),
        ("Tỉnh Sóc Trăng", "Thành phố Sóc Trăng"),
    ],
)
def test_different_places_stay_different(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("name", NAMES)
def test_composed_and_decomposed_letters_agree(name: str, form: str) -> None:
    twin = unicodedata.normalize(form, name)  # type: ignore[arg-type]
    assert name_key(twin) == name_key(name)
    assert name_key(twin.upper()) == name_key(name)


@given(st.sampled_from(NAMES), st.lists(st.sampled_from(" \t\u00a0-–,."), min_size=1, max_size=4))
def test_space_and_punctuation_between_words_count_for_nothing(name: str, gap: list[str]) -> None:
    assert name_key("".join(gap).join(name.split(" "))) == name_key(name)


@given(st.text(alphabet="aàáảãạ bcdđeêoôơuưyh", max_size=30))
def test_a_changed_diacritic_is_a_changed_name(name: str) -> None:
    assert (name_key(f"xã {name}à") == name_key(f"xã {name}á")) is False


@pytest.mark.parametrize(
    ("name", "bare"),
    [("Huyện Mỹ Tú", "Mỹ Tú"), ("TX. Vĩnh Châu", "Vĩnh Châu"), ("Sở Nội vụ", "Sở Nội vụ")],
)
def test_the_level_word_comes_off(name: str, bare: str) -> None:
    assert without_level(name_key(name)) == name_key(bare)
