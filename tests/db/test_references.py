"""What names a row of another table names one that is there, also where no foreign key asks."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, select
from sqlmodel import Session

from models.tables import metadata
from models.types import Side
from tests.histories import History
from tests.records import NOW, enter, owners, put, view
from tests.upstreams import DAY, Lists, going_down, late, told
from tests.works import Works
from worker.core.look_up_plan import Appetite
from worker.core.retention import Retention
from worker.core.units import UnitDirectory
from worker.db import bulk
from worker.db.bulk import Target
from worker.db.identities import part
from worker.sources.folder import read_folder
from worker.stages.prune import Prune, prune

AFRESH = Appetite(everything=True, afresh=True, sample_share=0)
_YEAR = timedelta(days=366)

# Those that migration 0004 freed of their foreign keys.
_REFERENCES = (
    ("dossiercode.dossier_id", "dossier.id"),
    ("dossierrecord.dossier_id", "dossier.id"),
    ("dossierrecord.source_id", "source.id"),
    ("dossierrecord.changed_run", "syncrun.id"),
    ("progressevent.record_id", "dossierrecord.id"),
    ("recordverdict.record_id", "dossierrecord.id"),
    ("sighting.run_id", "syncrun.id"),
)


def dangling(engine: Engine) -> set[str]:
    """The columns in which a row is named that isn't there."""
    found = set()
    with engine.connect() as connection:
        for referring, referred in _REFERENCES:
            column, key = (_column(each) for each in (referring, referred))
            lost = select(column).where(column.not_in(select(key))).limit(1)
            if connection.execute(lost).first() is not None:
                found.add(referring)
    return found


def _column(name: str) -> Column[Any]:
    table, _, column = name.partition(".")
    return metadata.tables[table].columns[column]


@pytest.fixture
def works(engine: Engine, province_folder: Path) -> Works:
    return Works(engine, UnitDirectory(read_folder(province_folder).units))


def test_a_lost_row_would_be_noticed(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        bulk.append(session, Target("dossiercode", ("code", "dossier_id")), [("A", 4711)])
    assert dangling(engine) == {"dossiercode.dossier_id"}


def test_years_of_pulls_look_ups_and_pruning_lose_no_row(works: Works) -> None:
    history = History(7)
    for _ in range(3):
        works.pull(history.lists())
        works.look_up(history.desk(), appetite=AFRESH)
        assert dangling(works.engine) == set()
        works.now += _YEAR
    prune(
        Prune(
            engine=works.engine,
            retention=Retention(),
            now=works.now,
            progress=lambda _done, _total: None,
        )
    )
    assert dangling(works.engine) == set()


def test_a_pull_cut_short_leaves_no_row_behind_that_nobody_owns(works: Works) -> None:
    rows = [told(number) for number in range(1, 36)]
    works.pull(Lists(rows, before_page=going_down(after=20)))
    assert dangling(works.engine) == set()
    works.now += DAY
    works.pull(Lists([late(1), *rows[1:30]]))
    assert dangling(works.engine) == set()


def test_dossiers_made_one_and_taken_apart_lose_no_row(engine: Engine) -> None:
    source = enter(engine, "tinh", Side.PROVINCE)
    put(engine, source, [view("A"), view("B"), view("C")])
    put(engine, source, [view("D", "A", "B")], NOW + DAY)
    assert dangling(engine) == set()
    put(engine, source, [view("D")], NOW + 2 * DAY)
    with Session(engine) as session, session.begin():
        part(session, owners(engine)["A"], [], NOW + 3 * DAY)
    assert dangling(engine) == set()
