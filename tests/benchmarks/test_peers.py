"""What runs in a process of its own is measured there, and says why where it can't run."""

import sys
from io import StringIO

import pytest
from rich.console import Console

from tests.benchmarks.peers import Took, UnavailableError, measured, peak_megabytes
from tests.benchmarks.reconcile import CYCLE, FIRST, FULL, Measured, ratios_of, table_of


def test_a_process_tells_what_it_took_on_its_last_line() -> None:
    script = "import time; print('warm'); print('{\"seconds\": 0.5, \"rows\": 3}')"
    took = measured([sys.executable, "-c", script])
    assert (took.seconds, took.told) == (0.5, {"rows": 3})
    assert took.whole > 0
    assert took.megabytes > 1


def test_a_process_knows_its_own_memory_better_than_its_parent_does() -> None:
    took = measured([sys.executable, "-c", 'print(\'{"seconds": 1, "megabytes": 7}\')'])
    assert took.megabytes == 7
    assert 10 < peak_megabytes() < 10_000


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(UnavailableError, match="ModuleNotFoundError: No module named 'nobody'"):
        measured([sys.executable, "-c", "import nobody"])


def test_the_table_has_a_line_for_each_work_and_ratios_beside_the_full_one() -> None:
    small = timed(100, {FIRST: (8.0, 9.0, 10.0), FULL: (2.0,), CYCLE: (0.5,)})
    large = timed(1000, {FIRST: (90.0,), FULL: (20.0,), CYCLE: (1.0,)})
    written = StringIO()
    Console(width=180, file=written).print(table_of([small, large]))
    lines = [line for line in written.getvalue().splitlines() if FIRST in line]
    assert "9.00" in lines[0]
    assert "4.50" in lines[0]
    assert list(ratios_of([small, large])) == [
        "here, 100: a cycle is 18.0 times cheaper than the first, 4.0 times than a full one",
        "here: a cycle is 2.0 times dearer on ten times as many",
        "here, 1,000: a cycle is 90.0 times cheaper than the first, 20.0 times than a full one",
    ]


def timed(dossiers: int, seconds: dict[str, tuple[float, ...]]) -> Measured:
    found = Measured("here", dossiers)
    for work, runs in seconds.items():
        found.took[work] = [
            Took(seconds=each, whole=each + 1, megabytes=90, told={"rows": 7}) for each in runs
        ]
    return found
