"""Look-ups: who has been asked for, what is worth asking, and how many calls are left."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert
from sqlmodel import Session, col, func, select, update

from models.decision import CodeLink
from models.dossier import DossierCode, DossierRecord, LookupAnswer, RecordVerdict
from models.source import CallBudget
from worker.core.look_up_plan import AtHome, OnPortal
from worker.core.verdict import Verdict
from worker.db.views import chunks


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The newest answer for a code: in which run, known or not, and since when it says so."""

    row_id: int
    run_id: int
    found: bool
    asked_at: datetime


def at_home(
    session: Session, home_ids: Sequence[int], portal_id: int, rule: str
) -> Iterator[AtHome]:
    """Every dossier held at home now, with its verdict by the portal's rule.

    ``home_ids`` are the province's system and then line-ministry software: a dossier is told by the
    first that has it.
    """
    told: set[int] = set()
    for home_id in home_ids:
        here = list(_at_home(session, home_id, portal_id, rule))
        elsewhere = home_id != home_ids[0]
        for each in here:
            if each.dossier_id not in told:
                yield replace(each, is_elsewhere=True) if elsewhere else each
        told.update(each.dossier_id for each in here)


def _at_home(session: Session, home_id: int, portal_id: int, rule: str) -> Iterator[AtHome]:
    answers = latest_answers(session, portal_id)
    borne = _borne_on_portal(session, portal_id)
    for record, verdict in _judged(session, home_id, rule):
        own = tuple(record.codes.split(" "))
        codes = tuple(dict.fromkeys((*own, *borne.get(record.dossier_id, ()))))
        last = [answers[code] for code in codes if code in answers]
        asked = min(last, key=lambda each: each.run_id) if len(last) == len(codes) else None
        yield AtHome(
            dossier_id=record.dossier_id,
            codes=codes,
            unit=record.unit,
            due_at=record.due_at,
            finished_at=record.finished_at,
            received_at=record.received_at,
            verdict=verdict,
            changed_run=record.changed_run,
            asked_run=asked.run_id if asked else None,
            asked_at=asked.asked_at if asked else None,
        )


def _borne_on_portal(session: Session, portal_id: int) -> dict[int, tuple[str, ...]]:
    """The codes under which the portal holds dossiers that others call by another code."""
    query = (
        select(DossierRecord.dossier_id, DossierRecord.external_id)
        .join(CodeLink, _is_linked())
        .where(DossierRecord.source_id == portal_id, col(DossierRecord.gone_at).is_(None))
        .order_by(col(DossierRecord.id))
    )
    borne: defaultdict[int, list[str]] = defaultdict(list)
    for dossier, code in session.exec(query):
        borne[dossier].append(code)
    return {dossier: tuple(codes) for dossier, codes in borne.items()}


def _is_linked() -> ColumnElement[bool]:
    code = col(DossierRecord.external_id)
    borne = (col(CodeLink.code) == code) | (col(CodeLink.other) == code)
    return borne & col(CodeLink.undone_at).is_(None)


def on_portal(
    session: Session, portal_id: int, rule: str, dossiers: Sequence[int] | None = None
) -> Iterator[OnPortal]:
    """The portal's records with their verdicts; of some dossiers only, where they are named."""
    portions: Iterable[Sequence[int] | None] = [None] if dossiers is None else chunks(dossiers)
    for portion in portions:
        for record, verdict in _judged(session, portal_id, rule, portion):
            yield OnPortal(record.dossier_id, record.unit, verdict)


def _judged(
    session: Session, source_id: int, rule: str, dossiers: Sequence[int] | None = None
) -> Iterator[tuple[DossierRecord, Verdict]]:
    query = (
        select(DossierRecord, RecordVerdict)
        .join(RecordVerdict, col(RecordVerdict.record_id) == col(DossierRecord.id))
        .where(
            DossierRecord.source_id == source_id,
            col(DossierRecord.gone_at).is_(None),
            RecordVerdict.rule == rule,
        )
        .order_by(col(DossierRecord.dossier_id), col(DossierRecord.id))
    )
    if dossiers is not None:
        query = query.where(col(DossierRecord.dossier_id).in_(dossiers))
    for record, row in session.exec(query.execution_options(yield_per=2000)):
        yield record, _verdict(row)


def _verdict(row: RecordVerdict) -> Verdict:
    return Verdict(
        reason=row.reason,
        counted_from=row.counted_from,
        ends_at=row.ends_at,
        leaves_at=row.leaves_at,
        late_from=row.late_from,
        waiting=row.waiting,
        weight=row.weight,
    )


def latest_answers(session: Session, portal_id: int) -> dict[str, LastAnswer]:
    """The newest answer for every code the portal was ever asked for."""
    query = (
        select(LookupAnswer)
        .where(LookupAnswer.source_id == portal_id)
        .order_by(col(LookupAnswer.id))
    )
    return {row.code: _last(row) for row in session.exec(query)}


def _last(row: LookupAnswer) -> LastAnswer:
    return LastAnswer(row.id or 0, row.run_id, row.found, row.asked_at)


