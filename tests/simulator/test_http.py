"""Both simulated systems answer over HTTP as the real ones are known to."""

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

import httpx
import pytest

from worker.simulator.build import WorldOptions
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.truth import truth
from worker.simulator.world import World
from worker.sources.trust import trusted

Make = Callable[[WorldOptions], World]
Json = dict[str, object]


@dataclass(frozen=True)
class Upstreams:
    """The running systems, the world behind them, and a client."""

    world: World
    at: SimulatedEndpoints
    client: httpx.Client

    def dossiers(self, **query: str) -> httpx.Response:
        return self.client.get(
            f"{self.at.province_url}/o/rest/v2/dossiers",
            params={"systemId": "-1", **query},
            auth=(self.at.username, self.at.password),
            headers={"groupId": self.at.group_id},
        )

    def adapter(self, endpoint: str, body: Json, dstcode: str | None = None) -> Json:
        answer = self.client.post(
            self.at.adapter_url + endpoint,
            json=body,
            headers={"dstcode": dstcode or self.at.dstcode},
        )
        assert answer.status_code == 200
        found: Json = answer.json()
        return found

    def log_in(self) -> str:
        account: Json = {"username": self.at.username, "password": self.at.password}
        return str(self.adapter(self.at.auth_endpoint, account)["session"])

    def look_up(self, session: str, code: str, **other: str) -> Json:
        body: Json = {"session": session, "madonvi": self.at.madonvi, "service": "TraCuuHoSo"}
        return self.adapter(self.at.integration_endpoint, {**body, "mahoso": code, **other})

    def report(self, name: str, **other: object) -> httpx.Response:
        body = {
            "timeType": "month",
            "year": 2024,
            "month": 7,
            "rootDepartmentId": self.at.root_department_id,
            "currentPage": 1,
            "pageSize": 100,
        }
        return self.client.post(f"{self.at.reporting_url}/evaluation/{name}", json=body | other)


@pytest.fixture(scope="module")
def upstreams(make_world: Make) -> Iterator[Upstreams]:
    world = make_world(WorldOptions(seed=2, dossiers=500, broken=8, portal_only=2))
    with running(world) as endpoints, httpx.Client(verify=trusted()) as client:
        yield Upstreams(world, endpoints, client)


def test_a_page_holds_at_most_200_rows_and_no_end_brings_all(upstreams: Upstreams) -> None:
    total = len(upstreams.world.home_rows())
    page = upstreams.dossiers(start="0", end="500").json()
    assert (page["total"], len(page["data"])) == (total, 200)
    for query in ({}, {"start": "0", "end": "0"}):
        assert len(upstreams.dossiers(**query).json()["data"]) == total
    assert upstreams.dossiers(start=str(total), end=str(total + 10)).json()["data"] == []


def test_pages_are_ordered_by_receipt_and_leave_nothing_out(upstreams: Upstreams) -> None:
    everything = upstreams.dossiers().json()["data"]
    paged = [
        row
        for start in range(0, len(everything), 150)
        for row in upstreams.dossiers(start=str(start), end=str(start + 150)).json()["data"]
    ]
    assert paged == everything
    dates = [row["receiveDate"] for row in everything if row["receiveDate"][2:3] == "/"]
    assert dates == sorted(dates, key=lambda text: (text[6:10], text[3:5], text[:2], text[11:]))


def test_date_filters_are_inclusive(upstreams: Upstreams) -> None:
    for field in ("Receive", "Due", "Release", "Finish"):
        name = f"{field.lower()}Date"
        everything = upstreams.dossiers().json()["data"]
        days = [row[name][:10] for row in everything if row[name][2:3] == "/"]
        day = max(set(days), key=days.count)
        query = {f"from{field}Date": day, f"to{field}Date": day}
        found = upstreams.dossiers(**query).json()["data"]
        assert [row[name][:10] for row in found if row[name][2:3] == "/"] == [day] * days.count(day)


def test_several_statuses_can_be_asked_for(upstreams: Upstreams) -> None:
    found = upstreams.dossiers(status="waiting,paying").json()["data"]
    assert {row["dossierStatus"] for row in found} == {"waiting", "paying"}


def test_other_systems_are_left_out_unless_asked_for(upstreams: Upstreams) -> None:
    everything = upstreams.dossiers().json()
    own = upstreams.dossiers(systemId="0").json()
    assert {row["systemId"] for row in everything["data"]} == {0, 5}
    assert {row["systemId"] for row in own["data"]} == {0}
    assert own["total"] < everything["total"]


