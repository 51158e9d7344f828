from collections.abc import Iterator

import httpx
import pytest
import respx

from tests.evaluations import (
    BASE,
    CHILD,
    ELSEWHERE,
    JULY,
    OWN,
    ROOT,
    SYNC,
    UNIT,
    Portal,
    answer,
    figure,
)
from worker.errors import UpstreamContractError
from worker.ports import Figure
from worker.sources.http import ClientPolicy
from worker.sources.portal_figures.figures import FiguresConfig, PortalFigures


@pytest.fixture
def portal() -> Iterator[Portal]:
    with respx.mock:
        yield Portal()


@pytest.fixture
def source(policy: ClientPolicy) -> Iterator[PortalFigures]:
    config = FiguresConfig(name="cong", reporting_url=f"{BASE}/", root_department_id=ROOT)
    source = PortalFigures(config, policy)
    yield source
    source.close()


def test_all_seven_groups_are_asked_one_after_the_other_with_a_pause(
    portal: Portal, source: PortalFigures, waits: list[float]
) -> None:
    told = source.figures(JULY)
    assert (told.figures, told.unreadable, told.troubles) == ((), (), ())
    assert [route.call_count for route in portal.routes.values()] == [1] * 7
    assert waits == [pytest.approx(1.0)] * 6


def test_each_group_is_asked_in_its_own_way(portal: Portal, source: PortalFigures) -> None:
    source.figures(JULY)
    month = {"timeType": "month", "year": 2024, "month": 7}
    (national,) = portal.asked("service-results")
    assert national == month | {
        "departmentType": "ADMINISTRATIVE_UNIT",
        "currentPage": 1,
        "pageSize": 100,
    }
    (transparency,) = portal.asked("transparency")
    assert transparency == month | {"rootDepartmentId": ROOT, "currentPage": 1, "pageSize": 200}
    (satisfaction,) = portal.asked("handling-satisfaction")
    assert satisfaction == {
        "fromDate": "2024-07-01",
        "toDate": "2024-07-31",
        "rootDepartmentId": ROOT,
        "currentPage": 1,
        "pageSize": 100,
    }


@pytest.mark.parametrize("status", [200, 201])
def test_listed_metrics_are_kept_exactly_as_shown(
    portal: Portal, source: PortalFigures, status: int
) -> None:
    flagged = SYNC | {"dataQualityStatus": "TEMP_NATIONAL_REPORT_DENOMINATOR"}
    data = {
        "overview": OWN | {"metrics": [SYNC], "totalScore": 15.680, "totalMaxScore": 18},
        "evaluation": [UNIT | {"metrics": [flagged]}],
    }
    portal.says("transparency", answer(data, status))
    told = source.figures(JULY)
    assert told.unreadable == ()
    assert figure(told, "DOSSIER_SYNC") == Figure(
        code=None,
        name=None,
        group="CKMB",
        metric="DOSSIER_SYNC",
        numerator=11640,
        denominator=12000,
        ratio="97.0",
        score="5.82",
        max_score="6",
    )
    below = figure(told, "DOSSIER_SYNC", "H51.12")
    assert below.name == "Sở Nội vụ"
    assert below.quality == "TEMP_NATIONAL_REPORT_DENOMINATOR"
    assert figure(told, "SCORE").score == "15.68"


def test_digits_are_not_rounded_on_the_way(portal: Portal, source: PortalFigures) -> None:
    body = '{"code":"OK","data":{"parent":{"ratio":15.680,"totalScore":0.10,"totalMaxScore":20}}}'
    portal.says("dvc-progress-tree", httpx.Response(200, content=body))
    score = figure(source.figures(JULY), "SCORE")
    assert (score.ratio, score.score, score.max_score) == ("15.680", "0.10", "20")


