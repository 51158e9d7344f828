"""Messages through a folder: each read whole, once, in order, whoever sends and reads at once."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.simple import SimpleQueue

from worker.tasks.folder import Transport

_SENDERS = 3
_READERS = 3
_EACH = 60


@contextmanager
def queue(folder: Path, name: str = "sources") -> Iterator[SimpleQueue]:
    options = {"folder": str(folder), "polling_interval": 0.01}
    with (
        Connection("filesystem://localhost", transport=Transport, transport_options=options) as at,
        at.SimpleQueue(name) as found,
    ):
        yield found


def send(folder: Path, sender: int) -> None:
    with queue(folder) as at:
        for number in range(_EACH):
            at.put([sender, number])


def read(folder: Path, _reader: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    with queue(folder) as at:
        while True:
            try:
                message = at.get(timeout=2)
            except Empty:
                return found
            message.ack()
            sender, number = message.payload
            found.append((sender, number))


def test_each_message_is_read_once_and_whole(tmp_path: Path) -> None:
    with ThreadPoolExecutor(_SENDERS + _READERS) as pool:
        reading = [pool.submit(read, tmp_path, number) for number in range(_READERS)]
        list(pool.map(send, [tmp_path] * _SENDERS, range(_SENDERS)))
        found = [message for each in reading for message in each.result()]
    assert len(found) == _SENDERS * _EACH
    assert set(found) == {(who, number) for who in range(_SENDERS) for number in range(_EACH)}


def test_messages_come_in_order_and_to_their_queue_alone(tmp_path: Path) -> None:
    with queue(tmp_path) as sources, queue(tmp_path, "compute") as compute:
        for number in range(5):
            sources.put(number)
        assert (sources.qsize(), compute.qsize()) == (5, 0)
        assert [sources.get(timeout=2).payload for _ in range(5)] == list(range(5))
        with pytest.raises(Empty):
            compute.get(timeout=0.1)


def test_a_folder_that_is_wiped_is_made_again(tmp_path: Path) -> None:
    with queue(tmp_path / "broker") as at:
        at.put("lost")
        shutil.rmtree(tmp_path / "broker")
        with pytest.raises(Empty):
            at.get(timeout=0.1)
        shutil.rmtree(tmp_path / "broker")
        at.put("kept")
        assert at.get(timeout=2).payload == "kept"


def test_messages_can_be_thrown_away(tmp_path: Path) -> None:
    with queue(tmp_path) as at:
        at.put("one")
        at.put("two")
        assert at.clear() == 2
        assert at.qsize() == 0
