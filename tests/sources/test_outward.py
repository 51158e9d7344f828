"""Whoever draws out an exchange for ever is left in time, over real sockets."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import pytest
import respx

import worker
from tests.sources.test_http_wire import server
from worker.errors import TransientError, UpstreamUnavailable
from worker.ports import Parcel
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.outward import Patience, outward_client
from worker.sources.webhook_out import WebhookConfig, WebhookSender

# A byte comes long before anybody loses patience, and the server ends long after the exchange.
PATIENT, SHORT = 10.0, 0.3
PAUSE, PIECES = 0.02, 250

HEAD = b"HTTP/1.1 200 OK\r\n"
DRAWN_OUT = {
    "status line": (b"HTTP/1.1 200 ", b"x"),
    "headers": (HEAD + b"x-long: ", b"y"),
    "more and more headers": (HEAD, b"a: b\r\n"),
    "no answer yet": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (HEAD + b"content-length: 100000\r\n\r\n", b" "),
    "body in chunks": (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "trailers": (HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
}


def drip(connection: socket.socket, first: bytes, piece: bytes) -> None:
    """Send ``first``, and then ``piece`` after ``piece`` until the other side has enough of it."""
    with suppress(OSError):
        connection.sendall(first)
        for _ in range(PIECES):
            connection.sendall(piece)
            time.sleep(PAUSE)


def swallow_slowly(connection: socket.socket) -> None:
    with suppress(OSError):
        for _ in range(PIECES // 5):
            connection.recv(4096)
            time.sleep(PAUSE)


def failure(url: str, policy: ClientPolicy, **asked: object) -> UpstreamUnavailable:
    client = UpstreamClient("tinh", policy)
    try:
        with pytest.raises(UpstreamUnavailable) as raised:
            client.ask(Call(method="POST", url=url, json=asked), bytes)
        return raised.value
    finally:
        client.close()


@pytest.fixture
def hurried(policy: ClientPolicy) -> ClientPolicy:
    """Patient with every byte, but not with all of them."""
    return replace(
        policy, connect=PATIENT, read=PATIENT, exchange=SHORT, attempts=2, clock=time.monotonic
    )


@pytest.mark.parametrize("part", DRAWN_OUT)
def test_an_answer_that_comes_for_ever_is_a_time_out_like_any_other(
    part: str, hurried: ClientPolicy
) -> None:
    served: list[str] = []

    def serve(connection: socket.socket) -> None:
        served.append(part)
        drip(connection, *DRAWN_OUT[part])

    with server(serve) as url:
        assert failure(url, hurried).values == {"source": "tinh", "detail": "timeout"}
    assert len(served) == 2


def test_a_handshake_that_never_ends_is_a_time_out(hurried: ClientPolicy) -> None:
    # The head of a message of 16 kB, as a server's part of a TLS handshake begins.
    begun = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"
    with server(lambda connection: drip(connection, begun, b"\x00")) as url:
        secure = url.replace("http:", "https:")
        assert failure(secure, hurried).values["detail"] == "timeout"


def test_a_server_that_hardly_takes_the_question_is_a_time_out(hurried: ClientPolicy) -> None:
    with server(swallow_slowly) as url:
        assert failure(url, hurried, text="x" * 20_000_000).values["detail"] == "timeout"


def test_every_exchange_on_a_kept_connection_has_its_own_time(
    policy: ClientPolicy, advance: Callable[[float], None]
) -> None:
    connections = 0

    def serve(connection: socket.socket) -> None:
        nonlocal connections
        connections += 1
        while True:
            connection.sendall(HEAD + b"content-length: 2\r\n\r\n{}")
            if not connection.recv(65536):
                return

    client = UpstreamClient("tinh", replace(policy, exchange=60.0))
    with server(serve) as url:
        for _ in range(3):
            assert client.ask(Call(method="GET", url=url), bytes) == b"{}"
            advance(100.0)
        client.close()
    assert connections == 1


def test_an_exchange_that_has_taken_its_time_reads_no_further(
    policy: ClientPolicy, advance: Callable[[float], None]
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"content-length: 2\r\n\r\n{")
        connection.recv(1)

    patience = Patience(connect=PATIENT, read=PATIENT, exchange=60.0)
    with (
        server(serve) as url,
        outward_client(patience, clock=policy.clock) as client,
        client.stream("GET", url) as answer,
    ):
        advance(60.0)
        with pytest.raises(httpx.ReadTimeout):
            answer.read()


@respx.mock
def test_a_source_that_sets_ever_new_cookies_is_asked_with_few_of_them() -> None:
    numbers = count()

    def answer(_request: httpx.Request) -> httpx.Response:
        fresh = [("set-cookie", f"c{next(numbers)}=x; Path=/") for _ in range(20)]
        return httpx.Response(200, headers=[*fresh, ("set-cookie", f"long={'x' * 5000}")])

    route = respx.get("http://nguon.example/").mock(side_effect=answer)
    with outward_client(Patience(connect=PATIENT, read=PATIENT, exchange=60.0)) as client:
        for _ in range(5):
            client.get("http://nguon.example/")
    sent = route.calls.last.request.headers["cookie"].split("; ")
    assert len(sent) == 50
    assert "c0=x" in sent
    assert not any(each.startswith("long=") for each in sent)


def test_a_webhook_is_not_waited_for_without_end_either() -> None:
    with server(lambda connection: drip(connection, *DRAWN_OUT["headers"])) as url:
        sender = WebhookSender(
            WebhookConfig(name="so_y", url=url, secret="x" * 32, read=PATIENT, exchange=SHORT)
        )
        with pytest.raises(TransientError) as raised:
            sender.send(Parcel("1", {}), datetime(2024, 8, 1, tzinfo=UTC))
        sender.close()
    assert raised.value.values["detail"] == "timeout"


def test_a_host_that_cannot_even_be_looked_up_is_unavailable(policy: ClientPolicy) -> None:
    detail = failure(f"http://{'x' * 64}.example/", policy).values["detail"]
    assert detail == "ConnectError"


def test_clients_are_made_in_one_place_only() -> None:
    root = Path(str(worker.__file__)).parent
    made = [path.name for path in root.rglob("*.py") if "httpx.Client(" in path.read_text("utf-8")]
    assert made == ["outward.py"]
