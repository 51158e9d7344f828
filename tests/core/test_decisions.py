"""Decisions that announce procedures: the province's table, and whose a decision is."""

from dataclasses import replace
from datetime import date

import pytest

from worker.core.decisions import Decision, is_by_ministry, merged, parse_decisions
from worker.errors import ReferenceError  # noqa: A004

HEADER = "procedure,number,decided_on,effective_on,public_on,by"
GOOD = "1.000001,12/QĐ-UBND,2024-07-01,2024-07-15,,province"
TOLD = Decision(
    procedure="1.000001",
    number="12/QĐ-UBND",
    decided_on=date(2024, 7, 1),
    effective_on=date(2024, 7, 15),
    by_ministry=False,
)


def parsed(*lines: str) -> tuple[Decision, ...]:
    return parse_decisions("\n".join((HEADER, *lines)), "decisions.csv")


def test_a_line_is_a_decision_of_one_procedure() -> None:
    ministry = "1.000002.000.00.00.H99,9/QĐ-BTP,2024-06-03,,2024-06-10,Bộ"
    assert parsed(GOOD, ministry) == (
        TOLD,
        Decision(
            procedure="1.000002",
            number="9/QĐ-BTP",
            decided_on=date(2024, 6, 3),
            public_on=date(2024, 6, 10),
            by_ministry=True,
        ),
    )


@pytest.mark.parametrize(
    ("line", "problem", "value"),
    [
        (",12/QĐ-UBND,2024-07-01,,,province", "value_missing", "procedure"),
        ("1.000001,,2024-07-01,,,province", "value_missing", "number"),
        ("1.000001,12/QĐ-UBND,,,,province", "value_missing", "decided_on"),
        ("1.000001,12/QĐ-UBND,2024-07-01,,,", "value_missing", "by"),
        ("1.000001,12/QĐ-UBND,1/7/2024,,,tỉnh", "bad_date", "1/7/2024"),
        ("1.000001,12/QĐ-UBND,2024-07-01,1024-07-15,,tỉnh", "other_year", "1024-07-15"),
        ("1.000001,12/QĐ-UBND,2024-07-01,,,huyện", "unknown_issuer", "huyện"),
        ("1.000001, 12/qđ-ubnd ,2024-08-01,,,tỉnh", "duplicate", "12/qđ-ubnd"),
        (f"{'1' * 65},1/QĐ-UBND,2024-07-01,,,tỉnh", "bad_code", "1" * 65),
    ],
)
def test_a_line_at_fault_is_named(line: str, problem: str, value: str) -> None:
    with pytest.raises(ReferenceError) as caught:
        parsed(GOOD, line)
    said = caught.value.values
    assert (said["line"], said["problem"], said["value"]) == (3, problem, value)


@pytest.mark.parametrize(
    ("number", "agency", "expected"),
    [
        ("1234/QĐ-UBND", None, False),
        ("1234/QĐ-CTUBND", None, False),
        ("56/qđ - btp", None, True),
        ("56/QĐ-NHNN", None, None),
        ("56/QĐ-NHNN", "G25", True),
        ("1234/QĐ-UBND", "000.00.00.G09", True),
        ("7001", "000.00.00.H51", False),
        ("7001", "H51.12", False),
        ("7001", "Bộ Mẫu", None),
        ("7001", "", None),
    ],
)
def test_whose_a_decision_is(number: str, agency: str | None, *, expected: bool | None) -> None:
    assert is_by_ministry(number, agency) is expected


def test_the_provinces_table_stands_before_the_catalogue_and_leaves_what_it_leaves_open() -> None:
    catalogue = replace(TOLD, number="12/qđ-ubnd", public_on=date(2024, 7, 3), by_ministry=None)
    other = replace(TOLD, number="13/QĐ-UBND")
    own = replace(TOLD, decided_on=date(2024, 6, 28), effective_on=None)
    assert merged([catalogue, other], [own]) == [
        replace(own, effective_on=TOLD.effective_on, public_on=date(2024, 7, 3)),
        other,
    ]
    assert merged([], [own]) == [own]