def note_answers(
    session: Session, source_id: int, run_id: int, found: Mapping[str, bool], now: datetime
) -> None:
    """Keep what was answered for each code.

    A new row begins where the answer turned, or where another source had changed the dossier since:
    so a past cut-off knows whether the portal had been asked after the change.
    """
    owners = _owners(session, list(found))
    last = _last_of(session, source_id, list(found))
    changes = _last_changes(session, source_id, sorted(set(owners.values())))
    lasting = {
        code
        for code, known in found.items()
        if _goes_on(last.get(code), known, changes.get(owners.get(code, 0)))
    }
    same = [last[code].row_id for code in found if code in lasting]
    for chunk in chunks(same):
        session.exec(
            update(LookupAnswer)
            .where(col(LookupAnswer.id).in_(chunk))
            .values(asked_at=now, run_id=run_id)
        )
    rows = [
        {
            "source_id": source_id,
            "code": code,
            "dossier_id": owners[code],
            "found": known,
            "since": now,
            "asked_at": now,
            "run_id": run_id,
        }
        for code, known in found.items()
        if code not in lasting and code in owners
    ]
    if rows:
        session.connection().execute(insert(LookupAnswer), rows)


def _goes_on(
    last: LastAnswer | None,
    found: bool,  # noqa: FBT001 - the answer itself
    changed_at: datetime | None,
) -> bool:
    """Whether the last answer still says all, asked again after the last change elsewhere."""
    if last is None or last.found != found:
        return False
    return changed_at is None or changed_at <= last.asked_at


def _last_changes(
    session: Session, source_id: int, dossiers: Sequence[int]
) -> dict[int, datetime | None]:
    """When another source than ``source_id`` was last seen to change or lose each dossier."""
    changes: dict[int, datetime | None] = {}
    gone_or_seen = func.coalesce(col(DossierRecord.gone_at), col(DossierRecord.observed_at))
    for chunk in chunks(dossiers):
        query = (
            select(DossierRecord.dossier_id, func.max(gone_or_seen))
            .where(col(DossierRecord.dossier_id).in_(chunk), DossierRecord.source_id != source_id)
            .group_by(col(DossierRecord.dossier_id))
        )
        changes.update(session.exec(query).all())
    return changes


def _last_of(session: Session, source_id: int, codes: Sequence[str]) -> dict[str, LastAnswer]:
    last: dict[str, LastAnswer] = {}
    for chunk in chunks(codes):
        query = (
            select(LookupAnswer)
            .where(LookupAnswer.source_id == source_id, col(LookupAnswer.code).in_(chunk))
            .order_by(col(LookupAnswer.id))
        )
        last.update({row.code: _last(row) for row in session.exec(query)})
    return last


def codes_borne(session: Session, codes: Sequence[str]) -> list[str]:
    """These codes, and the other codes of their dossiers."""
    owners = sorted(set(_owners(session, codes).values()))
    found = set(codes)
    for chunk in chunks(owners):
        query = select(DossierCode.code).where(col(DossierCode.dossier_id).in_(chunk))
        found |= set(session.exec(query))
    return sorted(found)


def _owners(session: Session, codes: Sequence[str]) -> dict[str, int]:
    owners: dict[str, int] = {}
    for chunk in chunks(codes):
        query = select(DossierCode).where(col(DossierCode.code).in_(chunk))
        owners.update({row.code: row.dossier_id for row in session.exec(query)})
    return owners


def gone_at_home(
    session: Session, home_ids: Sequence[int], portal_id: int
) -> list[tuple[str, ...]]:
    """The codes of dossiers nobody at home has any longer, the portal not asked since."""
    answers = latest_answers(session, portal_id)
    here = col(DossierRecord.source_id).in_(home_ids)
    live = select(DossierRecord.dossier_id).where(here, col(DossierRecord.gone_at).is_(None))
    query = select(DossierRecord.codes, DossierRecord.changed_run).where(
        here,
        col(DossierRecord.gone_at).is_not(None),
        col(DossierRecord.dossier_id).not_in(live),
    )
    return [
        codes
        for codes, changed_run in (
            (tuple(joined.split(" ")), run) for joined, run in session.exec(query)
        )
        if any(code not in answers or answers[code].run_id < changed_run for code in codes)
    ]


def calls_used(session: Session, source_id: int, day: date) -> int:
    """How many calls the source has had on a local day."""
    query = select(func.sum(CallBudget.used)).where(
        CallBudget.source_id == source_id, CallBudget.day == day
    )
    return session.exec(query).one() or 0


def spend_calls(session: Session, source_id: int, day: date, calls: int) -> None:
    """Book calls on a local day; a negative number gives some back."""
    booked = session.exec(
        update(CallBudget)
        .where(col(CallBudget.source_id) == source_id, col(CallBudget.day) == day)
        .values(used=col(CallBudget.used) + calls)
    )
    if booked.rowcount == 0:
        session.add(CallBudget(source_id=source_id, day=day, used=calls))
        session.flush()
