"""A report is gathered from what a reconciliation kept, and from what was known then."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.places import JULY
from tests.report_facts import LETTERHEAD
from tests.upstreams import Lists, desk_of, late, on_portal, told
from tests.works import Works
from worker.core.look_up_plan import Appetite
from worker.core.times import parse_month
from worker.core.units import UnitDirectory
from worker.errors import NotFoundError
from worker.i18n import use_language
from worker.render.report.contents import document_of
from worker.render.report.document import Document, Table
from worker.render.report.facts import Facts
from worker.stages.report import MakeReport, make_report

AFRESH = Appetite(everything=True, afresh=True, sample_share=0)
HOME = [told(number) for number in range(1, 7)]
# Two dossiers that are over at home and still open and overdue on the portal.
STALE = [on_portal(late(number)) for number in (1, 2)]
HONEST = [on_portal(each) for each in HOME]
LISTED = ("code", "cause", "contribution", "province_due", "province_status", "portal_status")


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def read(works: Works, portal: list[Any]) -> None:
    works.pull(Lists(HOME, size=4))
    works.look_up(desk_of(portal), appetite=AFRESH)


def report(works: Works, unit: str | None = None, **more: Any) -> Document:
    directory = more.get("directory", works.directory)
    asked = MakeReport(
        engine=works.engine,
        province_id=works.province_id,
        portal_id=works.portal_id,
        elsewhere_ids=(),
        period=JULY,
        directory=directory,
        province=next(each for each in directory.units if each.parent is None),
        unit=directory.get(unit) if unit else None,
        letterhead=LETTERHEAD,
        written_at=works.now,
        index=None,
        rulebook=lambda as_of: works.reconciling(as_of).rulebook,
        progress=lambda _done, _total: None,
    )
    return make_report(replace(asked, **more))


def table(document: Document, key: str) -> Table:
    (found,) = (each for each in document.tables if each.key == key)
    return found


def listed(document: Document) -> list[tuple[Any, ...]]:
    """The dossiers as the report lists them; none where there is no such table."""
    found = [each for each in document.tables if each.key == "dossiers"]
    return [
        tuple(
            cell.value
            for cell, column in zip(row, each.columns, strict=True)
            if column.key in LISTED
        )
        for each in found
        for row in each.rows
    ]


def test_the_report_tells_what_the_reconciliation_found(works: Works) -> None:
    read(works, [*STALE, *HONEST[2:]])
    found = works.reconcile()
    document = report(works)
    total = table(document, "late_by_unit").rows[-1]
    assert [cell.value for cell in total[2:5]] == [
        found["totals"][name]
        for name in ("late_province", "late_province_by_portal_rule", "late_portal")
    ]
    assert total[4].value == 2
    assert document.facts["reconciliation"] == found["reconciliation"]
    assert len(listed(document)) == 2


def test_the_dossiers_of_an_earlier_cutoff_are_found_again_as_they_were(works: Works) -> None:
    read(works, [*STALE, *HONEST[2:]])
    works.reconcile()
    kept = listed(report(works))
    works.reconcile(by_hand=True)
    assert listed(report(works)) == kept != []


def test_what_was_settled_later_still_stands_in_the_report_of_the_cutoff(works: Works) -> None:
    read(works, [*STALE, *HONEST[2:]])
    works.reconcile()
    kept = listed(report(works))
    cutoff = works.now
    works.now += timedelta(days=30)
    read(works, HONEST)
    august = works.reconciling(period=parse_month("2024-08"))
    from worker.stages.reconcile import reconcile

    assert reconcile(august)["totals"]["late_portal"] == 0
    document = report(works)
    assert document.facts["as_of"] == cutoff
    assert listed(document) == kept != []


def test_a_unit_has_a_report_of_its_own(works: Works) -> None:
    read(works, [*STALE, *HONEST[2:]])
    works.reconcile()
    own = report(works, "H99.01")
    assert own.facts["unit"] == "H99.01"
    assert len(listed(own)) == 2
    other = next(each.code for each in works.directory.units if each.code not in ("H99.01", "H99"))
    assert listed(report(works, other)) == []


def test_a_period_without_any_figures_is_refused_in_one_sentence(works: Works) -> None:
    with pytest.raises(NotFoundError) as refused:
        report(works)
    assert refused.value.key == "report_nothing"
    assert refused.value.values == {"period": "2024-07"}


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_report_names_no_unit_that_is_not_seen(works: Works, *, by_hand: bool) -> None:
    # The portal has one dossier under another unit than the province.
    astray = on_portal(late(1), unit_code="H99.02")
    read(works, [astray, STALE[1], *HONEST[2:]])
    works.reconcile(by_hand=by_hand)
    names = {each.code: each.name for each in works.directory.units}

    def units_in(unit: str, *seen: str) -> set[object]:
        found = table(report(works, unit, seen=frozenset(seen) or None), "dossiers")
        place = [column.key for column in found.columns].index("unit")
        return {row[place].value for row in found.rows}

    assert units_in("H99.02") == {names["H99.01"]}
    assert units_in("H99.02", "H99.01", "H99.02") == {names["H99.01"]}
    assert units_in("H99.02", "H99.02") == {"đơn vị khác"}
    assert units_in("H99.01", "H99.01") == {names["H99.01"]}


def test_a_dossier_that_only_moved_is_listed_at_an_earlier_cutoff_as_well(works: Works) -> None:
    read(works, [on_portal(late(1), unit_code="H99.02"), *HONEST[1:]])
    works.reconcile()
    kept = listed(report(works, "H99.02"))
    works.reconcile(by_hand=True)
    assert listed(report(works, "H99.02")) == kept != []


def test_of_an_ended_unit_only_who_sees_its_successor_gets_the_report(works: Works) -> None:
    read(works, [*STALE, *HONEST[2:]])
    works.reconcile()
    ended = {"valid_to": date(2024, 6, 30), "successor": "H99.01"}
    units = [
        replace(each, **ended) if each.code == "H99.02" else each  # type: ignore[arg-type]
        for each in works.directory.units
    ]
    directory = UnitDirectory(units)
    both = frozenset({"H99.01", "H99.02"})
    document = report(works, "H99.02", directory=directory, seen=both)
    assert len(listed(document)) == 2
    with pytest.raises(NotFoundError) as refused:
        report(works, "H99.02", directory=directory, seen=frozenset({"H99.02"}))
    assert refused.value.key == "unit_not_found"


def test_a_unit_of_which_nothing_was_reconciled_is_named_all_the_same(works: Works) -> None:
    facts = Facts(
        province="Tỉnh Mẫu",
        code="H99",
        period=JULY,
        written_at=works.now,
        letterhead=LETTERHEAD,
        unit="H99.01",
        unit_name="Sở Thử Nghiệm",
    )
    assert "Sở Thử Nghiệm" in document_of(facts).subtitle
