"""Records put into a store as a pull or an imported list would put them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.dossier import DossierCode
from models.types import RecordView, RunState, Side, Status, Trigger
from tests.stores import rows_of
from tests.works import judged
from worker.db import records, runs, sources
from worker.db.records import Writing
from worker.db.runs import RunRequest

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
RECEIVED = datetime(2024, 7, 1, 1, 15, 2, tzinfo=UTC)
DUE = datetime(2024, 7, 15, 10, tzinfo=UTC)


def enter(engine: Engine, name: str, side: Side) -> int:
    """A source; its id."""
    with Session(engine) as session, session.begin():
        return sources.ensure_source(session, name=name, side=side, kind="opencps", rule="portal")


def view(code: str, *more_codes: str, **told: object) -> RecordView:
    """A dossier received at one second of 1 July, its own code the external id."""
    usual: dict[str, object] = {
        "external_id": code,
        "codes": (code, *more_codes),
        "unit": "H99.01",
        "status": Status.IN_PROCESS,
        "procedure": "1.990003",
        "received_at": RECEIVED,
        "due_at": DUE,
    }
    return RecordView(**(usual | told))  # type: ignore[arg-type]


def put(engine: Engine, source_id: int, views: Sequence[RecordView], now: datetime = NOW) -> None:
    """Write records of a source in a run of their own."""
    with _writing(engine, source_id, now) as (session, writing):
        records.upsert(session, views, writing)


def take(engine: Engine, source_id: int, codes: Sequence[str], now: datetime = NOW) -> None:
    """Mark records as gone, as a source does that no longer knows their codes."""
    with _writing(engine, source_id, now) as (session, writing):
        records.mark_code_gone(session, writing, codes)


def owners(engine: Engine) -> dict[str, int]:
    """The dossier of each code."""
    return {row.code: row.dossier_id for row in rows_of(engine, DossierCode)}


@contextmanager
def _writing(engine: Engine, source_id: int, now: datetime) -> Iterator[tuple[Session, Writing]]:
    request = RunRequest(trigger=Trigger.FILE, stage="pull")
    with Session(engine) as session, session.begin():
        run = runs.claim(
            session,
            source_id,
            request,
            owner="here:1",
            is_alive=lambda _owner: False,
            now=now,
        )
        yield session, Writing(source_id, run.id, now, judged)
        runs.finish(session, run, RunState.COMPLETE, now)
