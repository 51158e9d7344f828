"""``doisoat improve``: the sentences people read and the figures programs read."""

from decimal import Decimal

from tests.cli.conftest import Office

WORST = "H51.35"


def test_the_worst_unit_comes_first_and_every_line_adds_up(office: Office) -> None:
    told = office.do("improve", "--json").json
    units = [each for each in told["items"] if each["now"]["counted"]]
    assert units[0]["code"] == WORST
    shares = [Decimal(each["now"]["on_time"]) for each in units]
    assert shares == sorted(shares)
    for each in [told["totals"], *units]:
        now, after = each["now"], each["after"]
        assert now["late"] - len(each["resends"]) == after["late"]
        assert each["is_reached"] == (Decimal(after["on_time"]) >= Decimal(told["target"]))
    assert sum(each["now"]["late"] for each in units) == told["totals"]["now"]["late"]


def test_the_figures_are_those_that_reconciling_gives(office: Office) -> None:
    reconciled = office.do("reconcile", "--json").json
    late = {each["code"]: each["late_portal"] for each in reconciled["units"]}
    units = office.do("improve", "--json").json["items"]
    assert {each["code"]: each["now"]["late"] for each in units}.items() <= late.items()
    resends = {each["dossier"]: each["cause"] for unit in units for each in unit["resends"]}
    found = {each["dossier"]: each["cause"] for each in reconciled["discrepancies"]}
    assert resends
    assert resends.items() <= found.items()


def test_a_unit_is_told_what_to_send_again_in_one_sentence(office: Office) -> None:
    told = office.do("improve", "--unit", WORST, "--limit", "3").out
    (unit,) = office.do("improve", "--unit", WORST, "--json").json["items"]
    sentence = f"Gửi lại {len(unit['resends'])} hồ sơ hôm nay thì tỷ lệ quá hạn giảm từ"
    assert sentence in told
    assert unit["resends"][0]["dossier"] in told
    assert unit["resends"][3]["dossier"] not in told
    assert f"Còn {len(unit['resends']) - 3} hồ sơ nữa" in told


def test_a_target_that_all_reach_asks_for_nothing(office: Office) -> None:
    told = office.do("improve", "--to", "0,1")
    assert "đều đạt mục tiêu" in told.out
    assert "Cơ quan, đơn vị" not in told.out


def test_a_target_is_percent_above_nought(office: Office) -> None:
    for wrong in ("0", "101", "chín mươi", "1/0"):
        told = office.do("improve", "--to", wrong)
        assert told.code == 2
        assert "Mục tiêu" in told.err


def test_a_month_never_reconciled_says_so(office: Office) -> None:
    assert office.do("improve", "--period", "2019-01", "--json").json == {"total": 0, "items": []}
    assert "2019-01" in office.do("improve", "--period", "2019-01").out
