import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import msgspec
import pytest
import respx
from typing_extensions import override

from worker.errors import (
    DoisoatError,
    LoginRefused,
    UpstreamContractError,
    UpstreamUnavailable,
)
from worker.sources.body import decoded
from worker.sources.circuit import CircuitOpen
from worker.sources.http import Call, ClientPolicy, UpstreamClient

URL = "http://nguon.example/danh-sach"
CALL = Call(method="GET", url=URL, logs_in=True)
CANARY = "Nguyễn Thị Mẫu 012345678901"

DECODER = msgspec.json.Decoder(dict[str, int])


def read(body: bytes) -> dict[str, int]:
    return decoded(DECODER, body)


@pytest.fixture
def client(policy: ClientPolicy) -> Iterator[UpstreamClient]:
    client = UpstreamClient("tinh", policy, auth=httpx.BasicAuth("doisoat", "mat-khau"))
    yield client
    client.close()


def failure(client: UpstreamClient) -> DoisoatError:
    with pytest.raises(DoisoatError) as raised:
        client.ask(CALL, read)
    return raised.value


@respx.mock
def test_an_answer_is_read_once_and_without_waiting(
    client: UpstreamClient, waits: list[float]
) -> None:
    route = respx.get(URL).respond(201, json={"total": 3})
    assert client.ask(CALL, read) == {"total": 3}
    assert route.call_count == 1
    assert waits == []


@respx.mock
def test_it_logs_in_with_basic_auth(client: UpstreamClient) -> None:
    route = respx.get(URL).respond(json={})
    client.ask(CALL, read)
    assert route.calls.last.request.headers["authorization"] == "Basic ZG9pc29hdDptYXQta2hhdQ=="


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (httpx.Response(503, text=CANARY), "HTTP 503"),
        (httpx.Response(500), "HTTP 500"),
        (httpx.Response(429), "HTTP 429"),
        (httpx.ReadTimeout, "timeout"),
        (httpx.ConnectTimeout, "timeout"),
        (httpx.ConnectError, "ConnectError"),
        (httpx.ReadError, "ReadError"),
        (httpx.RemoteProtocolError, "RemoteProtocolError"),
        (httpx.Response(200, text=f"<html>{CANARY}</html>"), "not JSON"),
        (httpx.Response(200, text=""), "not JSON"),
        (httpx.Response(200, text='{"total": 3, "data": [{"a'), "not JSON"),
        (httpx.Response(200, text='{"total": nan}'), "not JSON"),
        (httpx.Response(200, text="[" * 100_000), "not JSON"),
        (httpx.Response(200, text='{"a":' * 100_000), "not JSON"),
    ],
)
@respx.mock
def test_a_passing_fault_is_retried_and_a_lasting_one_means_unavailable(
    client: UpstreamClient, fault: httpx.Response | type[Exception], detail: str
) -> None:
    good = httpx.Response(200, json={"total": 1})
    route = respx.get(URL)
    route.side_effect = [fault, fault, good]
    assert client.ask(CALL, read) == {"total": 1}

    route.side_effect = [fault] * 3
    error = failure(client)
    assert type(error) is UpstreamUnavailable
    assert error.key == "upstream_unavailable"
    assert error.values == {"source": "tinh", "detail": detail}
    assert route.call_count == 6


@respx.mock
def test_waits_grow_are_random_and_stay_bounded(policy: ClientPolicy, waits: list[float]) -> None:
    client = UpstreamClient("tinh", replace(policy, attempts=12, first_wait=1.0, longest_wait=8.0))
    respx.get(URL).respond(503)
    failure(client)
    assert len(waits) == 11
    assert all(0 <= wait <= min(8.0, 2.0**tries) for tries, wait in enumerate(waits))
    assert len(set(waits)) > 1
    client.close()


