import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
import respx

from models.types import Period
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
from worker.errors import PermanentError, UpstreamContractError, UpstreamUnavailable
from worker.sources.http import ClientPolicy
from worker.sources.portal_figures.catalogue import Formality
from worker.sources.portal_figures.figures import FiguresConfig, PortalFigures
from worker.sources.portal_figures.groups import GROUPS, OF_A_DEPARTMENT

KHAI_SINH = Formality("019d2be3-0000-7000-9000-000000000001", "1.001193", "Đăng ký khai sinh")


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


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(403, text="<html>"),
        httpx.Response(429, json={}),
        httpx.Response(200, html="<html><title>Request Rejected</title></html>"),
    ],
)
def test_a_portal_that_refuses_is_left_alone_at_once(
    portal: Portal, source: PortalFigures, refusal: httpx.Response
) -> None:
    portal.says("transparency", answer({"overview": OWN | {"metrics": [SYNC]}}))
    portal.says("dvc-progress-tree", refusal)
    told = source.figures(JULY)
    assert figure(told, "DOSSIER_SYNC").numerator == 11640
    (trouble,) = told.troubles
    assert isinstance(trouble, UpstreamUnavailable)
    assert [route.call_count for route in portal.routes.values()] == [1, 1, 1, 0, 0, 0, 0]


def test_a_portal_that_says_when_to_come_back_is_asked_again_then(
    portal: Portal, source: PortalFigures, waits: list[float]
) -> None:
    busy = httpx.Response(429, headers={"retry-after": "7"})
    portal.says("dvc-progress-tree", busy, answer({"parent": OWN | {"totalCompleted": 4}}))
    told = source.figures(JULY)
    assert told.troubles == ()
    assert figure(told, "COMPLETED").numerator == 4
    assert max(waits) >= 7


def test_a_group_that_is_down_does_not_cost_the_others(
    portal: Portal, source: PortalFigures
) -> None:
    portal.says("transparency", *[answer(None, code="ERROR")] * 3)
    portal.says("dvc-progress-tree", answer({"parent": OWN | {"totalCompleted": 4}}))
    told = source.figures(JULY)
    assert figure(told, "COMPLETED").numerator == 4
    assert [each.values["detail"] for each in told.troubles] == ["code not OK"]
    assert portal.routes["handling-satisfaction"].call_count == 1


def test_when_everything_is_down_the_circuit_ends_the_asking(
    portal: Portal, source: PortalFigures
) -> None:
    for route in portal.routes.values():
        route.mock(return_value=httpx.Response(503))
    told = source.figures(JULY)
    assert len(told.troubles) == 4
    assert told.troubles[-1].key == "upstream_circuit_open"
    assert [route.call_count for route in portal.routes.values()] == [3, 3, 3, 0, 0, 0, 0]


def test_a_unit_is_asked_for_by_its_id(portal: Portal, source: PortalFigures) -> None:
    portal.says("dvc-progress-tree", answer({"parent": UNIT | {"totalCompleted": 4}}))
    told = source.of_department(JULY, CHILD)
    assert figure(told, "COMPLETED", "H51.12").numerator == 4
    assert portal.routes["service-results"].call_count == 0
    assert portal.asked("dvc-progress-tree")[0]["rootDepartmentId"] == CHILD


def test_a_procedure_is_spelled_as_each_group_wants_it(
    portal: Portal, source: PortalFigures
) -> None:
    portal.says("dvc-progress-tree", answer({"parent": UNIT | {"totalCompleted": 4}}))
    told = source.of_procedure(JULY, CHILD, KHAI_SINH)
    assert figure(told, "COMPLETED", "H51.12").procedure == "1.001193"
    spelled = {
        group: {key for key in portal.asked(group)[0] if key.lower() == "formalityid"}
        for group, route in portal.routes.items()
        if route.call_count
    }
    assert spelled == {
        "transparency": {"formalityId"},
        "dvc-progress-tree": {"formalityId"},
        "provide-online-tree": {"formalityId"},
        "formality-online-payment-tree": {"formalityId"},
        "dossier-digitized": {"formalityID"},
    }
    assert portal.asked("dossier-digitized")[0]["formalityID"] == KHAI_SINH.id


def test_procedures_are_found_by_words_page_by_page(source: PortalFigures) -> None:
    def page(*items: object) -> httpx.Response:
        return answer({"items": items, "pagination": {"totalPages": 2}})

    item = {"id": KHAI_SINH.id, "code": "1.001193", "name": KHAI_SINH.name, "state": "ACTIVE"}
    with respx.mock:
        route = respx.post(f"{BASE}/formalities")
        route.side_effect = [page(item, {"id": None, "code": "2"}), page(item | {"id": "b"})]
        found = source.formalities("khai sinh")
    assert [each.id for each in found] == [KHAI_SINH.id, "b"]
    assert found[0].state == "ACTIVE"
    asked = json.loads(route.calls.last.request.content)
    assert asked == {"q": "khai sinh", "currentPage": 2, "pageSize": 200}


def test_the_check_asks_for_one_unit_of_the_own_province(
    portal: Portal, source: PortalFigures
) -> None:
    source.check()
    assert portal.asked("dvc-progress-tree")[0]["pageSize"] == 1
    portal.says("dvc-progress-tree", answer({"parent": OWN | {"departmentId": ELSEWHERE}}))
    with pytest.raises(UpstreamContractError):
        source.check()


def test_only_whole_months_are_published(portal: Portal, source: PortalFigures) -> None:
    with pytest.raises(PermanentError) as raised:
        source.figures(Period(JULY.first, JULY.last - timedelta(days=1)))
    assert raised.value.key == "published_needs_month"
    assert not any(route.called for route in portal.routes.values())


def test_every_group_has_a_code_and_a_path_of_its_own() -> None:
    assert len({group.path for group in GROUPS}) == len(GROUPS) == 7
    codes = [group.code for group in OF_A_DEPARTMENT]
    assert sorted(codes) == ["CKMB", "CLGQ", "MDHL", "MDSH", "TDGQ", "TTTT"]
