from datetime import date
from decimal import Decimal

import pytest

from models.types import Period, UnitLevel
from worker.core.reference import (
    Procedure,
    Recipient,
    Volume,
    parse_procedures,
    parse_published,
    parse_recipients,
    parse_units,
    parse_volumes,
)
from worker.core.units import Unit
from worker.errors import ReferenceError  # noqa: A004

UNIT_HEADER = "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases"
PROVINCE = "H51,Tỉnh Sóc Trăng,Sóc Trăng,province,,,,,"
FIGURE_HEADER = "period,as_of,unit,indicator,value,scale,document"
PROCEDURE_HEADER = "code,name,field,statutory_days,online_level,has_fee"


def units_of(*lines: str) -> tuple[Unit, ...]:
    return parse_units("\n".join((UNIT_HEADER, PROVINCE, *lines)) + "\n", "units.csv")


def fault(error: ReferenceError) -> tuple[object, ...]:
    assert error.key == "reference_line"
    return tuple(error.values[name] for name in ("file", "line", "problem", "value"))


def test_a_unit_is_read_with_all_its_columns() -> None:
    line = "000.00.12.H51,Sở Nội vụ,SNV,department,H51,2004-01-01,2025-02-28,H13:H13.12,A | B|"
    assert units_of(line)[1] == Unit(
        code="H51.12",
        name="Sở Nội vụ",
        short_name="SNV",
        level=UnitLevel.DEPARTMENT,
        parent="H51",
        valid_from=date(2004, 1, 1),
        valid_to=date(2025, 2, 28),
        successor="H13:H13.12",
        aliases=("A", "B"),
    )


def test_what_a_spreadsheet_adds_does_no_harm() -> None:
    text = (
        "\ufeffnote,code,name,short_name,level,parent,valid_from,valid_to,successor,aliases\r\n"
        "\r\n"
        'mã giả định, H51 ,"Tỉnh ""Sóc Trăng""",,province,,,,,\r\n'
        ",,,,,,,,,\r\n"
    )
    (province,) = parse_units(text, "units.csv")
    assert (province.code, province.name) == ("H51", 'Tỉnh "Sóc Trăng"')
    assert province.short_name == province.name


@pytest.mark.parametrize(
    ("line", "problem", "value"),
    [
        (",Sở A,,department,H51,,,,", "value_missing", "code"),
        ("H51.01,,,department,H51,,,,", "value_missing", "name"),
        ("H51.01,Sở A,,,H51,,,,", "value_missing", "level"),
        ("H51.01,Sở A,,department,,,,,", "value_missing", "parent"),
        ("H51.01,Sở A,,sở,H51,,,,", "unknown_level", "sở"),
        ("H51.00,Sở A,,department,H51,,,,", "duplicate", "H51"),
        ("H51.01,Sở A,,department,H51,1/3/2025,,,", "bad_date", "1/3/2025"),
        ("H51.01,Sở A,,department,H51,,2025-02-30,,", "bad_date", "2025-02-30"),
        ("H51.01,Sở A,,department,H51,2025-02-02,2025-02-01,,", "dates_reversed", "2025-02-01"),
        ("H51.01,Sở A,,department,H52,,,,", "parent_not_listed", "H52"),
        ("H51.01,Sở A,,department,H51.01,,,,", "parent_loop", "H51.01"),
        ("H51.01,Sở A,,department,H51,,,H51.77,", "successor_not_listed", "H51.77"),
        ("H51.01,Sở A,,department,H51,,,H51.01,", "successor_loop", "H51.01"),
        ("H51.01,Sở A,,department,H51,,,", "field_count", "8/9"),
        ("H51.01,Sở A,,department,H51,,,,,x", "field_count", "10/9"),
    ],
)
def test_a_wrong_unit_is_told_with_file_and_line(line: str, problem: str, value: str) -> None:
    with pytest.raises(ReferenceError) as caught:
        units_of("H51.02,Sở B,,department,H51,,,,", "", line)
    assert fault(caught.value) == ("units.csv", 5, problem, value)


def test_units_that_stand_above_each_other_in_a_ring_are_refused() -> None:
    with pytest.raises(ReferenceError) as caught:
        units_of(
            "H51.31,Huyện A,,district,H51.32,,,,",
            "H51.32,Huyện B,,district,H51.31,,,,",
        )
    assert fault(caught.value) == ("units.csv", 3, "parent_loop", "H51.31")


@pytest.mark.parametrize("column", UNIT_HEADER.split(","))
def test_a_missing_column_is_named(column: str) -> None:
    header = ",".join(name for name in UNIT_HEADER.split(",") if name != column)
    with pytest.raises(ReferenceError) as caught:
        parse_units(f"\n{header}\n", "units.csv")
    assert fault(caught.value) == ("units.csv", 2, "column_missing", column)


def test_an_empty_file_lacks_its_first_column() -> None:
    with pytest.raises(ReferenceError) as caught:
        parse_units("", "units.csv")
    assert fault(caught.value) == ("units.csv", 1, "column_missing", "code")


