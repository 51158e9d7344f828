"""Runs as tests look at them and change them behind the console's back."""

import re

import httpx
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.source import SyncRun
from tests.console.people import Person
from tests.places import connected
from tests.stores import rows_of
from worker.settings.model import Settings

WHY = "Sở Nội vụ đề nghị xem lại"


def runs_in(settings: Settings) -> list[SyncRun]:
    with connected(settings) as engine:
        return rows_of(engine, SyncRun)


def newest(settings: Settings) -> SyncRun:
    return max(runs_in(settings), key=lambda row: row.id or 0)


def set_run(settings: Settings, run: int, **values: object) -> None:
    with connected(settings) as engine, Session(engine) as session, session.begin():
        row = session.get_one(SyncRun, run)
        for name, value in values.items():
            setattr(row, name, value)


def audited(settings: Settings) -> list[AuditEntry]:
    """What was done to runs, the oldest first."""
    with connected(settings) as engine, Session(engine, expire_on_commit=False) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        return [each for each in entries if each.action.startswith("run_")]


def started(person: Person, **fields: str | list[str]) -> httpx.Response:
    return person.post("/runs/new", **{"extent": "changes", "reason": WHY, "key": "k", **fields})


def run_of(answer: httpx.Response) -> int:
    found = re.fullmatch(r"/runs/(\d+)\?said=\w+", answer.headers["location"])
    assert found is not None, answer.headers["location"]
    return int(found[1])
