"""``doisoat console`` as people and process managers run it."""

import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import httpx
import pytest

from models.source import SyncRun
from models.types import RunState, Trigger
from tests.cli.conftest import doisoat
from tests.console.conftest import SECRET, configured
from tests.places import AS_OF, Place, connected
from tests.stores import rows_of
from worker.core.outbox_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature

CODE = "H99.01-240701-0001"
BODY = json.dumps({"dossiers": [CODE], "nguoiNop": "Nguyễn Thị Mẫu"}).encode()


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator["Popen[str]"]:
    """The command in a process of its own, stopped at the end whatever happens."""
    command = [sys.executable, "-m", "worker.cli.main", "console", *arguments]
    with Popen(command, cwd=folder, stdout=PIPE, stderr=PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            yield process
        finally:
            process.kill()


def url_of(process: "Popen[str]") -> str:
    """Where it serves, as it says itself."""
    assert process.stdout is not None
    url: str = json.loads(process.stdout.readline())["url"]
    return url


def logged(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "data" / "doisoat.log").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop_and_ends_well(
    light_place: Place, number: signal.Signals
) -> None:
    folder = configured(light_place).folder
    with running(folder, "--port", "0", "--json") as process:
        url = url_of(process)
        assert httpx.get(f"{url}/healthz?ten=Nguyen", timeout=60).status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    requests = [each for each in logged(folder) if each["event"] == "request"]
    assert [(each["path"], each["status"]) for each in requests] == [("/healthz", 200)]
    assert "Nguyen" not in (folder / "data" / "doisoat.log").read_text(encoding="utf-8")


def test_a_webhook_puts_a_run_in_the_queue_also_where_no_broker_answers(
    light_place: Place,
) -> None:
    settings = configured(light_place)
    stamp = int(AS_OF.timestamp())
    headers = {TIMESTAMP_HEADER: str(stamp), SIGNATURE_HEADER: signature(SECRET, stamp, BODY)}
    with running(settings.folder, "--port", "0", "--json") as process:
        url = url_of(process)
        answers = [
            httpx.post(f"{url}/events/tinh", content=BODY, headers=headers, timeout=60)
            for _ in range(2)
        ]
        process.terminate()
        assert process.wait(timeout=60) == 0
    assert [each.status_code for each in answers] == [202, 200]
    with connected(settings) as engine:
        (run,) = rows_of(engine, SyncRun)
    assert [each.json() for each in answers] == [{"runs": [run.id], "unreadable": 0}] * 2
    assert (run.state, run.trigger, run.wish["codes"]) == (
        RunState.QUEUED,
        Trigger.WEBHOOK,
        [CODE],
    )


def test_a_port_that_is_taken_is_said_in_one_sentence(light_place: Place) -> None:
    folder = configured(light_place).folder
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = doisoat(folder, "console", "--port", port)
    assert done.code == 1
    assert done.err == (
        f"Không mở được cổng mạng {port} trên 127.0.0.1; hãy chọn cổng khác (0: tự chọn).\n"
    )
