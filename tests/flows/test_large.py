"""A month as large as a province's: 30,000 dossiers a side, everything looked up."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from models.dossier import DossierRecord
from tests.levers import truth_at
from tests.places import Place, connected, journey, reported
from tests.stores import rows_of
from tests.truths import assert_exact, same_but_number
from worker.simulator.server import SimulatedEndpoints

ROOT = Path(__file__).parents[2]
DOSSIERS = 30_000


@contextmanager
def simulation(folder: Path, seed: int) -> Iterator[SimulatedEndpoints]:
    """The real province's upstreams in another process."""
    arguments = [str(folder), "H51", "soc-trang", str(DOSSIERS), str(seed)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.simulation", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            yield msgspec.json.decode(process.stdout.readline(), type=SimulatedEndpoints)
        finally:
            process.terminate()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_thirty_thousand_dossiers_a_side_end_in_their_truth(
    tmp_path: Path, backend: str, store_url: str
) -> None:
    url = store_url if backend == "postgresql" else None
    place = Place(folder=tmp_path, code="H51", seeds="soc-trang", store_url=url)
    with simulation(tmp_path, seed=1) as at:
        settings = place.configure(at, reporting=True, sample_share=1, lookups_per_day=1_000_000)
        first = reported(journey(settings))
        assert first["totals"]["counted_portal"] >= DOSSIERS
        assert_exact(first, truth_at(at.province_url), published=True)
        second = reported(journey(settings))
    assert same_but_number(first, second)
    with connected(settings) as engine:
        assert len(rows_of(engine, DossierRecord)) > 2 * DOSSIERS
