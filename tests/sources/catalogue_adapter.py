"""The portal's adapter as tests of the catalogue want it, and answers of the catalogue."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
import respx
from hypothesis import strategies as st

from tests.sources.test_portal import LOGIN, LOOK_UP
from worker.errors import UpstreamContractError, UpstreamUnavailable

CODE = "1.001612"
T = TypeVar("T")


class Adapter:
    """The adapter as a test wants it: how often it was logged in to, what it was asked."""

    def __init__(self) -> None:
        self.logins = 0
        self.asked: list[dict[str, str]] = []
        self.answers: list[httpx.Response] = []

    def log_in(self, _request: httpx.Request) -> httpx.Response:
        self.logins += 1
        return httpx.Response(200, json={"session": f"phien-{self.logins}", "error_code": 0})

    def service(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(json.loads(request.content))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def answer(*result: object, code: object = 0) -> httpx.Response:
    return httpx.Response(200, json={"error_code": code, "message": "", "result": list(result)})


def procedure(*channels: object, **told: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "MATTHC": CODE,
        "TENTTHC": "Thủ tục mẫu",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "G99-MM01", "TENLINHVUC": "Lĩnh vực mẫu"}],
        "CACHTHUCTHUCHIEN": list(channels),
    }
    return usual | told


def channel(*limits: tuple[object, object]) -> dict[str, object]:
    told = [{"THOIGIANGIAIQUYET": number, "DONVITINH": unit} for number, unit in limits]
    return {"KENH": "1", "THOIGIAN": told}


@contextmanager
def listening() -> Iterator[Adapter]:
    """An adapter that answers."""
    adapter = Adapter()
    with respx.mock(assert_all_called=False) as router:
        router.post(LOGIN).mock(side_effect=adapter.log_in)
        router.post(LOOK_UP).mock(side_effect=adapter.service)
        yield adapter


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["THOIGIAN", "DONVITINH", "THOIGIANGIAIQUYET"]), inner)
    ),
    max_leaves=12,
)


def unless_refused(ask: Callable[[], T]) -> T | None:
    """What is told; None where it is refused by an error of ours."""
    try:
        return ask()
    except (UpstreamContractError, UpstreamUnavailable):
        return None
