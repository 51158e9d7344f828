"""Whom a record names as a person, it names nowhere else either; the rest of it stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Unreadable
from tests.sheets import LIST, dossier, sheet, understood
from worker.core.people import names_in, without_names

PERSON = "Người Không Có Thật"


@pytest.mark.parametrize(
    "record",
    [
        {"applicantName": PERSON},
        {"applicant": {"data": {"fullname": " Người  Không\nCó Thật "}}},
        {"assignees": [{"name": "x"}, {"name": PERSON}]},
        {"ChuHoSo": PERSON},
        {"Họ và tên": PERSON},
        {"nguoiNop": [PERSON]},
    ],
)
def test_a_name_is_found_wherever_people_are_named(record: object) -> None:
    assert names_in(record) == {PERSON}


@pytest.mark.parametrize(
    "record",
    [
        {"govAgencyName": PERSON, "dossierStatusText": PERSON, "serviceName": PERSON},
        {"applicantNote": PERSON, "address": PERSON, "noiDung": PERSON},
        {"applicantName": "Thật", "contactName": "079012345678", "ownerName": ""},
        {"applicantName": "a " * 200},
        [PERSON],
        PERSON,
        None,
    ],
    ids=["no people", "no names", "no two words", "too long", "a list", "a text", "nothing"],
)
def test_nothing_else_is_taken_for_a_name(record: object) -> None:
    assert names_in(record) == set()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Chờ {PERSON} ký", "Chờ … ký"),
        ("CHỜ NGƯỜI  KHÔNG CÓ THẬT KÝ", "CHỜ … KÝ"),
        (f"{PERSON}, {PERSON}", "…, …"),
        ("Người Không Có Thậtt", "Người Không Có Thậtt"),
        ("Đang xử lý", "Đang xử lý"),
    ],
)
def test_a_name_is_taken_out_of_a_text_and_the_rest_stays(text: str, left: str) -> None:
    assert without_names(text, {PERSON}) == left


def test_of_two_names_the_longer_goes_whole() -> None:
    names = {"Người Không", PERSON}
    assert without_names(f"{PERSON} và Người Không", names) == "… và …"


@given(record=st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["ownerName", "x"]), inner),
))  # fmt: skip
def test_nothing_received_makes_it_fail(record: object) -> None:
    names = names_in(record)
    assert without_names("Đang xử lý", names) is not None


def test_a_person_of_a_row_stays_out_of_its_status_in_quarantine() -> None:
    read = understood(sheet(LIST, dossier(1, status=f"Chờ {PERSON} ký", name=PERSON)))
    (line,) = read.lines
    assert isinstance(line.reading, Unreadable)
    assert line.reading.detail == "Chờ … ký (F2)"
    assert '"Chờ … ký"' in line.reading.raw
    assert PERSON not in repr(read)
