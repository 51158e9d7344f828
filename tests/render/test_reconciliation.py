from typing import Any

import pytest
from rich.console import Console

from worker.i18n import use_language
from worker.render.reconciliation import late_share, reconciliation_table


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def unit(code: str, name: str, late: tuple[int, int, int], **other: Any) -> dict[str, Any]:
    home, by_rule, portal = late
    values: dict[str, Any] = {
        "code": code,
        "name": name,
        "late_province": home,
        "late_province_by_portal_rule": by_rule,
        "late_portal": portal,
        "late_published": portal,
        "difference": portal - home,
        "unexplained": 0,
        "counted_province": 100,
        "counted_portal": 100,
        "presumed": 0,
        "bridge": [],
    }
    return values | other


def step(cause: str, count: int) -> dict[str, Any]:
    return {"cause": cause, "kind": "data", "count": count}


UNITS = [
    unit(
        "H51.01", "Ban Quản lý các khu công nghiệp", (0, 0, 0), counted_province=0, counted_portal=0
    ),
    unit("H51.02", "Sở Y tế", (5, 5, 5)),
    unit(
        "H51.12",
        "Sở Nội vụ",
        (1, 3, 52),
        bridge=[step("SUPPLEMENTS", 2), step("STATUS_BEHIND", 30), step("DUE_DIFFERS", 19)],
        late_published=None,
        unexplained=None,
    ),
    unit(
        "H51.30",
        "Huyện Mỹ Tú",
        (1200, 1200, 1143),
        counted_portal=2000,
        bridge=[step("IN_FLIGHT", -57)],
    ),
]


def result(**other: Any) -> dict[str, Any]:
    totals = {
        "late_province": 1206,
        "late_province_by_portal_rule": 1208,
        "late_portal": 1200,
        "late_published": None,
        "difference": -6,
        "unexplained": None,
        "counted_province": 300,
        "counted_portal": 2200,
        "presumed": 0,
    }
    values: dict[str, Any] = {
        "as_of": "2024-07-24T16:00:00+07:00",
        "period": {"from": "2024-07-01", "to": "2024-07-31"},
        "totals": totals,
        "units": UNITS,
        "discrepancies": [{}],
        "complete": True,
    }
    return values | other


def drawn(value: dict[str, Any], width: int = 140) -> list[str]:
    console = Console(width=width, record=True, file=None, force_terminal=False, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        for part in reconciliation_table(value):
            console.print(part, markup=False)
    return capture.get().splitlines()


def places(lines: list[str], *names: str) -> list[int]:
    return [next(n for n, line in enumerate(lines) if name in line) for name in names]


def test_the_worst_unit_on_the_portal_comes_first_and_empty_ones_last() -> None:
    order = places(
        drawn(result()), "Huyện Mỹ Tú", "Sở Nội vụ", "Sở Y tế", "Ban Quản lý", "Tổng cộng"
    )
    assert order == sorted(order)


def test_a_unit_without_dossiers_says_so_instead_of_zeros() -> None:
    (line,) = (line for line in drawn(result()) if "Ban Quản lý" in line)
    assert "Không có hồ sơ" in line
    assert "0" not in line


def test_counts_shares_and_causes_are_written_the_vietnamese_way() -> None:
    lines = drawn(result())
    (line,) = (line for line in lines if "Huyện Mỹ Tú" in line)
    assert "1.143" in line
    assert "57,15 %" in line
    assert "-57" in line
    assert "đang đồng bộ -57" in line


def test_causes_stand_in_the_order_of_their_weight() -> None:
    shown = " ".join(drawn(result(), width=200))
    weights = [shown.index(each) for each in ("trạng thái +30", "hẹn trả +19", "bổ sung hồ sơ +2")]
    assert weights == sorted(weights)


def test_what_nothing_is_published_of_is_not_zero() -> None:
    (line,) = (line for line in drawn(result(), width=200) if "Sở Nội vụ" in line)
    assert line.count("–") == 2


@pytest.mark.parametrize("width", [100, 120, 140])
def test_no_number_is_cut_at_any_usual_width(width: int) -> None:
    lines = drawn(result(), width)
    assert max(len(line) for line in lines) <= width
    (line,) = (line for line in lines if "Huyện Mỹ Tú" in line)
    assert line.count("1.200") == 2
    assert "57,15 %" in line
    assert "…" not in " ".join(lines)


def test_the_lines_below_say_as_of_completeness_and_what_is_presumed() -> None:
    totals = result()["totals"] | {"presumed": 1234}
    shown = "\n".join(drawn(result(complete=False, totals=totals)))
    assert "16:00 24/7/2024" in shown
    assert "CHƯA đầy đủ" in shown
    assert "1.234 hồ sơ chưa tra cứu" in shown
    assert "khớp nhau" not in shown


def test_a_unit_that_stands_for_others_names_them_below_the_table() -> None:
    heir = unit("H51.17", "Sở Mới", (0, 0, 0), predecessors=["H51.08", "H51.09"])
    names = {"H51.08": "Sở Cũ", "H51.09": "Sở Xưa"}
    lines = drawn(result(units=[heir, *UNITS], predecessor_names=names))
    (said,) = [line for line in lines if "gộp số liệu" in line]
    assert said.startswith("Sở Mới: gộp số liệu của Sở Cũ, Sở Xưa;")


def test_agreement_is_said() -> None:
    assert "Hai bên khớp nhau." in drawn(result(discrepancies=[]))


def test_what_was_not_read_is_neither_agreement_nor_a_lack_of_dossiers() -> None:
    shown = "\n".join(drawn(result(discrepancies=[], complete=False)))
    assert "khớp nhau" not in shown
    assert "Không có hồ sơ" not in shown
    assert "Chưa đọc được hồ sơ nào" in shown


def test_a_share_of_nothing_is_unknown() -> None:
    assert late_share(unit("a", "a", (0, 0, 0), counted_portal=0)) is None
    assert late_share(unit("a", "a", (0, 0, 25))) == 0.25
