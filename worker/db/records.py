"""Writing what a source told: records are upserted only when changed, earlier views are kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, delete, exists, func, select, update

from models.dossier import DossierRecord, ProgressEvent, RecordVerdict
from models.source import Sighting
from models.types import RecordView
from worker.core.verdict import Verdict
from worker.db import bulk
from worker.db.bulk import Row, among, seconds
from worker.db.identities import dossiers_of
from worker.db.pair_marks import mark_stale
from worker.db.record_rows import (
    EVENTS,
    NEW_RECORDS,
    RECORDS,
    VERDICTS,
    VERSIONS,
    event_rows,
    verdict_row,
)
from worker.db.sources import identity
from worker.db.views import VIEWED, chunks, encode, fingerprint, values_of, views_of


class Judgement(Struct, frozen=True, gc=False):
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store has of a record; ``told`` is its fingerprint, None for one that was gone."""

    key: int
    told: str | None


def upsert(session: Session, views: Iterable[RecordView], writing: Writing) -> Written:
    """Write one batch of records. Writing the same batch again changes nothing."""
    latest = {view.external_id: view for view in views}
    prints = {key: fingerprint(view) for key, view in latest.items()}
    known = _known(session, writing.source_id, list(latest))
    new = [view for key, view in latest.items() if key not in known]
    changed = {
        known[key].key: view
        for key, view in latest.items()
        if key in known and known[key].told != prints[key]
    }
    if new or changed:
        _write(session, new, changed, prints, writing)
    return Written(len(new), len(changed), len(latest) - len(new) - len(changed))


def _known(session: Session, source_id: int, external_ids: Sequence[str]) -> dict[str, _Known]:
    record = DossierRecord
    query = select(record.external_id, record.id, record.fingerprint, record.gone_at).where(
        record.source_id == source_id, among(session, record.external_id, external_ids)
    )
    return {
        external_id: _Known(identity(key), None if gone else told)
        for external_id, key, told, gone in session.exec(query).all()
    }


def _write(
    session: Session,
    new: Sequence[RecordView],
    changed: Mapping[int, RecordView],
    prints: Mapping[str, str],
    writing: Writing,
) -> None:
    """Write records that are new, and by their ids those that changed, their views kept."""
    before = _keep_versions(session, list(changed), writing) if changed else {}
    dossiers = dossiers_of(session, [*new, *changed.values()], writing.now)
    after = {key: dossiers[changed[key].external_id] for key in before}
    moved = [(before[key], after[key]) for key in before if before[key] != after[key]]
    mark_stale(session, {dossier for pair in moved for dossier in pair})
    ending = (writing.source_id, seconds(writing.now), writing.run_id, None)

    def row(view: RecordView) -> Row:
        key = view.external_id
        return (*values_of(view), prints[key], dossiers[key], *ending)

    _change(session, changed, row, writing.judge)
    if new:
        _enter(session, new, row, writing.judge)


def _enter(
    session: Session, new: Sequence[RecordView], row: Callable[[RecordView], Row], judge: Judge
) -> None:
    """Write records that are new."""
    entered = dict(zip(bulk.new_keys(session, NEW_RECORDS, len(new)), new, strict=True))
    verdicts: list[Row] = []

    def rows() -> Iterator[Row]:
        for key, view in entered.items():
            yield key, *row(view)
            # Judged here because the server takes in the rows before meanwhile.
            verdicts.extend(_verdict_rows(key, view, judge))

    bulk.append(session, NEW_RECORDS, rows())
    bulk.append(session, VERDICTS, verdicts)
    _write_events(session, entered)


def _change(
    session: Session,
    changed: Mapping[int, RecordView],
    row: Callable[[RecordView], Row],
    judge: Judge,
) -> None:
    """Write records that are known, by their ids."""
    bulk.upsert(session, RECORDS, [row(view) for view in changed.values()])
    _clear_details(session, list(changed))
    _write_verdicts(session, changed, judge)
    _write_events(session, changed)


def _keep_versions(session: Session, record_ids: Sequence[int], writing: Writing) -> dict[int, int]:
    """Put the views that are about to change where a past cut-off finds them.

    A record that was gone keeps the gap: its version ends when it went. Returns the dossier that
    each record belonged to.
    """
    record = DossierRecord
    columns = map(col, (record.dossier_id, record.observed_at, record.gone_at))
    query = sql_select(*VIEWED, *columns)
    earlier = [
        row
        for chunk in chunks(record_ids)
        for row in session.connection().execute(query.where(col(record.id).in_(chunk)))
    ]
    before = views_of(session, earlier)
    rows = [
        (
            each.id,
            seconds(each.observed_at),
            seconds(each.gone_at or writing.now),
            encode(before[each.id]),
        )
        for each in earlier
    ]
    bulk.append(session, VERSIONS, rows)
    return {each.id: each.dossier_id for each in earlier}


def _clear_details(session: Session, record_ids: Sequence[int]) -> None:
    for chunk in chunks(record_ids):
        session.exec(delete(ProgressEvent).where(col(ProgressEvent.record_id).in_(chunk)))
        session.exec(delete(RecordVerdict).where(col(RecordVerdict.record_id).in_(chunk)))


def _write_events(session: Session, views: Mapping[int, RecordView]) -> None:
    events = [row for key, view in views.items() for row in event_rows(key, view)]
    if events:
        bulk.append(session, EVENTS, events)


def _write_verdicts(session: Session, views: Mapping[int, RecordView], judge: Judge) -> None:
    rows = [row for key, view in views.items() for row in _verdict_rows(key, view, judge)]
    if rows:
        bulk.append(session, VERDICTS, rows)


def _verdict_rows(key: int, view: RecordView, judge: Judge) -> Iterator[Row]:
    for each in judge(view):
        yield verdict_row(key, each.rule, each.basis, each.verdict)


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
        select(DossierRecord.id).where(DossierRecord.source_id == source_id, exists(current))
    ).all()
    for keys in chunks(stale):
        records = sql_select(*VIEWED).where(col(DossierRecord.id).in_(keys))
        views = views_of(session, session.connection().execute(records))
        session.exec(delete(RecordVerdict).where(col(RecordVerdict.record_id).in_(keys)))
        _write_verdicts(session, views, judge)
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
