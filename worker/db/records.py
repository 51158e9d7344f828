"""Writing what a source told: records are upserted only when changed, earlier views are kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, delete, exists, func, select, update

from models.dossier import DossierRecord, ProgressEvent, RecordVerdict, RecordVersion
from models.source import Sighting
from models.types import RecordView
from worker.core.verdict import Verdict
from worker.db.identities import dossiers_of
from worker.db.sources import identity
from worker.db.views import CHUNK, chunks, columns_of, encode, fingerprint, views_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """One rule's verdict on a record; ``basis`` names rule, version and settings behind it."""

    rule: str
    basis: str
    verdict: Verdict


Judge = Callable[[RecordView], Sequence[Judgement]]


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes, for which run, and as of when."""

    source_id: int
    run_id: int
    now: datetime
    judge: Judge


@dataclass(frozen=True, slots=True)
class Written:
    """How many records were new, changed, or as before."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def upsert(session: Session, views: Iterable[RecordView], writing: Writing) -> Written:
    """Write one batch of records. Writing the same batch again changes nothing."""
    latest = {view.external_id: view for view in views}
    stored = _stored(session, writing.source_id, list(latest))
    new = [view for key, view in latest.items() if key not in stored]
    changed = [
        view for key, view in latest.items() if key in stored and _differs(stored[key], view)
    ]
    dossiers = dossiers_of(session, [*new, *changed], writing.now)
    _insert(session, new, dossiers, writing)
    _update(session, changed, stored, dossiers, writing)
    return Written(len(new), len(changed), len(latest) - len(new) - len(changed))


def _stored(
    session: Session, source_id: int, external_ids: Sequence[str]
) -> dict[str, DossierRecord]:
    found: dict[str, DossierRecord] = {}
    for chunk in chunks(external_ids):
        query = select(DossierRecord).where(
            DossierRecord.source_id == source_id, col(DossierRecord.external_id).in_(chunk)
        )
        found.update({record.external_id: record for record in session.exec(query)})
    return found


def _differs(record: DossierRecord, view: RecordView) -> bool:
    return record.gone_at is not None or record.fingerprint != fingerprint(view)


def _insert(
    session: Session, views: Sequence[RecordView], dossiers: Mapping[str, int], writing: Writing
) -> None:
    if not views:
        return
    rows = [
        columns_of(view)
        | {
            "dossier_id": dossiers[view.external_id],
            "source_id": writing.source_id,
            "observed_at": writing.now,
            "changed_run": writing.run_id,
        }
        for view in views
    ]
    statement = insert(DossierRecord).returning(col(DossierRecord.id), sort_by_parameter_order=True)
    keys = session.connection().execute(statement, rows).scalars().all()
    _write_details(session, dict(zip(map(identity, keys), views, strict=True)), writing)


def _update(
    session: Session,
    views: Sequence[RecordView],
    stored: Mapping[str, DossierRecord],
    dossiers: Mapping[str, int],
    writing: Writing,
) -> None:
    if not views:
        return
    records = {view.external_id: stored[view.external_id] for view in views}
    _keep_versions(session, list(records.values()), writing.now)
    for view in views:
        record = records[view.external_id]
        for name, value in columns_of(view).items():
            setattr(record, name, value)
        record.dossier_id = dossiers[view.external_id]
        record.observed_at, record.changed_run = writing.now, writing.run_id
        record.gone_at = None
    session.flush()
    ids = {identity(records[view.external_id].id): view for view in views}
    _clear_details(session, list(ids))
    _write_details(session, ids, writing)


def _keep_versions(session: Session, records: Sequence[DossierRecord], now: datetime) -> None:
    """Put the views that are about to change where a past cut-off finds them.

    A record that was gone keeps the gap: its version ends when it went.
    """
    before = views_of(session, records)
    rows = [
        {
            "record_id": identity(record.id),
            "observed_at": record.observed_at,
            "until": record.gone_at or now,
            "view": encode(before[identity(record.id)]),
        }
        for record in records
    ]
    session.connection().execute(insert(RecordVersion), rows)


def _clear_details(session: Session, record_ids: Sequence[int]) -> None:
    for chunk in chunks(record_ids):
        session.exec(delete(ProgressEvent).where(col(ProgressEvent.record_id).in_(chunk)))
        session.exec(delete(RecordVerdict).where(col(RecordVerdict.record_id).in_(chunk)))


