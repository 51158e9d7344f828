import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.codes import (
    MAX_CODE,
    CodeKind,
    ParsedCode,
    Pasted,
    agency_code,
    dossier_code,
    looks_like_dossier_code,
    parse_dossier_code,
    pasted_codes,
    procedure_code,
)
from worker.errors import DataError

DAY = date(2024, 7, 18)


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("000.00.12.H51-240718-0012", ParsedCode(CodeKind.OLD, "H51.12", DAY, "0012")),
        ("000.03.12.H51-240718-0012", ParsedCode(CodeKind.OLD, "H51.12.03", DAY, "0012")),
        ("H51.12.03-240718-0012", ParsedCode(CodeKind.NEW, "H51.12.03", DAY, "0012")),
        ("H51.12-240718-0012", ParsedCode(CodeKind.NEW, "H51.12", DAY, "0012")),
        ("H51.12-240718-58213", ParsedCode(CodeKind.NEW, "H51.12", DAY, "58213")),
        ("G22.99-240718-020175", ParsedCode(CodeKind.PORTAL, "G22.99", DAY, "020175")),
        ("G22.99.08-240718-896048", ParsedCode(CodeKind.PORTAL, "G22.99.08", DAY, "896048")),
    ],
)
def test_official_codes_come_apart(code: str, parts: ParsedCode) -> None:
    assert parse_dossier_code(code) == parts
    assert looks_like_dossier_code(f" {code.lower()} ")


@pytest.mark.parametrize(
    "text",
    ["a1b2", "SNV/2024/17", "H51.12-240231-0012", "H51.12-240718", "G22.99.3-241219795252", ""],
)
def test_a_local_pattern_is_accepted_without_parts(text: str) -> None:
    assert parse_dossier_code(text) is None
    assert not looks_like_dossier_code(text)
    if text:
        assert dossier_code(text) == text.upper()


def test_both_spellings_of_a_code_are_one() -> None:
    assert dossier_code("  h51.12 -240718-\u00a00012\n") == "H51.12-240718-0012"
    assert dossier_code(unicodedata.normalize("NFD", "đơn-ả1")) == dossier_code("ĐƠN-Ả1")


@pytest.mark.parametrize(
    "text",
    [
        "H51.12\u2013240718\u20130012",
        "H51.12\u2011240718\u22120012",
        "\ufeffH51.12-240718-0012\u200b",
        "H51.12-\u00ad240718-0012",
    ],
)
def test_what_word_processors_do_to_a_code_does_not_make_another_of_it(text: str) -> None:
    assert dossier_code(text) == "H51.12-240718-0012"
    assert looks_like_dossier_code(text)


@pytest.mark.parametrize(
    "text",
    ["mau@example.vn", "0912345678", "+84912345678", "012345678901", "https://example.vn/f/901"],
)
def test_a_persons_number_or_address_is_no_code(text: str) -> None:
    for read in (dossier_code, procedure_code):
        with pytest.raises(DataError) as caught:
            read(text)
        assert caught.value.detail == "…"


def test_pasted_codes_stand_apart_by_whatever_people_paste() -> None:
    pasted = "h51.12-240718-0001;H51.12-240718-0002 |,\r\n\th51.12-240718-0001\n"
    assert pasted_codes(pasted) == Pasted(("H51.12-240718-0001", "H51.12-240718-0002"), ())
    assert pasted_codes(" ,;|\n") == Pasted((), ())


def test_what_can_not_be_a_code_is_told_apart_and_the_rest_is_read() -> None:
    found = pasted_codes(f"A-1 {'x' * 65} B\x00 C-3")
    assert found.codes == ("A-1", "C-3")
    assert len(found.unreadable) == 2


@pytest.mark.parametrize("text", [None, "", " \t\n", "\u00a0"])
def test_a_missing_code_is_told_as_missing(text: str | None) -> None:
    with pytest.raises(DataError) as caught:
        dossier_code(text)
    assert caught.value.key == "code_missing"


@pytest.mark.parametrize(
    "text", ["A" * (MAX_CODE + 1), "H51\x00-1", "H51\u0085\u0007-1", "A" * 10_000_000]
)
def test_an_oversized_or_unprintable_code_is_unreadable(text: str) -> None:
    with pytest.raises(DataError) as caught:
        dossier_code(text)
    assert caught.value.key == "code_unreadable"
    assert len(caught.value.detail) <= MAX_CODE


@given(st.text(max_size=80))
def test_a_normalised_code_is_bounded_and_stays_as_it_is(text: str) -> None:
    try:
        code = dossier_code(text)
    except DataError:
        return
    assert 0 < len(code) <= MAX_CODE
    assert code.isprintable()
    assert dossier_code(code) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.001612.000.00.00.H48", "1.001612"),
        (" 3.000181.000.00.00.h22 ", "3.000181"),
        ("1.001612", "1.001612"),
        ("TS_lop1.000.00.00.H22", "TS_lop1"),
        ("TS_lop1", "TS_lop1"),
        ("1.001612.000.00.12.H48", "1.001612.000.00.12.H48"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_procedure_loses_only_its_provinces_suffix(text: str | None, code: str | None) -> None:
    assert procedure_code(text) == code


@pytest.mark.parametrize("text", ["1" * (MAX_CODE + 1), "1.00\x001612"])
def test_a_procedure_that_no_column_could_hold_is_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        procedure_code(text)
    assert caught.value.key == "procedure_unreadable"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("000.00.12.H51", "H51.12"),
        ("000.03.12.H51", "H51.12.03"),
        ("005.03.12.H51", "H51.12.03.005"),
        ("000.00.00.H51", "H51"),
        ("H51.12.00", "H51.12"),
        ("H51.12.00.00", "H51.12"),
        (" h51.12 ", "H51.12"),
        ("H51.10", "H51.10"),
        ("H51", "H51"),
        ("", ""),
        ("SNV", "SNV"),
    ],
)
def test_agency_codes_agree_in_the_new_form(text: str, code: str) -> None:
    assert agency_code(text) == code
    assert agency_code(agency_code(text)) == code
