from decimal import Decimal

import pytest

from worker.core.printed import COUNT, Printed, parse_printed


@pytest.mark.parametrize(
    ("text", "scale", "number", "out_of"),
    [
        ("49,22%", "percent", "49.22", None),
        ("25 %", "percent", "25", None),
        ("83,52", "100", "83.52", None),
        ("-0,7%", "percent", "-0.7", None),
        ("7,9/18", "18", "7.9", "18"),
        ("11,4/18 điểm", "18", "11.4", "18"),
        ("75,5 điểm", "100", "75.5", None),
        ("59/63", "63", "59", "63"),
        ("1.773", COUNT, "1773", None),
        ("885.572", COUNT, "885572", None),
        ("898", COUNT, "898", None),
        ("0 hồ sơ", COUNT, "0", None),
        ("86/90 đơn vị", COUNT, "86", "90"),
        ("1.773/1.773 TTHC", COUNT, "1773", "1773"),
    ],
)
def test_every_printed_form_is_read(text: str, scale: str, number: str, out_of: str | None) -> None:
    whole = Decimal(out_of) if out_of else None
    assert parse_printed(text, scale) == Printed(Decimal(number), whole)


@pytest.mark.parametrize(
    ("text", "is_empty"),
    [
        ("Không có hồ sơ", True),
        ("Không có số liệu", False),
        (
            "Không có số liệu, không có điểm (Điểm tối đa của chỉ số này là 2 điểm)",
            False,
        ),
    ],
)
@pytest.mark.parametrize("scale", ["percent", COUNT, "2"])
def test_nothing_is_no_number_whatever_the_remark_beside_it(
    text: str, scale: str, *, is_empty: bool
) -> None:
    assert parse_printed(text, scale) == Printed(None, empty=is_empty)


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("1.773", "percent"),  # a dot outside counts could be either
        ("3.066 hồ sơ", "18"),
        ("1.77", COUNT),
        ("1.7733", COUNT),
        ("49,22", COUNT),
        ("86/90 đơn vị", "percent"),
        ("11,4/18 phần", "18"),
        ("49,22%%", "percent"),
        ("khoảng 49%", "percent"),
        ("không có", "percent"),
        ("2 điểm không có số liệu", "2"),
        ("", COUNT),
    ],
)
def test_anything_else_is_no_figure(text: str, scale: str) -> None:
    assert parse_printed(text, scale) is None