@pytest.mark.parametrize(
    ("headers", "at_least"),
    [
        ({"retry-after": "17"}, 17.0),
        (
            {
                "retry-after": "Wed, 24 Jul 2024 09:00:42 GMT",
                "date": "Wed, 24 Jul 2024 09:00:12 GMT",
            },
            30.0,
        ),
        ({"retry-after": "99999999"}, 60.0),
    ],
)
@respx.mock
def test_it_waits_as_long_as_the_source_asks_up_to_a_limit(
    client: UpstreamClient, waits: list[float], headers: dict[str, str], at_least: float
) -> None:
    respx.get(URL).side_effect = [
        httpx.Response(429, headers=headers),
        httpx.Response(200, json={}),
    ]
    client.ask(CALL, read)
    assert waits == [at_least]


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "-5",
        "Wed, 24 Jul 2024 09:00:42 GMT",
        "Wed, 24 Jul 99999999999 09:00:42 GMT",
        "²",
        "",
    ],
)
@respx.mock
def test_a_retry_after_that_means_nothing_is_passed_over(
    client: UpstreamClient, waits: list[float], text: str
) -> None:
    respx.get(URL).side_effect = [
        httpx.Response(503, headers={b"retry-after": text.encode()}),
        httpx.Response(200, json={}),
    ]
    client.ask(CALL, read)
    assert all(wait <= 1.0 for wait in waits)


@respx.mock
def test_a_429_holds_up_everybody_else_too(policy: ClientPolicy, waits: list[float]) -> None:
    client = UpstreamClient("cong", replace(policy, attempts=1), calls_per_second=10)
    respx.get(URL).side_effect = [
        httpx.Response(429, headers={"retry-after": "5"}),
        httpx.Response(200, json={}),
    ]
    failure(client)
    client.ask(CALL, read)
    assert waits == [5.0]
    client.close()


@pytest.mark.parametrize("status", [302, 401, 403])
@respx.mock
def test_a_session_that_is_over_is_left_behind_once(client: UpstreamClient, status: int) -> None:
    cookie = {"set-cookie": "JSESSIONID=1; Path=/"}
    route = respx.get(URL)
    route.side_effect = [
        httpx.Response(200, json={}, headers=cookie),
        httpx.Response(status),
        httpx.Response(200, json={"total": 1}, headers=cookie),
    ]
    client.ask(CALL, read)
    assert client.ask(CALL, read) == {"total": 1}
    assert "cookie" not in route.calls.last.request.headers

    route.side_effect = [httpx.Response(status, headers=cookie)] * 9
    assert type(failure(client)) is (UpstreamContractError if status == 302 else LoginRefused)
    assert route.call_count == 5


@pytest.mark.parametrize("status", [401, 403])
@respx.mock
def test_a_refused_account_is_said_at_once(client: UpstreamClient, status: int) -> None:
    route = respx.get(URL).respond(status, text=CANARY)
    error = failure(client)
    assert isinstance(error, LoginRefused)
    assert error.key == "upstream_login_refused"
    assert error.values == {"source": "tinh", "detail": f"HTTP {status}"}
    assert route.call_count == 1


@pytest.mark.parametrize("status", [400, 404, 405, 302, 304])
@respx.mock
def test_an_answer_of_another_system_is_said_at_once(client: UpstreamClient, status: int) -> None:
    route = respx.get(URL).respond(status, headers={"location": "http://khac.example/"})
    error = failure(client)
    assert isinstance(error, UpstreamContractError)
    assert error.values["detail"] == f"HTTP {status}"
    assert route.call_count == 1


@respx.mock
def test_a_refusal_without_a_login_is_not_about_the_account(client: UpstreamClient) -> None:
    respx.get(URL).respond(403)
    with pytest.raises(UpstreamContractError):
        client.ask(Call(method="GET", url=URL), read)


@respx.mock
def test_json_of_another_shape_is_a_broken_contract(client: UpstreamClient) -> None:
    route = respx.get(URL).respond(json=["x"])
    error = failure(client)
    assert isinstance(error, UpstreamContractError)
    assert error.values["detail"] == "another shape"
    assert route.call_count == 3


@respx.mock
def test_a_body_beyond_the_limit_is_refused(policy: ClientPolicy) -> None:
    client = UpstreamClient("tinh", replace(policy, max_body_bytes=100))
    route = respx.get(URL).respond(text="[" + "1," * 100)
    error = failure(client)
    assert isinstance(error, UpstreamContractError)
    assert error.values["detail"] == "body too large"
    assert route.call_count == 1
    client.close()


@respx.mock
def test_a_body_that_unpacks_beyond_the_limit_is_refused(policy: ClientPolicy) -> None:
    client = UpstreamClient("tinh", replace(policy, max_body_bytes=100_000))
    bomb = gzip.compress(b"0" * 100_000_000)
    assert len(bomb) < 100_000
    respx.get(URL).respond(stream=Pieces(bomb), headers={"content-encoding": "gzip"})
    assert failure(client).values["detail"] == "body too large"
    client.close()


