"""The client against real sockets: what breaks there must look as the stubs elsewhere say."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import msgspec
import pytest

from worker.errors import UpstreamUnavailable
from worker.sources.body import decoded
from worker.sources.http import Call, ClientPolicy, UpstreamClient

Serve = Callable[[socket.socket], None]
DECODER = msgspec.json.Decoder(dict[str, int])


@contextmanager
def server(serve: Serve) -> Iterator[str]:
    """Accepts connections one by one and lets ``serve`` do with each what it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def ask(url: str, policy: ClientPolicy) -> dict[str, int]:
    client = UpstreamClient("tinh", policy)
    try:
        return client.ask(Call(method="GET", url=url), lambda body: decoded(DECODER, body))
    finally:
        client.close()


def whole(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"total":1}')


def cut_off(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"total": 1')


def cut_off_chunk(connection: socket.socket) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    connection.sendall(head + b'40\r\n{"total": 1')


def not_http(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH\r\n")


def closed(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silent(connection: socket.socket) -> None:
    connection.recv(1)


FAULTS = [cut_off, cut_off_chunk, not_http, closed, reset, silent]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lasting_fault_of_the_line_means_unavailable(fault: Serve, policy: ClientPolicy) -> None:
    served: list[Serve] = []

    def serve(connection: socket.socket) -> None:
        served.append(fault)
        fault(connection)

    with server(serve) as url, pytest.raises(UpstreamUnavailable):
        ask(url, replace(policy, read=0.1))
    assert len(served) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_of_the_line_is_not_seen(fault: Serve, policy: ClientPolicy) -> None:
    turns = [whole, fault]

    def serve(connection: socket.socket) -> None:
        turns.pop()(connection)

    with server(serve) as url:
        assert ask(url, replace(policy, read=0.5)) == {"total": 1}


def test_nobody_listening_means_unavailable(policy: ClientPolicy) -> None:
    with server(whole) as url:
        pass
    with pytest.raises(UpstreamUnavailable):
        ask(url, policy)
