"""A run that really makes progress, followed over real HTTP while it does."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import httpx
import pytest

from models.roles import Role
from models.types import RunState
from tests.console.conftest import Console, consoled
from tests.console.people import Person, signed_in
from tests.places import Place, opened, serving
from worker.flow import Stage
from worker.journey import Wish
from worker.journey.travel import work_off
from worker.ports import Progress
from worker.settings.model import Settings

PATIENCE = 30
# So many streams in a row are followed at most, each of some seconds.
MOST_STREAMS = 8


@dataclass
class Told:
    """One event of a stream."""

    name: str
    data: str


def events_of(person: Person, path: str) -> Iterator[Told]:
    """What a stream tells, asking again as a browser does until it is over."""
    for _ in range(MOST_STREAMS):
        with person.client.stream("GET", path, timeout=PATIENCE) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            for told in _events(answer.iter_lines()):
                yield told
                if told.name == "over":
                    return
    pytest.fail("it is never over")


def _events(lines: Iterator[str]) -> Iterator[Told]:
    name, data = "", []
    for line in lines:
        field_name, _, value = line.partition(": ")
        if field_name == "event":
            name = value
        elif field_name == "data":
            data.append(value)
        elif not line and data:
            yield Told(name, "\n".join(data))
            name, data = "", []


@dataclass
class Followed:
    """Holds a worker up at its second page until somebody has seen that the first is done."""

    seen: Event = field(default_factory=Event)
    calls: int = 0

    def watch(self, stage: Stage, _name: str) -> Progress:
        def show(_done: int, _total: int | None) -> None:
            self.calls += stage is Stage.PULL
            if self.calls == 3:
                assert self.seen.wait(PATIENCE)

        return show


@pytest.fixture
def settings(light_place: Place) -> Iterator[Settings]:
    with serving(light_place.world(700)) as endpoints:
        yield light_place.configure(endpoints, reporting=True)


@pytest.fixture
def console(settings: Settings) -> Iterator[Console]:
    with consoled(settings) as found:
        yield found


@pytest.fixture
def operator(console: Console) -> Iterator[Person]:
    with signed_in(console, Role.OPERATOR) as person:
        yield person


def started(person: Person) -> int:
    answer = person.post("/runs/new", extent="changes", reason="xem có chạy không", key="k")
    found = re.match(r"/runs/(\d+)", answer.headers["location"])
    assert found is not None
    return int(found[1])


def worked(settings: Settings, run: int, watch: Callable[[Stage, str], Progress]) -> None:
    """What a worker does."""
    with opened(settings) as found:
        work_off(found, [run], Wish(), watch)


def test_the_page_shows_a_run_wait_go_on_and_end_with_all_that_follows(
    settings: Settings, operator: Person
) -> None:
    run, followed = started(operator), Followed()
    shown: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        work = None
        for told in events_of(operator, f"/runs/{run}/live"):
            if told.name == "shown":
                shown.append(told.data)
            if work is None:
                work = pool.submit(worked, settings, run, followed.watch)
            elif work.done():
                work.result()
            if re.search(r'<progress value="[1-9]', told.data):
                followed.seen.set()
        assert work is not None
        work.result(PATIENCE)
    assert "đang chờ" in shown[0]
    assert any("đang chạy" in each and "<progress" in each for each in shown)
    last = shown[-1]
    assert "đang chạy" not in last
    assert "đang chờ" not in last
    for stage in (
        "lấy danh sách",
        "tra cứu",
        "đối soát",
        "đo tình trạng đồng bộ",
        "rà soát cảnh báo",
    ):
        assert stage in last
    page = operator.get(f"/runs/{run}").text
    assert "data-live" not in page
    assert "Làm lại từ đầu" in page


def test_a_program_is_told_of_every_step_until_the_run_is_over(
    settings: Settings, operator: Person
) -> None:
    run, followed = started(operator), Followed()
    told: list[dict[str, object]] = []
    with ThreadPoolExecutor(1) as pool:
        work = None
        for each in events_of(operator, f"/api/v1/runs/{run}/events"):
            if each.name == "shown":
                told.append(json.loads(each.data))
            if work is None:
                work = pool.submit(worked, settings, run, followed.watch)
            elif work.done():
                work.result()
            if told[-1]["done"]:
                followed.seen.set()
        assert work is not None
        work.result(PATIENCE)
    states = list(dict.fromkeys(each["state"] for each in told))
    assert states == [RunState.QUEUED, RunState.RUNNING, RunState.COMPLETE]
    done = [each["done"] for each in told]
    assert done == sorted(done)  # type: ignore[type-var]
    assert len(set(done)) >= 3
    assert operator.get(f"/api/v1/runs/{run}").json() == told[-1]


def test_the_list_of_what_goes_on_empties_once_nothing_does(operator: Person) -> None:
    run = started(operator)
    with operator.client.stream("GET", "/runs/now", timeout=PATIENCE) as answer:
        events = _events(answer.iter_lines())
        assert f'href="/runs/{run}"' in next(events).data
        operator.post(f"/runs/{run}/cancel", reason="thôi")
        assert "Không có lượt nào đang chạy" in next(events).data


def test_a_stream_ends_by_itself_so_that_who_may_no_longer_look_does_not(
    operator: Person,
) -> None:
    run = started(operator)
    with operator.client.stream("GET", f"/runs/{run}/live", timeout=PATIENCE) as answer:
        assert [each.name for each in _events(answer.iter_lines())] == ["shown"]
    operator.post("/sign-out")
    assert operator.get(f"/runs/{run}/live").status_code == 303


def test_a_browser_that_goes_away_leaves_nothing_behind(operator: Person) -> None:
    run = started(operator)
    for _ in range(5):
        with (
            httpx.Client(
                base_url=operator.client.base_url, cookies=operator.client.cookies
            ) as gone,
            gone.stream("GET", f"/runs/{run}/live") as answer,
        ):
            assert next(_events(answer.iter_lines())).name == "shown"
    assert operator.get(f"/runs/{run}").status_code == 200


def test_it_speaks_the_readers_language(operator: Person) -> None:
    run = started(operator)
    operator.client.cookies.set("doisoat_language", "en")
    with operator.client.stream("GET", f"/runs/{run}/live", timeout=PATIENCE) as answer:
        assert "waiting" in next(_events(answer.iter_lines())).data