def test_nothing_and_nought_are_told_apart(portal: Portal, source: PortalFigures) -> None:
    none = SYNC | {"numerator": 0, "denominator": 0, "ratio": None, "score": None}
    portal.says("transparency", answer({"overview": OWN | {"metrics": [none]}}))
    nought = {"totalReceived": 0, "totalOnTime": 0, "ratio": 0, "totalScore": 0}
    portal.says("dvc-progress-tree", answer({"parent": OWN | nought}))
    told = source.figures(JULY)
    sync = figure(told, "DOSSIER_SYNC")
    assert (sync.numerator, sync.denominator, sync.ratio, sync.score) == (0, 0, None, None)
    score = figure(told, "SCORE")
    assert (score.ratio, score.score, score.max_score) == ("0", "0", None)


def test_trees_tell_units_by_other_names_and_what_a_row_lacks_is_no_figure(
    portal: Portal, source: PortalFigures
) -> None:
    parent = OWN | {
        "authorityCount": 10,
        "partialCount": 3,
        "fullCount": 5,
        "channelOnlineSum": 7,
        "channelTotalSum": 9,
        "totalScore": 8.56,
        "totalMaxScore": 12,
    }
    child = UNIT | {"score": 9.1, "maxScore": 12, "ratio": 75.83}
    portal.says("provide-online-tree", answer({"parent": parent, "children": [child]}))
    told = source.figures(JULY)
    full = figure(told, "SERVICES_FULL")
    assert (full.group, full.numerator, full.denominator) == ("CLGQ", 5, 10)
    assert figure(told, "FILED_ONLINE").numerator == 7
    assert {each.metric for each in told.figures if each.code == "H51.12"} == {"SCORE"}
    below = figure(told, "SCORE", "H51.12")
    assert (below.score, below.max_score, below.ratio) == ("9.1", "12", "75.83")


def test_payment_counts_stand_in_parent_and_children(portal: Portal, source: PortalFigures) -> None:
    counts = {"totalDossierOnlinePaymentSuccess": 4, "totalDossierFinancialObligation": 6}
    data = {"parent": OWN | counts, "children": [UNIT | counts]}
    portal.says("formality-online-payment-tree", answer(data))
    told = source.figures(JULY)
    for code in (None, "H51.12"):
        paid = figure(told, "PAID_ONLINE", code)
        assert (paid.group, paid.numerator, paid.denominator) == ("TTTT", 4, 6)


def test_of_the_national_list_only_the_own_province_is_kept(
    portal: Portal, source: PortalFigures
) -> None:
    scores = {"CKMB": 11.5, "TDGQ": 12, "CLGQ": 9.25, "TTTT": 8, "MDHL": None, "MDSH": 10}
    own = OWN | {"departmentId": ROOT.upper(), "totalScore": 50.75, "groupScores": scores}
    other = UNIT | {"departmentId": ELSEWHERE, "totalScore": 99, "groupScores": scores}
    portal.says("service-results", answer({"overview": {}, "evaluation": [other, own]}))
    told = source.figures(JULY)
    assert figure(told, "SCORE").score == "50.75"
    ranked = {each.group: each.score for each in told.figures if each.metric == "RANKING_SCORE"}
    assert ranked == {
        "CKMB": "11.5",
        "TDGQ": "12",
        "CLGQ": "9.25",
        "TTTT": "8",
        "MDHL": None,
        "MDSH": "10",
    }
    assert {each.code for each in told.figures} == {None}


@pytest.mark.parametrize("group", ["service-results", "transparency", "dvc-progress-tree"])
def test_an_answer_for_another_department_is_no_answer(
    portal: Portal, source: PortalFigures, group: str
) -> None:
    wrong = OWN | {"departmentId": ELSEWHERE, "totalScore": 1, "metrics": [SYNC]}
    data = {"overview": wrong, "evaluation": [wrong], "parent": wrong, "children": []}
    portal.says(group, answer(data))
    told = source.figures(JULY)
    assert told.figures == ()
    (trouble,) = told.troubles
    assert isinstance(trouble, UpstreamContractError)
    assert trouble.values["detail"] == "another department"
    assert all(route.call_count == 1 for route in portal.routes.values())


