"""The simulated TD answers over HTTP as the real one's public source does."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from worker.simulator.build import WorldOptions
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.td_items import is_certification, row_id
from worker.simulator.world import World
from worker.sources.trust import trusted

Make = Callable[[WorldOptions], World]


@dataclass(frozen=True)
class Desk:
    """The running system, the world behind it, and a client."""

    world: World
    at: SimulatedEndpoints
    client: httpx.Client

    def token(self, tenant: str = "root", **body: str) -> httpx.Response:
        account = {"userName": self.at.username, "password": self.at.password}
        url = f"{self.at.province_url}/api/tokens"
        return self.client.post(url, json=account | body, headers={"tenant": tenant})

    def search(self, token: str | None = None, **query: str) -> httpx.Response:
        token = self.token().json()["token"] if token is None else token
        return self.client.get(
            f"{self.at.province_url}/api/v1/HoSos",
            params={"PageSize": "200", "SearchAllType": "true", **query},
            headers={"authorization": f"Bearer {token}"},
        )

    def report(self, **body: object) -> Any:
        url = f"{self.at.province_url}/api/v1/BaoCaoTongHops/DonVi"
        return self.client.post(url, json=body)

    def july(self) -> Counter[str]:
        """The report of July, all units together."""
        whole = Counter[str]()
        for unit in self.report(TuNgay="2024-07-01", DenNgay="2024-07-31").json()["data"]:
            whole.update({key: value for key, value in unit.items() if isinstance(value, int)})
        return whole


@pytest.fixture(scope="module")
def desk(make_world: Make) -> Iterator[Desk]:
    world = make_world(WorldOptions(seed=2, dossiers=500))
    options = SimulatorOptions(province_kind="td")
    with running(world, options=options) as endpoints, httpx.Client(verify=trusted()) as client:
        yield Desk(world, endpoints, client)


def test_a_token_is_for_the_right_account_of_the_right_tenant_alone(desk: Desk) -> None:
    assert desk.token().json().keys() == {"token", "refreshToken", "refreshTokenExpiryTime"}
    assert desk.token(password="sai").status_code == 401
    assert desk.token(userName="ai đó").status_code == 401
    assert desk.token(tenant="khac").status_code == 401
    assert desk.token(email="không phải thư").status_code == 400


def test_without_a_good_token_there_is_no_list(desk: Desk) -> None:
    assert desk.search("la").status_code == 401


def test_the_newest_dossier_comes_first_and_none_is_left_out(desk: Desk) -> None:
    rows = desk.world.home_rows()
    count = -(-len(rows) // 200)
    pages = [desk.search(PageNumber=str(number)).json() for number in range(1, count + 1)]
    found = [item["id"] for page in pages for item in page["data"]]
    newest_first = sorted(rows, key=lambda row: row.dossier_id, reverse=True)
    assert found == [row_id(row) for row in newest_first]
    assert {page["totalCount"] for page in pages} == {len(rows)}
    assert [page["currentPage"] for page in pages] == list(range(1, count + 1))
    assert [page["hasNextPage"] for page in pages] == [True] * (count - 1) + [False]


def test_a_page_past_the_end_knows_nothing_of_the_list(desk: Desk) -> None:
    page = desk.search(PageNumber="99").json()
    assert (page["data"], page["totalCount"]) == (None, 0)


def test_dossiers_of_certification_are_listed_only_when_all_are_asked_for(desk: Desk) -> None:
    rows = desk.world.home_rows()
    certified = sum(map(is_certification, rows))
    assert certified > 10
    assert desk.search(SearchAllType="false").json()["totalCount"] == len(rows) - certified


def test_a_day_is_its_first_moment(desk: Desk) -> None:
    rows = [row for row in desk.world.home_rows() if row.received is not None]
    day = f"{rows[len(rows) // 2].received:%Y-%m-%d}"
    later = [row for row in rows if f"{row.received:%Y-%m-%d}" >= day]
    earlier = [row for row in rows if f"{row.received:%Y-%m-%d}" < day]
    assert desk.search(TiepNhanFrom=day).json()["totalCount"] == len(later)
    assert desk.search(TiepNhanTo=day).json()["totalCount"] == len(earlier)


def test_a_list_can_be_limited_to_statuses(desk: Desk) -> None:
    query = {"InMaTrangThais[0]": "7", "InMaTrangThais[1]": "3"}
    items = desk.search(**query).json()["data"]
    assert {item["trangThaiHoSoId"] for item in items} == {"3", "7"}
    few = desk.search(MaTrangThai="7").json()
    assert few["totalCount"] == sum(item["trangThaiHoSoId"] == "7" for item in items)


def test_a_dossier_without_a_due_date_is_due_in_the_year_1(desk: Desk) -> None:
    row = next(row for row in desk.world.home_rows() if row.due is None)
    (item,) = desk.search(MaHoSo=row.code).json()["data"]
    assert item["ngayHenTra"] == "0001-01-01T00:00:00"


@pytest.mark.parametrize(
    "query",
    [{"PageNumber": "x"}, {"PageNumber": "0"}, {"PageSize": "-1"}, {"TiepNhanFrom": "hôm qua"}],
)
def test_a_request_that_makes_no_sense_ends_in_an_error(desk: Desk, query: dict[str, str]) -> None:
    assert desk.search(**query).status_code == 500


def test_the_report_has_a_line_for_each_unit_that_adds_up(desk: Desk) -> None:
    answer = desk.report(TuNgay="2024-07-01", DenNgay="2024-07-31", cache=False).json()
    lines = answer["data"]
    assert [line["tenThongKe"] for line in lines] == [
        unit.name for unit in desk.world.units if unit.code != "H99"
    ]
    ended, at_work = ("TruocHan", "DungHan", "QuaHan"), ("TrongHan", "QuaHan")
    parts = [f"daXuLy{name}" for name in ended] + [f"dangXuLy{name}" for name in at_work]
    parts += ["tongTraLai", "tongBoSung"]
    assert all(line["tongSo"] == sum(line[part] for part in parts) for line in lines)
    assert all(desk.july()[part] > 0 for part in parts)


def test_the_report_looks_ahead_to_its_last_day(desk: Desk) -> None:
    early = desk.report(TuNgay="2024-07-01", DenNgay="2024-07-24").json()["data"]
    open_late = sum(line["dangXuLyQuaHan"] for line in early)
    assert open_late < desk.july()["dangXuLyQuaHan"]


def test_refused_and_not_received_dossiers_are_in_no_column(desk: Desk) -> None:
    far = desk.report(TuNgay="2000-01-01", DenNgay="2030-12-31").json()["data"]
    counted = [row for row in desk.world.home_rows() if row.status not in ("denied", "receiving")]
    without_end = [row for row in counted if row.status == "done" and row.released is None]
    assert sum(line["tongSo"] for line in far) == len(counted) - len(without_end)


@pytest.mark.parametrize("body", [{}, {"TuNgay": "2024-07-01"}, {"TuNgay": "x", "DenNgay": "y"}])
def test_a_report_without_its_days_ends_in_an_error(desk: Desk, body: dict[str, object]) -> None:
    assert desk.report(**body).status_code == 500


def test_other_addresses_are_not_found(desk: Desk) -> None:
    assert desk.client.get(f"{desk.at.province_url}/o/rest/v2/dossiers").status_code == 404
