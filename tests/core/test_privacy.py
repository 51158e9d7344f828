import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.privacy import excerpt, scrub

PERSONAL_FIELDS = (
    *("applicantName", "applicantIdNo", "address", "cityAddress", "contactName", "contactTelNo"),
    *("contactEmail", "delegateName", "delegateIdNo", "delegateEmail", "delegateTelNo"),
    *("ChuHoSo", "CHUHOSO", "chuhoso", "SoGiayToChuHoSo", "DinhDanhCHS", "Email", "Fax"),
    *("SoDienThoai", "TrichYeuHoSo", "GhiChu", "TaiLieuNop", "DanhSachGiayToKetQua"),
    *("NguoiXuLy", "NoiDungXuLy", "MaDoiTuong", "TenTepDinhKem", "DuongDanTaiTepTin"),
    *("NguoiYeuCauBoSung", "ho_ten", "dia_chi", "so_cccd", "applicant", "fullname"),
    *("ownerFullname", "identityNumber", "phoneNumber", "birthday", "assignee", "dossierNote"),
    *("session", "password", "Họ và tên", "Địa chỉ", "SỐ ĐIỆN THOẠI"),
)
SAFE = {
    "MaHoSo": "H51.12-240718-0012",
    "dossierNo": "000.00.12.H51-240718-0012",
    "nationCode": "G22.99.08-260921-896048",
    "MaTTHC": "1.001612.000.00.00.H51",
    "serviceCode": "2.000815",
    "NgayTiepNhan": "20240718163000",
    "receiveDate": "18/07/2024 16:30:00",
    "acceptedDate": "2026-03-02T02:30:00.000+0000",
    "TrangThaiHoSo": "10",
    "DonViXuLy": "UBND huyện Mỹ Tú",
    "govAgencyCode": "000.00.12.H51",
    "stepCode": "100",
    "dossierId": 70101,
    "online": True,
    "lock": None,
    "durationCount": 5.0,
}

names = st.text(st.characters(categories=["L"]), min_size=4, max_size=20).map("\u2603{}".format)
phones = st.from_regex(r"(0|\+84|84)[ .]?[0-9]{2}[ .-]?[0-9]{3}[ .-]?[0-9]{4}", fullmatch=True)
identities = st.from_regex(r"[0-9]{9}|[0-9]{12}", fullmatch=True)
people = names | phones | identities


@given(st.sampled_from(PERSONAL_FIELDS), people, st.integers(0, 3))
def test_no_person_survives_in_a_known_field(field: str, person: str, depth: int) -> None:
    record: object = {**SAFE, field: person}
    for level in range(depth):
        record = [record] if level % 2 else {"data": record}
    for raw in (record, json.dumps(record), json.dumps(record, ensure_ascii=False)):
        assert person not in scrub(raw)
        assert "H51.12-240718-0012" in scrub(raw)


@given(st.sampled_from([field for field in PERSONAL_FIELDS if field.isascii()]), people)
def test_no_person_survives_in_a_body_that_breaks_off(field: str, person: str) -> None:
    body = json.dumps({"MaHoSo": "H51.12-240718-0012", field: person}, ensure_ascii=False)
    for end in range(1, 3):
        kept = scrub(body[:-end])
        assert person not in kept
        assert "H51.12-240718-0012" in kept


@given(st.sampled_from(PERSONAL_FIELDS), people)
def test_no_person_survives_in_a_body_inside_a_string(field: str, person: str) -> None:
    inner = json.dumps({"MaHoSo": "H51.12-240718-0012", field: person}, ensure_ascii=False)
    kept = scrub({"error_code": 0, "message": inner})
    assert person not in kept
    assert "H51.12-240718-0012" in kept


@given(phones | identities, st.sampled_from(["message", "stepName", "x"]))
def test_a_number_of_a_person_survives_in_no_field(number: str, field: str) -> None:
    assert number not in scrub({field: f"gọi số {number} nhé"})
    assert number not in scrub(f"<p>gọi số {number} nhé</p>")
    assert number not in scrub({number: "x"})
    assert number not in excerpt(number)


@pytest.mark.parametrize(
    "secret",
    [
        "ten.ho@example.vn",
        "https://dvc.example.vn/f/901",
        "www.example.vn/a",
        912345678,
        79123456789,
    ],
)
def test_addresses_and_numbers_outside_known_fields_are_blanked(secret: object) -> None:
    assert str(secret) not in scrub({"x": secret})
    assert str(secret) not in scrub([f"a {secret} b"])


def test_codes_dates_and_counts_stay() -> None:
    assert json.loads(scrub(SAFE)) == SAFE
    assert json.loads(scrub(json.dumps(SAFE))) == SAFE
    assert scrub("Hồ sơ H51.12-240718-0012 đã tồn tại") == "Hồ sơ H51.12-240718-0012 đã tồn tại"


@given(
    st.integers(1, 9999).map("H51.12-240718-{:04d}".format),
    st.datetimes().map("{:%Y%m%d%H%M%S}".format).filter(lambda text: len(text) == 14),
)
def test_every_dossier_code_and_portal_date_stays(code: str, moment: str) -> None:
    record = {"MaHoSo": code, "NgayHenTra": moment, "so": f"{code}; {moment}"}
    assert json.loads(scrub(record)) == record
    assert excerpt(code) == code


def test_a_fields_whole_value_goes_even_where_it_is_a_tree() -> None:
    record = {"DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "x1"}], "applicant": {"data": 1}}
    assert json.loads(scrub(record)) == {"DinhDanhCHS": "…", "applicant": "…"}


def test_markup_keeps_its_words_and_loses_its_people() -> None:
    kept = scrub("<h1>502 Bad Gateway</h1><ChuHoSo>Mẫu</ChuHoSo><a href='mailto:a@b.vn'>")
    assert "502 Bad Gateway" in kept
    assert "Mẫu" not in kept
    assert "a@b.vn" not in kept


@pytest.mark.parametrize(
    "raw",
    [
        {"x": "y" * 100_000},
        {f"k{n}": "y" * 100 for n in range(10_000)},
        ["a"] * 1_000_000,
        "z " * 1_000_000,
        "[" * 100_000,
        '{"a":' * 500 + "1" + "}" * 500,
        "9" * 100_000,
        '{"n":' + "9" * 100_000 + "}",
    ],
)
def test_what_is_kept_is_bounded(raw: object) -> None:
    assert len(scrub(raw)) <= 4000
    assert len(scrub(raw, 100)) <= 100


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_nothing_received_makes_it_fail(raw: object) -> None:
    kept = scrub(raw)
    kept.encode()
    assert "\x00" not in kept


def test_a_lone_surrogate_can_be_stored() -> None:
    scrub('{"x": "\\ud800"}').encode()


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\x9b", "\x1b"])
def test_nothing_that_changes_how_a_page_or_terminal_shows_the_rest_is_kept(sign: str) -> None:
    assert sign not in scrub({"x": f"Sở{sign} Nội vụ", f"y{sign}": 1})
    assert excerpt(f"Sở{sign}Nội vụ") == "Sở Nội vụ"


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt("a\nb\tc") == "a b c"
    assert len(excerpt("a " * 1000)) == 64