def _write_details(session: Session, views: Mapping[int, RecordView], writing: Writing) -> None:
    events = [
        {"record_id": key, "position": position, "at": event.at, "status": event.status}
        for key, view in views.items()
        for position, event in enumerate(view.events or ())
    ]
    verdicts = [
        _verdict_row(key, judgement)
        for key, view in views.items()
        for judgement in writing.judge(view)
    ]
    if events:
        session.connection().execute(insert(ProgressEvent), events)
    if verdicts:
        session.connection().execute(insert(RecordVerdict), verdicts)


def _verdict_row(record_id: int, judgement: Judgement) -> dict[str, Any]:
    verdict = judgement.verdict
    return {
        "record_id": record_id,
        "rule": judgement.rule,
        "basis": judgement.basis,
        "counted_from": verdict.counted_from,
        "ends_at": verdict.ends_at,
        "leaves_at": verdict.leaves_at,
        "late_from": verdict.late_from,
        "waiting": verdict.waiting,
        "weight": verdict.weight,
        "reason": verdict.reason,
    }


def judge_again(session: Session, source_id: int, basis: Sequence[str], judge: Judge) -> int:
    """Judge anew every record whose verdicts rest on another basis than the ones given.

    That is so after a rule's setting, the calendar or a statutory limit changed. Returns how many.
    """
    current = (
        select(RecordVerdict.record_id)
        .where(
            col(RecordVerdict.record_id) == col(DossierRecord.id),
            col(RecordVerdict.basis).not_in(basis),
        )
        .correlate(DossierRecord)
    )
    stale = session.exec(
        select(DossierRecord).where(DossierRecord.source_id == source_id, exists(current))
    ).all()
    for start in range(0, len(stale), CHUNK):
        views = views_of(session, stale[start : start + CHUNK])
        for chunk in chunks(list(views)):
            session.exec(delete(RecordVerdict).where(col(RecordVerdict.record_id).in_(chunk)))
        rows = [_verdict_row(key, each) for key, view in views.items() for each in judge(view)]
        session.connection().execute(insert(RecordVerdict), rows)
    return len(stale)


def mark_gone(
    session: Session, writing: Writing, since: datetime | None, until: datetime | None = None
) -> int:
    """Mark as gone what a complete reading of everything since ``since`` no longer had.

    With ``until`` the reading was of what was received before that instant.
    """
    return session.exec(
        update(DossierRecord)
        .where(*_missing(writing, since, until))
        .values(gone_at=writing.now, changed_run=writing.run_id)
    ).rowcount


def count_missing(
    session: Session, writing: Writing, since: datetime | None, until: datetime | None = None
) -> tuple[int, int]:
    """How many known records the reading did not have, and how many it should have had."""
    counted = select(func.count()).select_from(DossierRecord)
    missing = session.exec(counted.where(*_missing(writing, since, until))).one()
    expected = session.exec(counted.where(*_expected(writing, since, until))).one()
    return missing, expected


def _expected(writing: Writing, since: datetime | None, until: datetime | None) -> list[Any]:
    conditions: list[Any] = [
        DossierRecord.source_id == writing.source_id,
        col(DossierRecord.gone_at).is_(None),
    ]
    if since is not None:
        conditions.append(col(DossierRecord.received_at) >= since)
    if until is not None:
        conditions.append(col(DossierRecord.received_at) < until)
    return conditions


def _missing(writing: Writing, since: datetime | None, until: datetime | None) -> list[Any]:
    seen = exists().where(
        col(Sighting.run_id) == writing.run_id,
        col(Sighting.row) == col(DossierRecord.external_id),
    )
    return [*_expected(writing, since, until), ~seen]


def mark_code_gone(session: Session, writing: Writing, codes: Sequence[str]) -> None:
    """Mark as gone the records of a source that tells one dossier at a time, by their own code."""
    for chunk in chunks(codes):
        session.exec(
            update(DossierRecord)
            .where(
                col(DossierRecord.source_id) == writing.source_id,
                col(DossierRecord.external_id).in_(chunk),
                col(DossierRecord.gone_at).is_(None),
            )
            .values(gone_at=writing.now, changed_run=writing.run_id)
        )


def first_received(session: Session) -> datetime | None:
    """When the earliest known dossier was received."""
    return session.exec(select(func.min(DossierRecord.received_at))).one()


def newest_instant(session: Session, source_id: int, now: datetime) -> datetime | None:
    """The latest instant, up to now, at which a source received or finished a dossier."""
    latest = [
        session.exec(
            select(func.max(column)).where(DossierRecord.source_id == source_id, column <= now)
        ).one()
        for column in (col(DossierRecord.received_at), col(DossierRecord.finished_at))
    ]
    return max((each for each in latest if each is not None), default=None)
