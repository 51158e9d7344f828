"""The benchmark of reading measures what it says, on a list small enough for a test."""

import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.ingest import OURS, Program, measure, programs, table_of
from tests.benchmarks.ingest_peers import libpq_address
from tests.benchmarks.peers import UnavailableError

# A program that takes a second for every record of a list of two.
_SLOW = 'print(\'{"records": 2, "seconds": 2.0, "cpu": 1.0, "version": "9.9"}\')'


def test_every_record_is_read_and_a_peer_measured_beside_it(tmp_path: Path) -> None:
    (ours,) = programs(tmp_path, None)
    peer = Program("slow", (sys.executable, "-c", _SLOW))
    elsewhere = Program("elsewhere", (sys.executable, "-c", "fail"), stores=("postgresql",))
    readers = [ours, peer, elsewhere]
    readings = measure("sqlite", readers, records=250, page_size=100, runs=1)
    assert [each.program for each in readings] == [OURS, "slow"]
    assert [each.median("records") for each in readings] == [250, 2]
    assert [each.rate for each in readings][1] == 1
    written = StringIO()
    Console(width=160, file=written).print(table_of(readings))
    assert "slow 9.9" in written.getvalue()
    assert f"{readings[0].rate:.1f}" in written.getvalue()


def test_a_program_that_fails_says_what_was_wrong() -> None:
    broken = Program("broken", (sys.executable, "-c", "raise SystemExit('no such store')"))
    with pytest.raises(UnavailableError, match="no such store"):
        broken.read("http://127.0.0.1:1", "sqlite://", 100)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
        ("postgresql+psycopg://a:b@h:1/d", "postgresql://a:b@h:1/d"),
        (
            "postgresql+psycopg://a@/d?host=%2Ftmp%2Fserver",
            "postgresql://a:none@%2Ftmp%2Fserver:5432/d",
        ),
    ],
)
def test_a_peer_is_told_of_the_store_in_its_own_way(url: str, told: str) -> None:
    assert libpq_address(url) == told
