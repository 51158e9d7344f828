"""Every fault shows at the client, at the same requests each time, and never for ever."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from worker.simulator.build import WorldOptions
from worker.simulator.faults import Fault, FaultInjector, FaultPlan
from worker.simulator.server import SimulatedEndpoints, running
from worker.simulator.world import World
from worker.sources.trust import trusted

Make = Callable[[WorldOptions], World]


class Caller:
    """Asks the running systems, and sets their faults."""

    def __init__(self, endpoints: SimulatedEndpoints, client: httpx.Client) -> None:
        self.at = endpoints
        self.client = client

    def fail(self, plan: FaultPlan) -> None:
        shares = {fault.value: share for fault, share in plan.shares.items()}
        body = {
            "shares": shares,
            "burst": plan.burst,
            "hang_seconds": plan.hang_seconds,
            "retry_after": plan.retry_after,
            "down": plan.down,
            "unordered": plan.unordered,
        }
        for url in (self.at.province_url, self.at.adapter_url):
            assert self.client.post(f"{url}/simulator/faults", json=body).status_code == 200

    def rows(self, start: int = 0, timeout: float = 5.0) -> httpx.Response:
        return self.client.get(
            f"{self.at.province_url}/o/rest/v2/dossiers",
            params={"systemId": "-1", "start": str(start), "end": str(start + 20)},
            auth=(self.at.username, self.at.password),
            headers={"groupId": self.at.group_id},
            timeout=timeout,
        )

    def ids(self, start: int = 0) -> list[int]:
        return [row["dossierId"] for row in self.rows(start).json()["data"]]

    def adapter(self, endpoint: str, **body: str) -> dict[str, object]:
        headers = {"dstcode": self.at.dstcode}
        answer = self.client.post(self.at.adapter_url + endpoint, json=body, headers=headers)
        found: dict[str, object] = answer.json()
        return found


@pytest.fixture
def caller(make_world: Make) -> Iterator[Caller]:
    world = make_world(WorldOptions(seed=2, dossiers=200))
    with running(world) as endpoints, httpx.Client(verify=trusted()) as client:
        yield Caller(endpoints, client)


def always(fault: Fault, **more: float) -> FaultPlan:
    return FaultPlan(
        shares={fault: 1.0},
        hang_seconds=more.get("hang_seconds", 0.3),
        retry_after=int(more.get("retry_after", 0)),
    )


def test_throttling_names_the_time_to_wait(caller: Caller) -> None:
    caller.fail(always(Fault.THROTTLE, retry_after=1))
    answer = caller.rows()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


def test_server_errors_come_in_two_kinds(caller: Caller) -> None:
    caller.fail(always(Fault.SERVER_ERROR))
    assert {caller.rows().status_code for _ in range(2)} == {500, 503}


def test_a_hanging_request_outlasts_the_clients_patience(caller: Caller) -> None:
    caller.fail(always(Fault.HANG))
    with pytest.raises(httpx.ReadTimeout):
        caller.rows(timeout=0.05)


def test_a_reset_connection_brings_no_answer(caller: Caller) -> None:
    caller.fail(always(Fault.RESET))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        caller.rows()


def test_a_truncated_body_ends_too_soon(caller: Caller) -> None:
    caller.fail(always(Fault.TRUNCATED))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        caller.rows()


def test_a_web_page_comes_with_200(caller: Caller) -> None:
    caller.fail(always(Fault.HTML))
    answer = caller.rows()
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_an_empty_object_comes_with_200(caller: Caller) -> None:
    caller.fail(always(Fault.EMPTY_OBJECT))
    answer = caller.rows()
    assert (answer.status_code, answer.json()) == (200, {})


def test_rows_of_a_page_come_in_the_wrong_order(caller: Caller) -> None:
    ordered = caller.ids()
    caller.fail(always(Fault.WRONG_ORDER))
    shuffled = caller.ids()
    assert shuffled != ordered
    assert sorted(shuffled) == sorted(ordered)


def test_a_page_repeats_the_one_before_and_then_comes_right(caller: Caller) -> None:
    first, second = caller.ids(0), caller.ids(20)
    caller.fail(FaultPlan(shares={Fault.REPEATED_PAGE: 1.0}, burst=1))
    assert caller.ids(20) == first
    assert caller.ids(20) == second


def test_a_list_grows_while_it_is_read(caller: Caller) -> None:
    before = caller.rows().json()["total"]
    caller.fail(always(Fault.GROWING_LIST))
    assert caller.rows().json()["total"] == before
    later = caller.rows(start=20).json()
    assert later["total"] > before
    tail = caller.ids(start=before)
    assert len(tail) >= later["total"] - before


def test_numbers_come_as_text(caller: Caller) -> None:
    caller.fail(always(Fault.NUMBERS_AS_TEXT))
    answer = caller.rows().json()
    assert isinstance(answer["total"], str)
    assert isinstance(answer["data"][0]["dossierId"], str)
    assert answer["data"][0]["lock"] is False


def test_unknown_fields_come_in_every_object(caller: Caller) -> None:
    caller.fail(always(Fault.UNKNOWN_FIELDS))
    answer = caller.rows().json()
    assert "truongMoi" in answer
    assert "truongMoi" in answer["data"][0]


def test_a_session_runs_out_early(caller: Caller) -> None:
    def look_up(code: str) -> object:
        body = {"session": session, "madonvi": caller.at.madonvi, "service": "TraCuuHoSo"}
        answer = caller.adapter(caller.at.integration_endpoint, **body, mahoso=code)
        return answer["error_code"]

    account = {"username": caller.at.username, "password": caller.at.password}
    session = str(caller.adapter(caller.at.auth_endpoint, **account)["session"])
    caller.fail(always(Fault.EXPIRED_SESSION))
    codes = [str(look_up(f"H99.01-240701-{number:04d}")) for number in range(20)]
    assert codes[0] == "0"
    assert codes[-1] == "-1"


def test_a_list_without_order_is_the_same_at_every_reading(caller: Caller) -> None:
    ordered = caller.ids()
    caller.fail(FaultPlan(unordered=True))
    assert caller.ids() == caller.ids() != ordered
    caller.fail(FaultPlan())
    assert caller.ids() == ordered


def test_a_system_that_is_down_answers_nothing_but_its_levers(caller: Caller) -> None:
    caller.fail(FaultPlan(down=True))
    assert [caller.rows().status_code for _ in range(4)] == [503] * 4
    caller.fail(FaultPlan())
    assert caller.rows().status_code == 200


def test_who_asks_again_gets_through(caller: Caller) -> None:
    caller.fail(always(Fault.THROTTLE))
    assert [caller.rows().status_code for _ in range(6)] == [429, 429, 200, 429, 429, 200]


def test_a_plan_nobody_knows_is_refused(caller: Caller) -> None:
    url = f"{caller.at.adapter_url}/simulator/faults"
    assert caller.client.post(url, json={"shares": {"fire": 1}}).status_code == 400
    assert caller.client.post(url, content=json.dumps([])).status_code == 400


def test_the_same_seed_hits_the_same_requests() -> None:
    def drawn(seed: int) -> list[Fault | None]:
        injector = FaultInjector(FaultPlan(shares={Fault.RESET: 0.2, Fault.HTML: 0.1}, seed=seed))
        return [injector.choose(str(number)) for number in range(500)]

    assert drawn(4) == drawn(4) != drawn(5)
    hits = drawn(4)
    assert 60 < hits.count(Fault.RESET) < 140
    assert 25 < hits.count(Fault.HTML) < 75


def test_every_answer_may_take_its_time(caller: Caller) -> None:
    slow = FaultPlan(latency_seconds=0.3)
    sent = {"latency_seconds": slow.latency_seconds}
    url = f"{caller.at.province_url}/simulator/faults"
    assert caller.client.post(url, json=sent).status_code == 200
    with pytest.raises(httpx.ReadTimeout):
        caller.rows(timeout=0.1)
    assert caller.rows().status_code == 200