def test_an_open_quote_is_no_table() -> None:
    with pytest.raises(ReferenceError) as caught:
        units_of('H51.01,"Sở A')
    assert fault(caught.value)[:3] == ("units.csv", 3, "not_csv")


def test_procedures_keep_what_is_unknown_unknown() -> None:
    text = (
        f"{PROCEDURE_HEADER},note\n"
        "1.001612.000.00.00.H51,Đăng ký,Hộ tịch,3,toàn trình,true,mã giả định\n"
        "TS_lop1,Tuyển sinh,,,,,\n"
    )
    assert parse_procedures(text, "procedures.csv") == (
        Procedure(
            code="1.001612",
            name="Đăng ký",
            field="Hộ tịch",
            statutory_days=3,
            online_level="toàn trình",
            has_fee=True,
        ),
        Procedure(code="TS_lop1", name="Tuyển sinh", field=""),
    )


@pytest.mark.parametrize(
    ("line", "problem", "value"),
    [
        (",A,,1,,", "value_missing", "code"),
        ("1.000001,,,1,,", "value_missing", "name"),
        ("1.000001,A,,ba,,", "bad_number", "ba"),
        ("1.000001,A,,-1,,", "bad_number", "-1"),
        ("1.000001,A,,0,,", "bad_number", "0"),
        ("1.000001,A,,99999999999999,,", "bad_number", "99999999999999"),
        ("1.000001,A,,1,,maybe", "bad_yes_no", "maybe"),
        ("1.000009.000.00.00.H51,A,,1,,", "duplicate", "1.000009"),
    ],
)
def test_a_wrong_procedure_is_told_with_file_and_line(line: str, problem: str, value: str) -> None:
    with pytest.raises(ReferenceError) as caught:
        parse_procedures(f"{PROCEDURE_HEADER}\n1.000009,B,,,,\n{line}\n", "procedures.csv")
    assert fault(caught.value) == ("procedures.csv", 3, problem, value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ('"52,5"', Decimal("52.5")),
        ("59/63", Decimal(59)),
        ('"7,9/18"', Decimal("7.9")),
        ('"16,13%"', Decimal("16.13")),
        ("0%", Decimal(0)),
        ("Không có hồ sơ", None),
    ],
)
def test_a_printed_figure_keeps_its_text_beside_its_number(
    value: str, number: Decimal | None
) -> None:
    text = f"{FIGURE_HEADER}\n2024-07,2024-07-18,H51.12,2.1,{value},percent,2326/UBND-TTHC\n"
    (figure,) = parse_published(text, "published.csv", {"H51.12"})
    assert figure.value == value.strip('"')
    assert figure.number == number
    assert figure.period == Period(date(2024, 7, 1), date(2024, 7, 31))
    assert figure.as_of == date(2024, 7, 18)


@pytest.mark.parametrize(
    ("line", "problem", "value"),
    [
        ("7/2024,,H51.12,2.1,1%,percent,x", "bad_period", "7/2024"),
        ("2024-07,18/7,H51.12,2.1,1%,percent,x", "bad_date", "18/7"),
        ("2024-07,,H51.99,2.1,1%,percent,x", "unit_not_listed", "H51.99"),
        ("2024-07,,H51.12,2.1,1.5%,percent,x", "bad_figure", "1.5%"),
        ("2024-07,,H51.12,2.1,không có,percent,x", "bad_figure", "không có"),
        ("2024-07,,H51.12,2.1,,percent,x", "value_missing", "value"),
    ],
)
def test_a_wrong_figure_is_told_with_file_and_line(line: str, problem: str, value: str) -> None:
    with pytest.raises(ReferenceError) as caught:
        parse_published(f"{FIGURE_HEADER}\n{line}\n", "published.csv", {"H51.12"})
    assert fault(caught.value) == ("published.csv", 2, problem, value)


def test_recipients_and_volumes_are_read() -> None:
    recipients = "unit,email,role\nH51.12,vanphong@soctrang.example,lãnh đạo\n"
    assert parse_recipients(recipients, "recipients.csv") == (
        Recipient("H51.12", "vanphong@soctrang.example", "lãnh đạo"),
    )
    volumes = "unit,dossiers,note\nH51.12,71,số lượng giả định\nH51.11,0,\n"
    assert parse_volumes(volumes, "volumes.csv") == (Volume("H51.12", 71), Volume("H51.11", 0))


def test_an_address_without_a_host_is_refused() -> None:
    with pytest.raises(ReferenceError) as caught:
        parse_recipients("unit,email,role\nH51.12,vanphong,x\n", "recipients.csv")
    assert fault(caught.value) == ("recipients.csv", 2, "bad_email", "vanphong")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("H51.12,", "value_missing"),
        ("H51.12,nhiều", "bad_number"),
        ("H51.99,1", "unit_not_listed"),
        ("H51.11,1", "duplicate"),
    ],
)
def test_a_wrong_volume_is_told(line: str, problem: str) -> None:
    text = f"unit,dossiers\nH51.11,5\n{line}\n"
    with pytest.raises(ReferenceError) as caught:
        parse_volumes(text, "volumes.csv", {"H51.11", "H51.12"})
    assert fault(caught.value)[:3] == ("volumes.csv", 3, problem)
