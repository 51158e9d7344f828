"""The simulated iGate answers over HTTP as the real one is known to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC

import httpx
import pytest

from worker.simulator.build import WorldOptions
from worker.simulator.igate_items import agency_id
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.world import World
from worker.sources.trust import trusted

Make = Callable[[WorldOptions], World]


@dataclass(frozen=True)
class Gate:
    """The running system, the world behind it, and a client."""

    world: World
    at: SimulatedEndpoints
    client: httpx.Client

    def token(self, **form: str) -> httpx.Response:
        account = {
            "grant_type": "password",
            "client_id": self.at.client_id,
            "username": self.at.username,
            "password": self.at.password,
        }
        realm = f"{self.at.province_url}/auth/realms/{self.at.realm}"
        return self.client.post(f"{realm}/protocol/openid-connect/token", data=account | form)

    def search(self, token: str | None = None, **query: str) -> httpx.Response:
        token = self.token().json()["access_token"] if token is None else token
        params = {key.replace("_", "-"): value for key, value in query.items()}
        return self.client.get(
            f"{self.at.province_url}/pa/dossier/search",
            params={"size": "200", "spec": "page", **params},
            headers={"authorization": f"Bearer {token}"},
        )


@pytest.fixture(scope="module")
def gate(make_world: Make) -> Iterator[Gate]:
    world = make_world(WorldOptions(seed=2, dossiers=500, broken=8))
    options = SimulatorOptions(province_kind="igate")
    with running(world, options=options) as endpoints, httpx.Client(verify=trusted()) as client:
        yield Gate(world, endpoints, client)


def test_a_token_is_for_the_right_account_alone(gate: Gate) -> None:
    assert gate.token().json()["expires_in"] == 300
    for form, status in (
        ({"password": "sai"}, 401),
        ({"client_id": "khác"}, 401),
        ({"grant_type": "authorization_code"}, 400),
        ({"grant_type": "refresh_token", "refresh_token": "cũ"}, 400),
    ):
        assert gate.token(**form).status_code == status


def test_a_refresh_token_is_good_once(gate: Gate) -> None:
    renewal = gate.token().json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": renewal}
    token = gate.token(**form).json()["access_token"]
    assert gate.search(token).status_code == 200
    assert gate.token(**form).json()["error"] == "invalid_grant"


def test_without_a_good_token_there_is_no_list(gate: Gate) -> None:
    assert gate.search("lạ".encode().hex()).status_code == 401


def test_pages_are_numbered_from_0_and_leave_nothing_out(gate: Gate) -> None:
    rows = gate.world.home_rows()
    pages = [gate.search(page=str(number), sort="id,asc").json() for number in range(4)]
    found = [row["id"] for page in pages for row in page["content"]]
    assert found == sorted(found)
    assert len(set(found)) == len(rows)
    assert {page["totalElements"] for page in pages} == {len(rows)}
    assert [page["first"] for page in pages] == [True, False, False, False]
    assert [page["last"] for page in pages] == [len(rows) <= 200 * n for n in range(1, 5)]
    assert [page["number"] for page in pages] == [0, 1, 2, 3]


def test_a_page_holds_at_most_200_rows_and_says_so(gate: Gate) -> None:
    page = gate.search(size="5000").json()
    assert (page["size"], len(page["content"])) == (200, 200)


def test_a_slice_does_not_count(gate: Gate) -> None:
    page = gate.search(spec="slice").json()
    assert not {"totalElements", "totalPages"} & page.keys()


def test_the_newest_change_comes_first(gate: Gate) -> None:
    page = gate.search(sort="updatedDate,desc").json()
    changes = [row["updatedDate"] for row in page["content"]]
    assert changes == sorted(changes, reverse=True)
    assert len(set(changes)) > 100


def test_times_are_in_utc(gate: Gate) -> None:
    row = next(row for row in gate.world.home_rows() if row.received is not None)
    (item,) = gate.search(code=row.code).json()["content"]
    assert row.received is not None
    assert item["acceptedDate"] == f"{row.received.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


def test_a_list_can_be_limited_to_an_agency(gate: Gate) -> None:
    everything = gate.search(ancestor_agency_id=agency_id("H99")).json()["totalElements"]
    unit = gate.world.home_rows()[0].unit
    found = gate.search(ancestor_agency_id=agency_id(unit)).json()
    assert 0 < found["totalElements"] < everything == len(gate.world.home_rows())
    assert {row["agency"]["code"] for row in found["content"]} <= {unit, "H99.97"}


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "-1"}, {"sort": "tuổi"}, {"accepted_from": "hôm qua"}]
)
def test_a_request_that_makes_no_sense_is_refused(gate: Gate, query: dict[str, str]) -> None:
    assert gate.search(**query).status_code == 400


def test_other_addresses_are_not_found(gate: Gate) -> None:
    assert gate.client.get(f"{gate.at.province_url}/o/rest/v2/dossiers").status_code == 404