def test_strangers_are_kept_out_of_the_list(upstreams: Upstreams) -> None:
    url = f"{upstreams.at.province_url}/o/rest/v2/dossiers"
    account = (upstreams.at.username, upstreams.at.password)
    group = {"groupId": upstreams.at.group_id}
    client = upstreams.client
    assert client.get(url, headers=group).status_code == 401
    assert client.get(url, headers=group, auth=("doisoat", "khác")).status_code == 401
    assert client.get(url, auth=account).status_code == 400
    assert client.get(url, auth=account, headers=group).status_code == 200
    assert upstreams.dossiers(fromReceiveDate="2024-07-01").status_code == 400


def test_broken_rows_are_in_the_list_each_in_its_way(upstreams: Upstreams) -> None:
    rows = upstreams.dossiers().json()["data"]
    assert sum(row["dossierNo"] == "" for row in rows) == 2
    assert sum("T" in row["receiveDate"] for row in rows) == 2
    assert sum(row["dossierStatus"] == "archived" for row in rows) == 2
    assert sum(row["govAgencyCode"] == "000.00.97.H99" for row in rows) == 2


def test_the_adapter_knows_its_callers(upstreams: Upstreams) -> None:
    wrong: Json = {"username": upstreams.at.username, "password": "khác"}
    refused = upstreams.adapter(upstreams.at.auth_endpoint, wrong)
    assert (refused["session"], refused["error_code"]) == ("", -1)
    account: Json = {"username": upstreams.at.username, "password": upstreams.at.password}
    elsewhere = upstreams.adapter(upstreams.at.auth_endpoint, account, dstcode="VN:OTHER")
    assert elsewhere["session"] == ""
    assert upstreams.log_in() != upstreams.log_in()


def test_a_look_up_finds_what_the_portal_holds_and_nothing_else(upstreams: Upstreams) -> None:
    session = upstreams.log_in()
    known = next(each for each in upstreams.world.planted if each.scenario == "finished_on_time")
    unknown = next(each for each in upstreams.world.planted if each.scenario == "never_arrived")
    found = upstreams.look_up(session, known.code)["result"]
    assert isinstance(found, list)
    (dossier,) = found
    assert dossier["MaHoSo"] == known.code
    assert dossier["ChuHoSo"] == "Nguyễn Thị Mẫu"
    assert dossier["DanhSachTienDo"][0]["TrangThai"] == "2"
    assert len(dossier["NgayTiepNhan"]) == 14
    assert upstreams.look_up(session, unknown.code)["result"] == []


def test_objects_that_cannot_be_read_are_broken_each_in_its_way(upstreams: Upstreams) -> None:
    session = upstreams.log_in()
    broken = [
        portal
        for each in upstreams.world.planted
        for portal in each.portals
        if portal.broken is not None
    ]
    assert [portal.broken for portal in broken].count("date_format") == 2
    for portal in broken:
        result = upstreams.look_up(session, portal.code)["result"]
        assert isinstance(result, list)
        (found,) = result
        signs = {
            "date_format": found["NgayTiepNhan"].endswith("T00"),
            "unknown_status": found["TrangThaiHoSo"] == "77",
            "unknown_unit": found["DonViXuLy"] == "Ban Quản lý chưa có trong danh mục",
        }
        assert [name for name, shown in signs.items() if shown] == [portal.broken]


def test_error_codes_come_as_number_and_as_text(upstreams: Upstreams) -> None:
    session = upstreams.log_in()
    codes = [upstreams.look_up(session, "H99.01-240701-9999")["error_code"] for _ in range(4)]
    assert set(map(repr, codes)) == {"0", "'0'"}


def test_a_bad_session_is_named_and_other_refusals_are_not_a_session(upstreams: Upstreams) -> None:
    bad = upstreams.look_up("không có", "H99.01-240701-9999")
    assert bad["error_code"] == -1
    assert "session" in str(bad["message"])
    assert "result" not in bad
    session = upstreams.log_in()
    for other in ({"service": "LayDanhMucCoQuan"}, {"madonvi": "H98"}):
        refused = upstreams.look_up(session, "H99.01-240701-9999", **other)
        assert refused["error_code"] == -2
        assert "result" not in refused


