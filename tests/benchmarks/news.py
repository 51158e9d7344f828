"""A cycle of news for a filled store: some dossiers move on, at home and on the portal."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from msgspec.structs import replace
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from models.dossier import DossierRecord
from models.types import Progress, RecordView, Status
from tests.benchmarks.dossiers import directory
from tests.records import put
from tests.works import Works
from worker.db import lookups, runs
from worker.db.sources import identity
from worker.db.views import views_of


def change(engine: Engine, share: float, now: datetime) -> int:
    """A share of dossiers moves on both sides, written by the program.

    Open ones end, ended ones get a day more. Returns how many.
    """
    works = Works(engine, directory(), now=now)
    with Session(engine) as session:
        last = session.exec(select(func.max(DossierRecord.dossier_id))).one() or 0
    chance = Random(now.timestamp())  # noqa: S311 - made-up data
    chosen = sorted(chance.sample(range(1, last + 1), max(1, int(last * share))))
    home, portal = (_views(engine, each, chosen) for each in (works.province_id, works.portal_id))
    put(engine, works.province_id, [_moved_on(each, now) for each in home], now)
    put(engine, works.portal_id, [_moved_on(each, now) for each in portal], now)
    known = {view.codes[0] for view in portal}
    answers = {view.codes[0]: view.codes[0] in known for view in home}
    _answer_again(engine, works.portal_id, answers, now)
    return len(chosen)


def _views(engine: Engine, source_id: int, dossiers: Sequence[int]) -> list[RecordView]:
    with Session(engine) as session:
        query = select(DossierRecord).where(
            DossierRecord.source_id == source_id, col(DossierRecord.dossier_id).in_(dossiers)
        )
        records = list(session.exec(query))
        return list(views_of(session, records).values())


def _moved_on(view: RecordView, now: datetime) -> RecordView:
    at = now - timedelta(hours=2)
    if view.status.is_end or view.received_at is None or view.received_at >= at:
        later = view.due_at + timedelta(days=1) if view.due_at else None
        return replace(view, due_at=later)
    events = None if view.events is None else (*view.events, Progress(at, Status.FINISHED))
    return replace(view, status=Status.FINISHED, finished_at=at, events=events)


def _answer_again(
    engine: Engine, portal_id: int, answers: Mapping[str, bool], now: datetime
) -> None:
    with Session(engine) as session, session.begin():
        run = runs.last_run(session, portal_id)
        assert run is not None
        lookups.note_answers(session, portal_id, identity(run.id), answers, now)
