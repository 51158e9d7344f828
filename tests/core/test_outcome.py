"""The report has the form of the contract, and equal outcomes have equal digests."""

from dataclasses import replace
from datetime import date

from models.types import Flag, Status, UnitLevel
from tests.core.dossiers import AS_OF, JULY, at, book, bridge_of, case, on_portal, view
from worker.core.compare import compare
from worker.core.outcome import Finding, Outcome, digest_of, of_unit, report_of
from worker.core.units import Unit, UnitDirectory

DIRECTORY = UnitDirectory(
    tuple(
        Unit(
            code=f"H51.0{number}",
            name=f"Sở {number}",
            short_name=f"Sở {number}",
            level=UnitLevel.DEPARTMENT,
        )
        for number in (1, 2, 3)
    )
)
RECEIVED = (Status.RECEIVED, at(1))
LATE_ON_PORTAL = case(view(status=Status.FINISHED, finished_at=at(9)), on_portal(RECEIVED))
MOVED = case(view(), on_portal(RECEIVED, unit="H51.02"))


def _outcome(published: dict[str, int | None] | None = None) -> Outcome:
    comparisons = [compare(each, book()) for each in (LATE_ON_PORTAL, MOVED)]
    findings = [
        Finding(key, "H51.01-240701-0001", effect, (Flag.END_EQUALS_DUE,))
        for key, comparison in enumerate(comparisons)
        for effect in comparison.effects
    ]
    figures = published or {}
    return Outcome(
        as_of=AS_OF,
        period=JULY,
        complete=True,
        bridge=bridge_of(comparisons),
        findings=findings,
        published=figures,
        published_whole=None,
    )


def test_the_report_has_the_fields_of_the_contract() -> None:
    report = report_of(_outcome(), DIRECTORY)
    assert report["as_of"] == "2024-07-24T16:00:00+07:00"
    assert report["period"] == {"from": "2024-07-01", "to": "2024-07-31"}
    unit = report["units"][0]
    assert unit["code"] == "H51.01"
    assert unit["bridge"] == [
        {"cause": "UNIT_DIFFERS", "kind": "data", "count": -1},
        {"cause": "STATUS_BEHIND", "kind": "data", "count": 1},
    ]
    assert report["discrepancies"][0] == {
        "dossier": "H51.01-240701-0001",
        "unit": "H51.01",
        "portal_unit": "H51.01",
        "cause": "STATUS_BEHIND",
        "kind": "data",
        "contribution": 1,
        "fields": {
            "status": {"province": 9, "portal": 4},
            "ended_at": {"province": "2024-07-09T09:00:00+07:00", "portal": None},
        },
        "flags": ["END_EQUALS_DUE"],
    }
    assert report["discrepancies"][1]["contributions"] == {"H51.01": -1, "H51.02": 1}


def test_difference_and_unexplained_follow_from_the_counts() -> None:
    totals = report_of(_outcome({"H51.01": 5}), DIRECTORY)["units"][0]
    assert totals["difference"] == totals["late_portal"] - totals["late_province"] == 0
    assert totals["unexplained"] == 5 - totals["late_portal"]


def test_nothing_published_is_null_and_not_zero() -> None:
    totals = report_of(_outcome(), DIRECTORY)["totals"]
    assert totals["late_published"] is None
    assert totals["unexplained"] is None


def test_one_unit_can_be_reported_alone_with_the_dossiers_that_touch_it() -> None:
    report = report_of(_outcome(), DIRECTORY, only_unit="H51.02")
    assert [unit["code"] for unit in report["units"]] == ["H51.02"]
    assert [each["cause"] for each in report["discrepancies"]] == ["UNIT_DIFFERS"]
    assert report["totals"]["late_portal"] == 1


def test_every_unit_of_the_period_is_shown_but_none_that_was_gone_before_it() -> None:
    gone = replace(DIRECTORY.units[2], code="H51.04", valid_to=date(2024, 6, 30))
    directory = UnitDirectory((*DIRECTORY.units, gone))
    codes = [unit["code"] for unit in report_of(_outcome(), directory)["units"]]
    assert codes == ["H51.01", "H51.02", "H51.03"]


def test_an_ended_unit_stands_in_its_heirs_line_and_is_named_there_if_it_had_anything() -> None:
    outcome = replace(_outcome(), heirs={"H51.03": "H51.02"}, merged={"H51.03"})
    report = report_of(outcome, DIRECTORY)
    assert [(unit["code"], unit["predecessors"]) for unit in report["units"]] == [
        ("H51.01", []),
        ("H51.02", ["H51.03"]),
    ]
    assert report["predecessor_names"] == {"H51.03": "Sở 3"}
    assert of_unit(report, "H51.03", "Sở 3") == of_unit(report, "H51.02", "Sở 2")
    idle = report_of(replace(outcome, merged=frozenset()), DIRECTORY)
    assert [unit["predecessors"] for unit in idle["units"]] == [[], []]
    assert idle["predecessor_names"] == {}


def test_equal_outcomes_have_equal_digests_and_others_do_not() -> None:
    one, same = (digest_of(report_of(_outcome(), DIRECTORY), 1) for _ in range(2))
    other = digest_of(report_of(_outcome({"H51.01": 5}), DIRECTORY), 1)
    found_else = digest_of(report_of(_outcome(), DIRECTORY), 2)
    assert one == same
    assert len({one, other, found_else}) == 3
