"""The national catalogue of procedures in the store: which there are, and their limits."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, insert
from sqlmodel import Session, col, func, select, update

from models.catalogue import Procedure
from models.dossier import DossierRecord
from worker.db.views import chunks
from worker.ports import ListedProcedure, ProcedureLimit


@dataclass(frozen=True, slots=True)
class Usage:
    """How many of the current records bear a procedure, and how many of those have no due date."""

    code: str
    records: int
    without_due_date: int


def last_listed(session: Session) -> datetime | None:
    """When the list of procedures was last read."""
    return session.exec(select(func.max(Procedure.listed_at))).one()


def put_list(session: Session, listed: Sequence[ListedProcedure], now: datetime) -> None:
    """Keep the list as read now; what it no longer has stays, with the time it was last there."""
    names = {each.code: each for each in listed}
    known = _known(session, list(names))
    rows = [
        {"code": each.code, "name": each.name, "field": each.field, "known": True, "listed_at": now}
        for each in names.values()
        if each.code not in known
    ]
    if rows:
        session.connection().execute(insert(Procedure), rows)
    for code, row in known.items():
        if row.name != names[code].name and names[code].name:
            row.name = names[code].name
            session.add(row)
    session.flush()
    for chunk in chunks(list(known)):
        session.exec(
            update(Procedure)
            .where(col(Procedure.code).in_(chunk))
            .values(listed_at=now, known=True)
        )


def put_answers(
    session: Session, answers: Mapping[str, ProcedureLimit | None], now: datetime
) -> int:
    """Keep what was answered for single codes (None: not known); how many limits changed."""
    rows = _known(session, list(answers))
    changed = 0
    for code, answer in answers.items():
        row = rows.get(code) or Procedure(code=code, name="")
        text = answer.text if answer else None
        changed += row.limit_text != text
        row.known, row.limit_text, row.read_at = answer is not None, text, now
        _put_publication(row, answer)
        if answer is not None:
            row.name, row.field = answer.name or row.name, answer.field or row.field
        session.add(row)
    session.flush()
    return changed


def _put_publication(row: Procedure, answer: ProcedureLimit | None) -> None:
    row.parts = answer.parts if answer else None
    decision = answer.decision if answer else None
    if decision != row.decision:
        row.decision, row.decision_read_at = decision, None


def told_limits(session: Session) -> dict[str, str]:
    """The limits told, in the catalogue's own words, by procedure code."""
    query = select(Procedure.code, Procedure.limit_text).order_by(Procedure.code)
    return {code: text for code, text in session.exec(query) if text}


def all_procedures(session: Session) -> list[Procedure]:
    """Everything known of the catalogue, by code."""
    return list(session.exec(select(Procedure).order_by(Procedure.code)))


def asked_procedures(session: Session) -> list[Procedure]:
    """What the catalogue was asked for one by one, because dossiers bear it; by code."""
    asked = col(Procedure.read_at).is_not(None)
    return list(session.exec(select(Procedure).where(asked).order_by(Procedure.code)))


def usage(session: Session) -> list[Usage]:
    """The procedures that current records bear, those without a due date first, then the most."""
    undated = func.sum(case((col(DossierRecord.due_at).is_(None), 1), else_=0))
    query = (
        select(DossierRecord.procedure, func.count(), undated)
        .where(col(DossierRecord.gone_at).is_(None), col(DossierRecord.procedure).is_not(None))
        .group_by(col(DossierRecord.procedure))
    )
    found = [Usage(code, many, without) for code, many, without in session.exec(query) if code]
    return sorted(found, key=lambda each: (-each.without_due_date, -each.records, each.code))


def codes_to_read(
    session: Session, used: Sequence[Usage], before: datetime, settled: Container[str]
) -> list[str]:
    """The codes to ask for, in this order: never read, or not since ``before``.

    ``settled`` codes come last: another table has their limits, and only their publication is
    wanted.
    """
    rows = _known(session, [each.code for each in used])
    read = {code: row.read_at for code, row in rows.items() if row.read_at is not None}
    never = [each for each in used if each.code not in read]
    old = [each for each in used if each.code in read and read[each.code] < before]
    ordered = sorted(
        [*never, *old], key=lambda each: (each.code in settled, each.without_due_date == 0)
    )
    return [each.code for each in ordered]


def unknown_codes(session: Session, used: Sequence[Usage]) -> list[str]:
    """Of the procedures that records bear, those the national catalogue does not have (D07).

    That is: it said so when asked, or its newest list lacks them and it was not asked since.
    """
    newest = last_listed(session)
    rows = _known(session, [each.code for each in used])
    return [each.code for each in used if _is_unknown(rows.get(each.code), newest)]


def _is_unknown(row: Procedure | None, newest: datetime | None) -> bool:
    if row is None:
        return newest is not None
    if not row.known or newest is None:
        return not row.known
    return row.listed_at != newest and (row.read_at is None or row.read_at < newest)


def _known(session: Session, codes: Sequence[str]) -> dict[str, Procedure]:
    found: dict[str, Procedure] = {}
    for chunk in chunks(codes):
        query = select(Procedure).where(col(Procedure.code).in_(chunk))
        found.update({row.code: row for row in session.exec(query)})
    return found
