"""What the portal's objects tell of traits, and that nothing else in those fields gets through."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rates import Trait
from models.types import SourceRecord, Unreadable
from tests.sources.test_portal_rows import CANARIES, CODE, DOSSIER, reading_of
from worker.sources.portal_rows import PortalRows

LINK = f"https://dvc.example.vn/f/{CANARIES[1]}.pdf"
PAPER = {
    "TepDinhKemId": "901",
    "TenTepDinhKem": f"Tờ khai của {CANARIES[0]}.pdf",
    "IsDeleted": "False",
    "DuongDanTaiTepTin": LINK,
    "DuocSoHoa": "0",
    "DuocTaiSuDung": "0",
    "DuocLayTuKhoDMQG": "0",
}
RESULT = {"TenGiayTo": f"Kết quả của {CANARIES[0]}.pdf", "DuongDanTepTinKetQua": LINK}
FIELDS: dict[str, Any] = {
    "KenhThucHien": "2",
    "DuocThanhToanTrucTuyen": "1",
    "DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": "20000"}],
    "DanhSachGiayToKetQua": [RESULT],
    "HoSoCoThanhPhanSoHoa": "1",
    "TaiLieuNop": [PAPER | {"DuocTaiSuDung": "2", "DuocLayTuKhoDMQG": "1"}],
    "TaiKhoanDuocXacThucVoiVNeID": "1",
    "DSKetNoiCSDL": [{"MaCSDL": "7"}],
}
EVERY = Trait(sum(Trait))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Gia", "DuocSoHoa", "MaCSDL", "x"]), inner)
    ),
    max_leaves=8,
)


def traits_of(**fields: object) -> tuple[Trait, Trait]:
    """The traits that hold, and those that are told."""
    reading = reading_of(**fields)
    assert isinstance(reading, SourceRecord)
    return Trait(reading.traits), Trait(reading.traits_told)


def verdict(trait: Trait, **fields: object) -> bool | None:
    holding, told = traits_of(**fields)
    assert holding & ~told == 0
    return trait in holding if trait in told else None


def test_the_newer_fields_tell_every_trait() -> None:
    assert traits_of(**FIELDS) == (EVERY, EVERY)


def test_the_older_set_of_fields_tells_none() -> None:
    assert traits_of() == (Trait(0), Trait(0))


def test_blank_fields_say_no() -> None:
    for blank in ("", None):
        assert traits_of(**dict.fromkeys(FIELDS, blank)) == (Trait(0), EVERY)


@pytest.mark.parametrize(
    ("mark", "fees", "paid", "has_fee"),
    [
        ("1", [], True, True),
        (2, "hỏng", True, True),
        ("0", [{"Gia": "0"}, {"Gia": 0}], False, False),
        ("0", [{"Gia": "0"}, {"Gia": "1.500.000"}], False, True),
        ("0", [{"Gia": 20000.5}], False, True),
        ("0", [{"Gia": "hai mươi nghìn"}], False, None),
        ("0", [{"Gia": "hai mươi nghìn"}, {"Gia": 5}], False, True),
        ("0", [{"TenPhiLePhi": "Phí"}], False, None),
        ("3", [], False, True),
        ("9", [{"Gia": "5000"}], None, True),
        (["1"], {"Gia": "5000"}, None, None),
    ],
)
def test_a_fee_is_one_that_costs_something_or_was_paid_online(
    mark: object, fees: object, *, paid: bool | None, has_fee: bool | None
) -> None:
    fields = {"DuocThanhToanTrucTuyen": mark, "DanhSachLePhi": fees}
    assert verdict(Trait.PAID_ONLINE, **fields) is paid
    assert verdict(Trait.HAS_FEE, **fields) is has_fee


@pytest.mark.parametrize(
    ("results", "there"),
    [
        ([RESULT], True),
        ([{"TenGiayTo": "Kết quả"}, RESULT], True),
        ([RESULT | {"DuongDanTepTinKetQua": ""}], False),
        ([{"TenGiayTo": "Kết quả"}], False),
        ([], False),
        ([RESULT | {"DuongDanTepTinKetQua": [LINK]}], None),
        ([LINK], None),
        (LINK, None),
        ([RESULT] * 501, None),
    ],
)
def test_an_electronic_result_is_one_with_a_link(results: object, *, there: bool | None) -> None:
    assert verdict(Trait.E_RESULT, DanhSachGiayToKetQua=results) is there


@pytest.mark.parametrize(
    ("header", "papers", "digitised"),
    [
        ("1", [], True),
        ("0", [PAPER | {"DuocSoHoa": 1}], True),
        ("0", [PAPER], False),
        ("0", "hỏng", False),
        ("x", [PAPER], False),
        ("x", [{"TepDinhKemId": "901"}], None),
        ("0", [{"TepDinhKemId": "901"}], False),
        ("0", [PAPER | {"DuocSoHoa": "1", "IsDeleted": "True"}], False),
        ("x", {"DuocSoHoa": "1"}, None),
    ],
)
def test_a_dossier_is_digitised_by_its_own_mark_or_by_a_papers(
    header: object, papers: object, *, digitised: bool | None
) -> None:
    fields = {"HoSoCoThanhPhanSoHoa": header, "TaiLieuNop": papers}
    assert verdict(Trait.DIGITISED, **fields) is digitised


@pytest.mark.parametrize(
    ("mark", "reused"), [("0", False), ("1", True), (2, True), ("", False), ("3", None), ([], None)]
)
def test_reuse_has_two_marks(mark: object, *, reused: bool | None) -> None:
    assert verdict(Trait.REUSED, TaiLieuNop=[PAPER | {"DuocTaiSuDung": mark}]) is reused


def test_papers_of_the_older_set_tell_nothing_of_themselves() -> None:
    holding, told = traits_of(TaiLieuNop=[{"TepDinhKemId": "901", "TenTepDinhKem": "a.pdf"}])
    assert (holding, told) == (0, 0)


@pytest.mark.parametrize(
    ("account", "bases", "identified"),
    [
        ("1", "hỏng", True),
        ("0", [{"MaCSDL": "CSDLQG về dân cư"}], True),
        ("0", [{"MaCSDL": "CSDL đất đai"}], False),
        ("0", [{"MaCSDL": "7"}], None),
        ("0", [], False),
        ("0", 5, False),
        ("x", [], False),
        ("x", [{"MaCSDL": "7"}, {"MaCSDL": "DAN_CU"}], True),
    ],
)
def test_a_person_is_known_by_the_account_or_by_the_base_of_the_population(
    account: object, bases: object, *, identified: bool | None
) -> None:
    fields = {"TaiKhoanDuocXacThucVoiVNeID": account, "DSKetNoiCSDL": bases}
    assert verdict(Trait.IDENTIFIED, **fields) is identified


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON))
def test_whatever_stands_in_these_fields_the_dossier_stays_readable(
    fields: dict[str, object],
) -> None:
    holding, told = traits_of(**fields)
    assert holding & ~told == 0


def test_deep_nesting_in_such_a_field_tells_nothing() -> None:
    deep = b'"DanhSachLePhi":' + b"[" * 300 + b"]" * 300
    body = msgspec.json.encode(DOSSIER)[:-1] + b"," + deep + b"}"
    (reading,) = PortalRows("H51").readings(CODE, [msgspec.Raw(body)])
    assert isinstance(reading, SourceRecord)
    assert reading.traits_told == 0


def test_nothing_of_these_fields_is_kept_of_a_dossier_put_aside() -> None:
    reading = reading_of(**FIELDS | {"TaiLieuNop": CANARIES[0], "TrangThaiHoSo": "77"})
    assert isinstance(reading, Unreadable)
    assert not any(field in reading.raw for field in FIELDS)
