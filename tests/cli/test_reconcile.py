import pytest

from tests.cli.conftest import Office

FIELDS = {
    "late_province",
    "late_province_by_portal_rule",
    "late_portal",
    "late_published",
    "difference",
    "unexplained",
}


def test_the_json_keeps_the_contract(office: Office) -> None:
    done = office.do("reconcile", "--json")
    assert done.code == 0
    report = done.json
    assert report["as_of"] == "2024-07-24T16:00:00+07:00"
    assert report["period"] == {"from": "2024-07-01", "to": "2024-07-31"}
    assert FIELDS | {"received", "on_portal", "presumed"} <= report["totals"].keys()
    for unit in report["units"]:
        assert FIELDS | {"code", "name", "bridge", "presumed"} <= unit.keys()
        assert unit["difference"] == unit["late_portal"] - unit["late_province"]
        assert unit["difference"] == sum(step["count"] for step in unit["bridge"])
    for found in report["discrepancies"]:
        assert {"dossier", "unit", "portal_unit", "cause", "kind", "contribution"} <= found.keys()
        assert all(set(sides) == {"province", "portal"} for sides in found["fields"].values())


@pytest.mark.parametrize("unit", ["H51.12", "000.00.12.H51", "sở nội vụ"])
def test_one_unit_is_found_by_code_or_name_and_its_totals_are_its_own(
    office: Office, unit: str
) -> None:
    whole = office.do("reconcile", "--json").json
    report = office.do("reconcile", "--unit", unit, "--json").json
    (line,) = report["units"]
    assert line == next(each for each in whole["units"] if each["code"] == "H51.12")
    assert report["totals"]["late_portal"] == line["late_portal"]
    shown = [found for found in report["discrepancies"] if found["kind"] == "data"]
    assert shown
    assert all("H51.12" in (found["unit"], found["portal_unit"]) for found in shown)


def test_a_unit_without_dossiers_is_no_error(office: Office) -> None:
    report = office.do("reconcile", "--unit", "Sở Tài chính", "--json").json
    assert report["totals"]["late_portal"] == 0
    assert report["discrepancies"] == []


def test_differences_fail_the_command_only_where_that_was_asked(office: Office) -> None:
    assert office.do("reconcile").code == 0
    assert office.do("reconcile", "--fail-on-difference").code == 3
    quiet = office.do("reconcile", "--unit", "H51.11", "--fail-on-difference")
    assert quiet.code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--as-of", "hôm qua"], 2, "hôm qua"),
        (["--period", "2024-13"], 1, "2024-13"),
        (["--period", "2024-08"], 2, "chưa bắt đầu"),
        (["--unit", "Huyện Thanh Trì"], 1, "Huyện Thanh Trì"),
    ],
)
def test_what_can_not_be_reconciled_is_one_sentence(
    office: Office, arguments: list[str], code: int, says: str
) -> None:
    done = office.do("reconcile", *arguments)
    assert done.code == code
    assert says in done.err
    assert len(done.err.splitlines()) == 1
    assert done.out == ""


def test_a_day_alone_means_its_end_and_another_period_may_be_asked_for(office: Office) -> None:
    report = office.do("reconcile", "--as-of", "2024-06-30", "--json").json
    assert report["as_of"] == "2024-06-30T23:59:59+07:00"
    assert report["period"]["from"] == "2024-06-01"
