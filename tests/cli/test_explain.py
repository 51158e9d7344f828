from typing import Any

import pytest

from tests.cli.conftest import Office


def planted(office: Office, cause: str) -> Any:
    return next(each for each in office.truth["discrepancies"] if each["cause"] == cause)


def test_a_units_statement_adds_up_from_home_to_what_is_published(office: Office) -> None:
    told = office.do("explain", "H51.35", "--json").json
    assert told["unit"] == {"code": "H51.35", "name": "Huyện Mỹ Tú"}
    running = 0
    for line in told["statement"]:
        if line.get("line") in ("late_province_by_portal_rule", "late_portal", "late_published"):
            assert running == line["count"], line
        else:
            running += line["count"]
    assert told["dossiers"]["total"] >= len(told["dossiers"]["items"]) > 0


def test_a_unit_agrees_with_the_reconciliation(office: Office) -> None:
    told = office.do("explain", "Sở Nội vụ", "--json", "--limit", "1000").json
    report = office.do("reconcile", "--unit", "H51.12", "--json").json
    assert told["totals"] == report["totals"]
    assert told["units"] == report["units"]
    codes = {item["dossier"] for item in report["discrepancies"]}
    assert {item["dossier"] for item in told["dossiers"]["items"]} == codes


def test_what_somebody_can_mend_comes_before_what_a_rule_explains(office: Office) -> None:
    items = office.do("explain", "H51", "--json", "--limit", "1000").json["dossiers"]["items"]
    kinds = [item["kind"] for item in items]
    assert kinds == sorted(kinds)
    data = [item for item in items if item["kind"] == "data" and item["cause"] != "IN_FLIGHT"]
    effects = [item["contribution"] for item in data]
    assert effects == sorted(effects, reverse=True)


def test_a_unit_is_told_with_what_to_do_and_names_what_it_leaves_out(office: Office) -> None:
    done = office.do("explain", "H51.35", "--limit", "2")
    assert done.code == 0
    assert "Quá hạn trên Cổng" in done.out
    assert "Gửi lại trạng thái và tiến trình hồ sơ." in done.out
    assert "thêm --limit" in done.out


def test_the_field_at_fault_is_marked_and_the_verdicts_part(office: Office) -> None:
    found = planted(office, "STATUS_BEHIND")
    told = office.do("explain", found["dossier"], "--json").json
    blamed = {row["field"] for row in told["fields"] if row["at_fault"]}
    assert "status" in blamed
    by_portal_rule = {
        each["side"]: each["late"] for each in told["verdicts"] if each["rule"] == "portal"
    }
    assert by_portal_rule["portal"] - by_portal_rule["province"] == found["contribution"]
    assert [each["cause"] for each in told["effects"]] == ["STATUS_BEHIND"]
    (life,) = told["discrepancies"]
    assert life["state"] == "open"
    assert [step["step"] for step in life["steps"]] == ["opened"]
    assert not told["presumed"]
    assert told["asked"][0]["found"]


def test_the_mark_shows_without_colour(office: Office) -> None:
    done = office.do("explain", planted(office, "DUE_DIFFERS")["dossier"])
    (line,) = (line for line in done.out.splitlines() if "Ngày hẹn trả" in line and "►" in line)
    assert line.startswith("►")
    assert "\x1b" not in done.out


def test_a_dossier_the_portal_does_not_have_says_so(office: Office) -> None:
    done = office.do("explain", planted(office, "NOT_ON_PORTAL")["dossier"])
    assert "Cổng không có hồ sơ này." in done.out
    assert "Gửi lại hồ sơ lên Cổng." in done.out


def test_every_planted_cause_can_be_explained(office: Office) -> None:
    for cause in {each["cause"] for each in office.truth["discrepancies"]}:
        found = planted(office, cause)
        done = office.do("explain", found["dossier"])
        assert done.code == 0, done.err
        assert found["dossier"] in done.out


def test_a_code_may_be_typed_carelessly(office: Office) -> None:
    code = planted(office, "STATUS_BEHIND")["dossier"]
    careless = f"  {code.lower().replace('-', ' - ')} "
    assert office.do("explain", careless, "--json").json["dossier"] == code


def test_both_codes_of_a_dossier_lead_to_it(office: Office) -> None:
    code = planted(office, "TWO_CODES")["dossier"]
    told = office.do("explain", code, "--json").json
    for other in told["codes"]:
        assert office.do("explain", other, "--json").json["codes"] == told["codes"]


def test_a_code_in_quarantine_says_that_it_is_there_and_why(office: Office) -> None:
    items = office.do("quarantine", "--source", "tinh", "--json").json["items"]
    code = next(item["code"] for item in items if item["code"])
    done = office.do("explain", code)
    assert done.code == 1
    assert '"tinh"' in done.err
    assert "doisoat quarantine" in done.err


@pytest.mark.parametrize("what", ["H51.99-240101-0001", "không có gì", ""])
def test_what_nobody_knows_is_one_sentence_with_a_way_on(office: Office, what: str) -> None:
    done = office.do("explain", what)
    assert done.code == 1
    assert "doisoat" in done.err
    assert len(done.err.splitlines()) == 1


def test_nothing_is_written_by_an_explanation(office: Office) -> None:
    before = office.do("reconcile", "--json").json["reconciliation"]
    office.do("explain", "H51.12")
    assert office.do("reconcile", "--json").json["reconciliation"] == before + 1
