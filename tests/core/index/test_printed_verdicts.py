from decimal import Decimal

import pytest

from worker.core.index.printed_verdicts import PrintedVerdict, parse_verdicts
from worker.core.index.rules import Target
from worker.core.index.scoring import Verdict
from worker.errors import ReferenceError  # noqa: A004

HEADER = "period,as_of,unit,indicator,verdict,document"


def read(verdict: str) -> PrintedVerdict:
    line = f'2023-11,,H99,1.1,"{verdict}",x'
    (found,) = parse_verdicts(f"{HEADER}\n{line}\n", "verdicts.csv")
    return found


@pytest.mark.parametrize(
    ("said", "verdict", "at", "above"),
    [
        ("Đạt (từ 90% trở lên)", Verdict.MET, 90, False),
        ("Đạt (từ 25 % trở lên) ", Verdict.MET, 25, False),
        ("Chưa đạt( từ 100% trở lên)", Verdict.NOT_MET, 100, False),
        ("Chưa đạt (từ 50% trở lên là đạt)", Verdict.NOT_MET, 50, False),
        ("Chưa đạt (trên 90%)", Verdict.NOT_MET, 90, True),
        ("Chưa đạt (yêu cầu 100%)", Verdict.NOT_MET, 100, False),
    ],
)
def test_a_verdict_is_read_with_its_threshold(
    said: str, verdict: Verdict, at: int, *, above: bool
) -> None:
    found = read(said)
    assert found.said == said.strip()
    assert found.verdict is verdict
    assert found.target == Target(Decimal(at), above=above, source="x")


def test_a_verdict_may_name_no_threshold() -> None:
    found = read("Cộng cả toàn trình, một phần tỉnh đạt 80,984% (Vượt chỉ tiêu Chính phủ giao)")
    assert (found.verdict, found.target) == (Verdict.MET, None)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2023-11,,H99,1.1,tốt,x", "bad_verdict"),
        ("2023-11,,H99,1.1,,x", "value_missing"),
        ("11/2023,,H99,1.1,Đạt,x", "bad_period"),
        ("2023-11,4/12,H99,1.1,Đạt,x", "bad_date"),
    ],
)
def test_a_wrong_line_is_told(line: str, problem: str) -> None:
    with pytest.raises(ReferenceError) as caught:
        parse_verdicts(f"{HEADER}\n{line}\n", "verdicts.csv")
    assert (caught.value.values["line"], caught.value.values["problem"]) == (2, problem)
