"""Which limit a procedure is counted by, and which procedures matter most."""

from models.types import DayKind
from worker.core.limits import Limit
from worker.core.procedures import CatalogueEntry, LimitSource, counted_limits, overview
from worker.core.reference import Procedure

OWN = (
    Procedure(code="1.000001", name="Một", field="Mẫu", statutory_days=5),
    Procedure(code="1.000002", name="Hai", field="Mẫu"),
)
ENTRIES = {
    "1.000001": CatalogueEntry(name="Một quốc gia", known=True, limit_text="9 Ngày"),
    "1.000002": CatalogueEntry(name="Hai quốc gia", known=True, limit_text="8 Ngày; 7 Phiên"),
    "1.000003": CatalogueEntry(name="Ba quốc gia", field="Khác", known=True),
    "1.000004": CatalogueEntry(known=False),
    "1.000009": CatalogueEntry(name="Không ai nộp", known=True, limit_text="1 Ngày"),
}


def test_the_provinces_table_stands_before_the_catalogue() -> None:
    told = {code: each.limit_text for code, each in ENTRIES.items() if each.limit_text}
    assert counted_limits(OWN, told, DayKind.CALENDAR) == {
        "1.000001": Limit(5, DayKind.WORKING),
        "1.000002": Limit(8, DayKind.CALENDAR),
        "1.000009": Limit(1, DayKind.CALENDAR),
    }


def test_the_overview_tells_the_limit_that_counts_and_who_told_it() -> None:
    used = {"1.000002": (3, 0), "1.000003": (1, 1), "1.000004": (9, 0)}
    found = overview(OWN, used, ENTRIES, DayKind.WORKING)
    assert [each.code for each in found] == ["1.000003", "1.000004", "1.000002", "1.000001"]
    third, fourth, second, first = found
    assert (first.limit, first.limit_source) == (Limit(5, DayKind.WORKING), LimitSource.FOLDER)
    assert first.limit_text == "9 Ngày"
    assert (second.limit, second.limit_source) == (Limit(8, DayKind.WORKING), LimitSource.CATALOGUE)
    assert (second.name, second.records) == ("Hai", 3)
    assert (third.name, third.field, third.limit, third.limit_source) == (
        "Ba quốc gia",
        "Khác",
        None,
        None,
    )
    assert (fourth.known, fourth.without_due_date) == (False, 0)