@respx.mock
def test_a_packed_body_is_unpacked(client: UpstreamClient) -> None:
    route = respx.get(URL)
    packed = gzip.compress(b'{"total": 7}')
    route.respond(stream=Pieces(packed[:9], packed[9:]), headers={"content-encoding": "gzip"})
    assert client.ask(CALL, read) == {"total": 7}
    assert route.calls.last.request.headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("packed", "encoding", "detail"),
    [
        (gzip.compress(b'{"total": 7}')[:-6], "gzip", "body cut off"),
        (b"not packed at all", "gzip", "body garbled"),
        (zlib.compress(b"{}"), "br", "content encoding"),
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip", "content encoding"),
    ],
    ids=["cut off", "not packed", "packed otherwise", "packed twice"],
)
@respx.mock
def test_a_body_that_is_packed_badly_is_no_answer(
    client: UpstreamClient, packed: bytes, encoding: str, detail: str
) -> None:
    respx.get(URL).mock(
        side_effect=lambda _: httpx.Response(
            200, stream=Pieces(packed), headers={"content-encoding": encoding}
        )
    )
    assert failure(client).values["detail"] == detail


@respx.mock
def test_one_broken_character_does_not_spoil_the_body(client: UpstreamClient) -> None:
    respx.get(URL).respond(content=b'{"a\\ud800": 1, "b\xff": 2, "c": 3}')
    assert client.ask(CALL, read)["c"] == 3


@respx.mock
def test_a_byte_order_mark_is_passed_over(client: UpstreamClient) -> None:
    respx.get(URL).respond(content=b'\xef\xbb\xbf{"total": 1}')
    assert client.ask(CALL, read) == {"total": 1}


@respx.mock
def test_a_source_that_keeps_failing_is_left_alone_for_a_while(
    client: UpstreamClient, advance: Callable[[float], None]
) -> None:
    route = respx.get(URL).respond(503)
    for _ in range(3):
        assert type(failure(client)) is UpstreamUnavailable
    asked = route.call_count
    error = failure(client)
    assert isinstance(error, CircuitOpen)
    assert error.key == "upstream_circuit_open"
    assert route.call_count == asked

    advance(61.0)
    assert type(failure(client)) is UpstreamUnavailable
    assert isinstance(failure(client), CircuitOpen)

    advance(61.0)
    route.respond(json={"total": 1})
    assert client.ask(CALL, read) == {"total": 1}
    assert client.ask(CALL, read) == {"total": 1}


@respx.mock
def test_after_the_cool_down_only_one_caller_tries(
    client: UpstreamClient, advance: Callable[[float], None]
) -> None:
    route = respx.get(URL).respond(503)
    for _ in range(3):
        failure(client)
    advance(61.0)
    others: list[DoisoatError] = []

    def meanwhile(_: httpx.Request) -> httpx.Response:
        others.append(failure(client))
        return httpx.Response(200, json={})

    route.side_effect = meanwhile
    client.ask(CALL, read)
    assert [type(error) for error in others] == [CircuitOpen]


@respx.mock
def test_failures_with_a_success_between_do_not_open_the_circuit(client: UpstreamClient) -> None:
    route = respx.get(URL)
    for _ in range(4):
        route.mock(return_value=httpx.Response(503))
        assert type(failure(client)) is UpstreamUnavailable
        assert type(failure(client)) is UpstreamUnavailable
        route.mock(return_value=httpx.Response(200, json={}))
        client.ask(CALL, read)


@respx.mock
def test_nobody_retries_for_a_caller_that_has_left(client: UpstreamClient) -> None:
    route = respx.get(URL).respond(503)
    with pytest.raises(UpstreamUnavailable):
        client.ask(CALL, read, give_up=lambda: True)
    assert route.call_count == 1


@respx.mock
def test_retries_too_keep_to_the_rate(policy: ClientPolicy, waits: list[float]) -> None:
    client = UpstreamClient("cong", replace(policy, first_wait=0.0), calls_per_second=4)
    respx.get(URL).respond(503)
    failure(client)
    assert [wait for wait in waits if wait] == [0.25, 0.25]
    client.close()


class Pieces(httpx.SyncByteStream):
    """A body that arrives in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    @override
    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)
