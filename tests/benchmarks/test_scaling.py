"""The benchmark of workers measures what it says, on upstreams small enough for a test."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.scaling import Upstreams, measure, table_of
from tests.redis_server import RedisServer


@pytest.mark.slow
def test_each_number_of_workers_reads_the_same(
    postgres_server: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    upstreams = Upstreams(sources=2, dossiers=20, page_size=20, latency=0.01)
    rows = measure(tmp_path / "runs", (postgres_server, redis_server), upstreams, (1, 2))
    assert [(row.sources, row.workers) for row in rows] == [(2, 1), (2, 2)]
    first, second = rows
    assert first.pages > upstreams.sources
    assert (first.pages, first.rows) == (second.pages, second.rows)
    written = StringIO()
    Console(width=120, file=written).print(table_of(rows))
    assert f"{first.seconds / second.seconds:.2f}" in written.getvalue()
