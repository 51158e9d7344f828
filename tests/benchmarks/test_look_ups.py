"""The benchmark of look-ups measures what it says, on a world small enough for a test."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.look_ups import measure, table_of
from tests.places import Place


@pytest.mark.slow
def test_both_ways_are_measured_on_the_same_world(light_place: Place, tmp_path: Path) -> None:
    rows = measure(tmp_path / "runs", light_place, share=0.05, dossiers=250, seed=2)
    assert [row.cycle for row in rows] == ["first", "later"]
    for row in rows:
        assert 0 < row.drilled.look_ups < row.naive.look_ups
        assert row.drilled.late == row.naive.late == row.late
        assert row.drilled.unexplained == 0
        assert row.naive.unexplained is None
    first, later = rows
    assert first.naive.look_ups >= first.dossiers
    assert first.naive.discrepancies == first.differing
    assert later.differing < first.differing
    assert 0 < first.drilled.discrepancies <= first.differing


@pytest.mark.slow
def test_the_table_has_a_line_for_each_reading(light_place: Place, tmp_path: Path) -> None:
    rows = measure(tmp_path / "runs", light_place, share=0.05, dossiers=250, seed=3)
    written = StringIO()
    Console(width=160, file=written).print(table_of(rows))
    text = written.getvalue()
    assert "first" in text
    assert "later" in text
    assert f"{rows[0].ratio:.3f}" in text
