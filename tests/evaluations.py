"""The portal's reporting interface, answered by the tests themselves, group by group."""

import json
from datetime import date
from typing import Any

import httpx
import respx

from models.types import Period
from worker.ports import Figure, Figures
from worker.sources.portal_figures.groups import GROUPS

BASE = "http://cong.example/api/v1/reporting"
ROOT = "019d2be3-0000-7000-8000-000000000051"
CHILD = "019d2be3-0000-7000-8000-0000000000aa"
ELSEWHERE = "019d2be3-0000-7000-8000-0000000000ff"
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))

OWN = {"departmentId": ROOT, "departmentCode": "H51", "departmentName": "Tỉnh Sóc Trăng"}
UNIT = {"departmentId": CHILD, "departmentCode": "H51.12", "departmentName": "Sở Nội vụ"}
SYNC = {
    "code": "DOSSIER_SYNC",
    "name": "Tỷ lệ đồng bộ hồ sơ",
    "numerator": 11640,
    "denominator": 12000,
    "ratio": 97.0,
    "score": 5.82,
    "maxScore": 6,
}


def answer(data: object, status: int = 201, code: str = "OK") -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": "OK", "data": data})


def empty(group: str) -> httpx.Response:
    trees = ("tree",)
    rows = ("parent", "children") if group.endswith(trees) else ("overview", "evaluation")
    return answer({rows[0]: None, rows[1]: []})


class Portal:
    """Every group answers with nothing, but for what a test puts in its place."""

    def __init__(self) -> None:
        self.routes = {
            group.path.rpartition("/")[2]: respx.post(BASE + group.path) for group in GROUPS
        }
        for name, route in self.routes.items():
            route.mock(return_value=empty(name))

    def says(self, group: str, *answers: httpx.Response) -> None:
        self.routes[group].mock(side_effect=list(answers))

    def asked(self, group: str) -> list[dict[str, Any]]:
        return [json.loads(call.request.content) for call in self.routes[group].calls]


def figure(told: Figures, metric: str, code: str | None = None, group: str = "") -> Figure:
    (found,) = (
        each
        for each in told.figures
        if (each.metric, each.code) == (metric, code) and group in ("", each.group)
    )
    return found
