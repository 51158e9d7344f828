"""The simulated portal publishes all seven groups, and the reports before them, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from models.types import Period
from tests.places import JULY
from tests.pulls import QUICK
from worker.ports import Figure, Figures
from worker.simulator.build import WorldOptions
from worker.simulator.faults import Fault, FaultPlan
from worker.simulator.reporting import department_id, formality_id
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.truth import truth
from worker.simulator.world import World
from worker.sources.legacy_reports import LegacyConfig, LegacyReports
from worker.sources.portal_figures.figures import FiguresConfig, PortalFigures
from worker.sources.portal_figures.groups import GROUP_CODES

Make = Callable[[WorldOptions], World]
NO_PAUSE = timedelta(0)


@dataclass(frozen=True)
class Portal:
    """A running portal, asked through the real clients."""

    world: World
    at: SimulatedEndpoints
    reporting: PortalFigures
    legacy: LegacyReports

    @property
    def truth(self) -> Any:
        return truth(self.world)


def reporting_of(at: SimulatedEndpoints) -> PortalFigures:
    config = FiguresConfig(
        name="cong",
        reporting_url=at.reporting_url,
        root_department_id=at.root_department_id,
        pause=NO_PAUSE,
    )
    return PortalFigures(config, QUICK)


def legacy_of(at: SimulatedEndpoints) -> LegacyReports:
    config = LegacyConfig(
        name="cong",
        legacy_url=at.legacy_url,
        province_code=at.madonvi,
        province_id=at.legacy_province_id,
        counts_id=at.legacy_counts_id,
        pause=NO_PAUSE,
    )
    return LegacyReports(config, QUICK)


@pytest.fixture(scope="module")
def portal(make_world: Make) -> Iterator[Portal]:
    world = make_world(WorldOptions(seed=2, dossiers=500, portal_only=2))
    with ExitStack() as stack:
        at = stack.enter_context(running(world))
        reporting = stack.enter_context(closing(reporting_of(at)))
        legacy = stack.enter_context(closing(legacy_of(at)))
        yield Portal(world, at, reporting, legacy)


def of(told: Figures, metric: str, code: str | None = None, group: str | None = None) -> Figure:
    (found,) = (
        each
        for each in told.figures
        if (each.metric, each.code) == (metric, code) and group in (None, each.group)
    )
    return found


def test_every_group_is_published_and_read_without_a_rest(portal: Portal) -> None:
    portal.reporting.check()
    told = portal.reporting.figures(JULY)
    assert (told.unreadable, told.troubles) == ((), ())
    assert {each.group for each in told.figures} == {"", *GROUP_CODES}
    units = {each.code for each in told.figures if each.code}
    assert units == {"H99.01", "H99.02", "H99.31", "H99.32"}


def test_progress_and_sync_are_those_of_the_truth(portal: Portal) -> None:
    told = portal.reporting.figures(JULY)
    totals = portal.truth["totals"]
    sync, late = of(told, "DOSSIER_SYNC"), of(told, "OVERDUE")
    assert (sync.numerator, sync.denominator) == (totals["on_portal"], totals["received"])
    assert late.numerator == totals["late_published"]
    for unit in portal.truth["units"]:
        if unit["late_published"] is not None:
            assert of(told, "OVERDUE", unit["code"]).numerator == unit["late_published"]


def test_scores_stay_within_their_maxima_and_add_up_to_the_total(portal: Portal) -> None:
    told = portal.reporting.figures(JULY)
    groups = [of(told, "SCORE", None, group) for group in GROUP_CODES]
    for each in groups:
        assert each.score is not None
        assert each.max_score is not None
        assert Decimal(0) <= Decimal(each.score) <= Decimal(each.max_score)
    assert sum(Decimal(each.max_score or 0) for each in groups) == 100
    total = of(told, "SCORE", None, "").score
    assert Decimal(total or 0) == sum(Decimal(each.score or 0) for each in groups)


def test_some_data_bear_a_flag_and_some_had_nothing_to_measure(portal: Portal) -> None:
    told = portal.reporting.figures(JULY)
    flags = {each.quality for each in told.figures if each.metric == "DOSSIER_SYNC"}
    assert "TEMP_NATIONAL_REPORT_DENOMINATOR" in flags
    below = of(told, "PUBLIC_CONTENT_FULL", "H99.01")
    assert (below.numerator, below.denominator, below.ratio, below.score) == (None,) * 4
    nothing = [each for each in told.figures if each.denominator == 0 and each.ratio is None]
    assert {each.score for each in nothing} >= {None, "6.0"}


def test_a_unit_can_be_asked_for_alone(portal: Portal) -> None:
    whole = portal.reporting.figures(JULY)
    told = portal.reporting.of_department(JULY, department_id("H99.01"))
    assert (told.unreadable, told.troubles) == ((), ())
    assert {each.code for each in told.figures} == {"H99.01"}
    for metric in ("DOSSIER_SYNC", "OVERDUE", "REUSED_DIGITIZED_DATA"):
        assert of(told, metric, "H99.01") == of(whole, metric, "H99.01")


def test_procedures_of_a_unit_add_up_to_the_unit(portal: Portal) -> None:
    catalogue = portal.reporting.formalities()
    assert [each.code for each in catalogue] == [
        each.code for each in portal.world.frame.procedures
    ]
    unit = department_id("H99.31")
    whole = portal.reporting.of_department(JULY, unit)
    parts = [portal.reporting.of_procedure(JULY, unit, each) for each in catalogue]
    for metric in ("DOSSIER_SYNC", "OVERDUE", "COMPLETED", "REUSED_DIGITIZED_DATA"):
        counts = [of(part, metric, "H99.31") for part in parts]
        expected = of(whole, metric, "H99.31").numerator
        assert sum(each.numerator or 0 for each in counts) == expected
        assert [each.procedure for each in counts] == [each.code for each in catalogue]
    received = [of(part, "REUSED_DIGITIZED_DATA", "H99.31").denominator for part in parts]
    assert sum(filter(None, received)) == of(whole, "OVERDUE", "H99.31").denominator


def test_the_wrong_spelling_of_a_procedure_is_passed_over(portal: Portal) -> None:
    key = formality_id(portal.world.frame.procedures[1].code)

    def received(group: str, **more: object) -> int:
        body = {"timeType": "month", "year": 2024, "month": 7, "rootDepartmentId": root} | more
        answer = httpx.post(f"{portal.at.reporting_url}/evaluation/{group}", json=body)
        data = answer.json()["data"]
        if group == "dvc-progress-tree":
            return int(data["parent"]["totalReceived"])
        return int(data["overview"]["metrics"][0]["denominator"])

    root = portal.at.root_department_id
    for group, right, wrong in (
        ("dvc-progress-tree", "formalityId", "formalityID"),
        ("dossier-digitized", "formalityID", "formalityId"),
    ):
        everything = received(group)
        assert received(group, **{wrong: key}) == everything
        assert 0 < received(group, **{right: key}) < everything


def test_a_procedure_nobody_filed_shows_nothing_in_five_ways(portal: Portal) -> None:
    unknown = replace(portal.reporting.formalities()[0], id="khác")
    told = portal.reporting.of_procedure(JULY, department_id("H99.01"), unknown)
    sync, score = of(told, "DOSSIER_SYNC", "H99.01"), of(told, "SCORE", "H99.01", "TDGQ")
    assert (sync.numerator, sync.denominator, sync.ratio, sync.score) == (0, 0, None, None)
    assert sync.quality == "NO_NATIONAL_REPORT_DATA"
    assert (score.ratio, score.score) == ("0.0", "0.0")


def test_another_month_has_no_figures_but_noughts(portal: Portal) -> None:
    june = Period(JULY.first.replace(month=6), JULY.first.replace(month=6, day=30))
    told = portal.reporting.figures(june)
    assert (told.unreadable, told.troubles) == ((), ())
    assert {each.code for each in told.figures} == {None}
    assert of(told, "DOSSIER_SYNC").denominator == 0
    assert portal.legacy.figures(june).figures == ()


def test_the_older_reports_say_the_same_in_texts(portal: Portal) -> None:
    portal.legacy.check()
    new, old = portal.reporting.figures(JULY), portal.legacy.figures(JULY)
    assert (old.unreadable, old.troubles) == ((), ())
    for code in (None, "H99.01", "H99.31"):
        for group in GROUP_CODES:
            before, since = of(old, "SCORE", code, group), of(new, "SCORE", code, group)
            assert Decimal(before.score or 0) == Decimal(since.score or 0)
    for metric in ("DOSSIER_SYNC", "OVERDUE"):
        assert of(old, metric).numerator == of(new, metric).numerator
    assert of(old, "RANK").numerator == 1


def test_an_unknown_report_or_province_has_no_rows(portal: Portal) -> None:
    for params in ('{"service": "khác"}', "không phải JSON", ""):
        answer = httpx.post(portal.at.legacy_url, data={"params": params}).json()
        assert answer in ([], {"TOTAL": "0", "ROW": []})


@pytest.mark.parametrize(
    "fault",
    [
        Fault.THROTTLE,
        Fault.SERVER_ERROR,
        Fault.RESET,
        Fault.TRUNCATED,
        Fault.HTML,
        Fault.EMPTY_OBJECT,
        Fault.NUMBERS_AS_TEXT,
        Fault.UNKNOWN_FIELDS,
    ],
)
def test_figures_come_through_every_fault(make_world: Make, portal: Portal, fault: Fault) -> None:
    world = make_world(WorldOptions(seed=2, dossiers=500, portal_only=2))
    options = SimulatorOptions(portal_faults=FaultPlan(shares={fault: 0.5}, seed=3))
    with running(world, options=options) as at:
        for make, whole in ((reporting_of, portal.reporting), (legacy_of, portal.legacy)):
            with closing(make(at)) as source:
                told = source.figures(JULY)
            assert told.troubles == ()
            assert told.unreadable == ()
            assert len(told.figures) == len(whole.figures(JULY).figures)
