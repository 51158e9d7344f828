"""Writing many rows at once means the same on both databases."""

from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from models.dossier import DossierCode, DossierRecord
from models.source import Sighting
from models.types import RecordView, Side, Status
from tests.db.test_records import prepare
from tests.records import enter, owners, put
from tests.stores import rows_of
from worker.db import bulk, sightings
from worker.db.bulk import Target, among
from worker.db.identities import dossiers_of

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
_SIGHTINGS = Target("sighting", ("run_id", "row", "window"), keys=("run_id", "row", "window"))

# What would end a value, a row or the whole of what is sent, were it not told apart.
_ODD = ["\\.", "a\tb", "a\nb", "\\N", "'", '"', "NULL", "", "Sở Nội vụ", "a\\b"]


def seen(engine: Engine) -> set[str]:
    return {each.row for each in rows_of(engine, Sighting)}


def test_rows_that_are_there_already_are_left_and_not_counted(engine: Engine) -> None:
    prepare(engine)
    with Session(engine) as session, session.begin():
        assert sightings.note(session, 1, "all", ["b", "a", "b"]) == 2
        assert sightings.note(session, 1, "all", ["a", "c"]) == 1
        assert sightings.note(session, 1, "other", ["a"]) == 1
        assert sightings.note(session, 1, "all", ["a", "b"]) == 0
        assert sightings.note(session, 1, "all", []) == 0
    assert len(rows_of(engine, Sighting)) == 4


@pytest.mark.parametrize("way", [bulk.append, bulk.enter])
def test_any_text_arrives_as_it_was(engine: Engine, way: object) -> None:
    prepare(engine)
    assert callable(way)
    with Session(engine) as session, session.begin():
        way(session, _SIGHTINGS, [(1, each, "all") for each in _ODD])
    assert seen(engine) == set(_ODD)


@pytest.mark.slow
def test_a_column_is_asked_for_as_many_values_as_there_are(engine: Engine) -> None:
    prepare(engine)
    rows = [*_ODD, *(str(number) for number in range(66_000))]
    with Session(engine) as session, session.begin():
        sightings.note(session, 1, "all", rows)
        found = session.exec(
            select(Sighting.row).where(among(session, col(Sighting.row), [*rows[5:], "unknown"]))
        ).all()
        none = session.exec(select(Sighting.row).where(among(session, col(Sighting.row), [])))
        assert none.all() == []
    assert sorted(found) == sorted(rows[5:])


def test_what_was_to_be_written_goes_with_its_transaction(engine: Engine) -> None:
    prepare(engine)
    with Session(engine) as session:
        sightings.note(session, 1, "all", ["a"])
        session.rollback()
        assert sightings.note(session, 1, "all", ["b"]) == 1
        session.commit()
    assert seen(engine) == {"b"}


def test_records_are_written_in_as_many_statements_whatever_their_number(engine: Engine) -> None:
    source = enter(engine, "tinh", Side.PROVINCE)

    def statements(first: int, count: int) -> int:
        told: list[str] = []

        def note(*sent: object) -> None:
            told.append(str(sent[2]))

        event.listen(engine, "before_cursor_execute", note)
        views = [_view(str(number), f"C{number}") for number in range(first, first + count)]
        put(engine, source, views)
        event.remove(engine, "before_cursor_execute", note)
        return len(told)

    statements(0, 1)
    assert statements(1000, 10) == statements(2000, 900)


def _view(external_id: str, *codes: str) -> RecordView:
    return RecordView(external_id=external_id, codes=codes, unit="H99.01", status=Status.NEW)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_two_writers_who_meet_the_same_codes_at_once_agree_on_the_dossier(engine: Engine) -> None:
    first = [_view("1", "A", "B"), _view("2", "C")]
    second = [_view("8", "D", "C"), _view("9", "B", "A")]
    found: dict[str, int] = {}

    def other() -> None:
        with Session(engine) as session, session.begin():
            found.update(dossiers_of(session, second, NOW))

    with Session(engine) as session, session.begin():
        found.update(dossiers_of(session, first, NOW))
        waiting = Thread(target=other)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
    waiting.join()
    assert (found["1"], found["2"]) == (found["9"], found["8"])
    assert owners(engine) == {
        "A": found["1"],
        "B": found["1"],
        "C": found["2"],
        "D": found["2"],
    }
    assert len(rows_of(engine, DossierCode)) == 4
    assert rows_of(engine, DossierRecord) == []