def test_pages_are_read_to_the_end_and_a_repeated_one_costs_its_group_alone(
    portal: Portal, source: PortalFigures
) -> None:
    def page(code: str, pages: int) -> httpx.Response:
        child = UNIT | {"departmentCode": code, "score": 1}
        pagination = {"currentPage": 1, "totalPages": pages}
        return answer({"parent": OWN, "children": [child], "pagination": pagination})

    portal.says("dvc-progress-tree", page("H51.12", 2), page("H51.13", 2))
    portal.says("provide-online-tree", page("H51.12", 3), page("H51.12", 3))
    told = source.figures(JULY)
    assert {each.code for each in told.figures if each.group == "TDGQ"} == {"H51.12", "H51.13"}
    assert [each["currentPage"] for each in portal.asked("dvc-progress-tree")] == [1, 2]
    assert not any(each.group == "CLGQ" for each in told.figures)
    assert [each.values["detail"] for each in told.troubles] == ["page repeated"]


def test_a_value_that_is_no_figure_spoils_itself_alone(
    portal: Portal, source: PortalFigures
) -> None:
    bad = SYNC | {"ratio": "chín mươi"}
    odd = SYNC | {"code": "lạ"}
    counts = {"totalReceived": -5, "totalOnTime": 3, "totalCompleted": 4, "score": "5,82"}
    portal.says("transparency", answer({"overview": OWN | {"metrics": [bad, odd, SYNC]}}))
    portal.says("dvc-progress-tree", answer({"children": [UNIT | counts]}))
    told = source.figures(JULY)
    assert [(each.reason, each.detail) for each in told.unreadable] == [
        ("figure_unreadable", "ratio"),
        ("figure_unreadable", "code"),
        ("figure_unreadable", "totalReceived"),
    ]
    assert "chín mươi" in told.unreadable[0].raw
    assert figure(told, "DOSSIER_SYNC").numerator == 11640
    assert figure(told, "COMPLETED", "H51.12").numerator == 4
    assert figure(told, "SCORE", "H51.12").score == "5.82"


@pytest.mark.parametrize("count", [2**31, 7.5, True, [], {}, "7,5"])
def test_a_count_no_table_holds_is_unreadable(
    portal: Portal, source: PortalFigures, count: object
) -> None:
    portal.says("dvc-progress-tree", answer({"parent": OWN | {"totalCompleted": count}}))
    told = source.figures(JULY)
    assert told.figures == ()
    assert [each.detail for each in told.unreadable] == ["totalCompleted"]


@pytest.mark.parametrize(
    ("shown", "count"), [(7, 7), ("7", 7), (7.0, 7), ("", None), ("Không có hồ sơ", None)]
)
def test_a_count_may_come_in_several_forms(
    portal: Portal, source: PortalFigures, shown: object, count: int | None
) -> None:
    portal.says("dvc-progress-tree", answer({"parent": OWN | {"totalCompleted": shown}}))
    assert figure(source.figures(JULY), "COMPLETED").numerator == count


def test_a_row_of_nobody_is_kept_aside(portal: Portal, source: PortalFigures) -> None:
    nobody = {"departmentId": CHILD, "score": 3}
    portal.says("dvc-progress-tree", answer({"parent": OWN, "children": [nobody]}))
    told = source.figures(JULY)
    assert told.figures == ()
    assert [each.detail for each in told.unreadable] == ["departmentName"]


def test_people_in_a_row_are_passed_over(portal: Portal, source: PortalFigures) -> None:
    row = UNIT | {"score": "lạ", "managerName": "Nguyễn Thị Mẫu", "phone": "0900000000"}
    portal.says("dvc-progress-tree", answer({"parent": OWN, "children": [row]}))
    (unreadable,) = source.figures(JULY).unreadable
    assert "Mẫu" not in unreadable.raw
    assert "0900000000" not in unreadable.raw
