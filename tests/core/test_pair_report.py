"""A pair with line-ministry software speaks of home and other, everywhere."""

from models.types import Side
from worker.core.pair_report import pair_report

_REPORT = {
    "reconciliation": 4,
    "as_of": "2024-07-24T16:00:00+07:00",
    "complete": True,
    "totals": {
        "late_province": 3,
        "late_province_by_portal_rule": 4,
        "late_portal": 5,
        "late_published": None,
        "unexplained": None,
        "difference": 2,
        "on_portal": 7,
    },
    "units": [{"code": "H51.12", "late_province": 3, "late_reported": 9, "bridge": []}],
    "discrepancies": [
        {
            "dossier": "H51.12-240718-0012",
            "unit": "H51.12",
            "portal_unit": "H51.13",
            "fields": {"status": {"province": 9, "portal": 4}},
        }
    ],
}


def test_every_name_that_means_the_province_or_the_portal_is_said_of_the_pair() -> None:
    told = pair_report(_REPORT, ("datdai", Side.MINISTRY), ("tinh", Side.PROVINCE))
    assert told["home"] == {"source": "datdai", "side": "ministry"}
    assert told["other"] == {"source": "tinh", "side": "province"}
    assert told["totals"] == {
        "late_home": 3,
        "late_home_by_other_rule": 4,
        "late_other": 5,
        "difference": 2,
        "on_other": 7,
    }
    assert told["units"] == [{"code": "H51.12", "late_home": 3, "bridge": []}]
    (item,) = told["discrepancies"]
    assert item["other_unit"] == "H51.13"
    assert item["fields"] == {"status": {"home": 9, "other": 4}}
    assert (told["reconciliation"], told["complete"]) == (4, True)


def test_the_report_itself_stays_as_it_was() -> None:
    before = repr(_REPORT)
    pair_report(_REPORT, ("datdai", Side.MINISTRY), ("cong", Side.PORTAL))
    assert repr(_REPORT) == before