def test_a_session_runs_out(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=2, dossiers=200))
    options = SimulatorOptions(session_seconds=0.0)
    with running(world, options=options) as endpoints, httpx.Client(verify=trusted()) as client:
        upstreams = Upstreams(world, endpoints, client)
        assert upstreams.look_up(upstreams.log_in(), "H99.01-240701-9999")["error_code"] == -1


def test_published_counts_are_those_of_the_truth(upstreams: Upstreams) -> None:
    units = {unit["code"]: unit for unit in truth(upstreams.world)["units"]}
    answers = [upstreams.report("dvc-progress-tree") for _ in range(2)]
    assert {answer.status_code for answer in answers} == {200, 201}
    data = answers[0].json()["data"]
    assert data["children"]
    for child in data["children"]:
        assert child["totalOverdue"] == units[child["departmentCode"]]["late_published"]
        assert child["totalOnTime"] + child["totalOverdue"] == child["totalReceived"]
        assert child["totalCompleted"] <= child["totalReceived"]
    assert data["parent"]["totalOverdue"] == truth(upstreams.world)["totals"]["late_published"]


def test_published_counts_come_in_pages(upstreams: Upstreams) -> None:
    pages = [
        upstreams.report("dvc-progress-tree", currentPage=number, pageSize=3).json()["data"]
        for number in (1, 2, 3)
    ]
    assert [len(page["children"]) for page in pages] == [3, 1, 0]
    assert pages[0]["pagination"] == {
        "currentPage": 1,
        "pageSize": 3,
        "total": 4,
        "totalPages": 2,
    }


def test_the_sync_rate_is_published(upstreams: Upstreams) -> None:
    data = upstreams.report("transparency").json()["data"]
    totals = truth(upstreams.world)["totals"]
    (metric,) = (each for each in data["overview"]["metrics"] if each["code"] == "DOSSIER_SYNC")
    assert (metric["numerator"], metric["denominator"]) == (
        totals["on_portal"],
        totals["received"],
    )
    assert len(data["evaluation"]) == 4


def test_other_months_and_other_provinces_have_no_counts(upstreams: Upstreams) -> None:
    empty = upstreams.report("dvc-progress-tree", month=6).json()["data"]
    assert (empty["children"], empty["parent"]["totalReceived"]) == ([], 0)
    assert upstreams.report("dvc-progress-tree", rootDepartmentId="khác").status_code == 404


def test_the_levers_show_the_truth_and_delete_dossiers(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=2, dossiers=200))
    chosen = next(each.code for each in world.planted if each.scenario == "finished_late")
    with running(world) as endpoints, httpx.Client(verify=trusted()) as client:
        levers = f"{endpoints.adapter_url}/simulator"
        assert client.get(f"{levers}/truth").json() == truth(world)
        before = Upstreams(world, endpoints, client).dossiers().json()["total"]
        answer = client.post(f"{levers}/delete", json={"codes": [chosen]})
        assert answer.json() == {"deleted": 1}
        assert Upstreams(world, endpoints, client).dossiers().json()["total"] == before - 1
        causes = {each["cause"] for each in client.get(f"{levers}/truth").json()["discrepancies"]}
        assert "ONLY_ON_PORTAL" in causes
        calls = client.get(f"{endpoints.province_url}/simulator/calls").json()["calls"]
        assert calls == {"/o/rest/v2/dossiers": 2}
        assert client.post(f"{levers}/delete", json={"codes": 1}).status_code == 400


def test_a_taken_port_is_reported(upstreams: Upstreams) -> None:
    port = int(upstreams.at.province_url.rpartition(":")[2])
    with (
        pytest.raises(OSError, match="in use"),
        running(upstreams.world, options=SimulatorOptions(opencps_port=port)),
    ):
        pass


_PROGRAM = """
from pathlib import Path
from worker.core.calendar import Calendar
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.server import serve
from worker.sources.folder import read_folder

province = read_folder(Path("seeds/soc-trang"))
world = build_world(province, "H51", Calendar(), WorldOptions(dossiers=1))
serve(world, ready=lambda at: print(at.province_url, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_served_world_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    root = Path(__file__).parents[2]
    with Popen(  # noqa: S603 - our own program
        [sys.executable, "-W", "error", "-c", _PROGRAM], cwd=root, stdout=PIPE, stderr=PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().decode().strip()
        assert httpx.get(f"{url}/simulator/calls").status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == b""
