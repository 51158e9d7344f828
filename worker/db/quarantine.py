"""What could not be read: kept until a later reading of the same row succeeds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select, update

from models.source import Quarantine, Source
from models.types import Unreadable
from worker.db import bulk
from worker.db.bulk import Row, Target, among, seconds

_WAITING = Target(
    "quarantine",
    ("source_id", "run_id", "row", "external_id", "code", "at", "reason", "detail", "raw"),
    keys=("source_id", "row"),
    where="solved_at IS NULL",
    kept=("at",),
)


def row_key(reading: Unreadable) -> str:
    """What tells an unreadable row from others: its own id, else a hash of its text."""
    if reading.external_id:
        return reading.external_id
    return "#" + blake2b(reading.raw.encode(), digest_size=12).hexdigest()


def put(
    session: Session, source_id: int, run_id: int, readings: Iterable[Unreadable], now: datetime
) -> int:
    """Keep unreadable rows; one that waits already is brought up to date. Returns how many rows.

    ``at`` stays the instant from which on it could not be read, so that past cut-offs hold.
    """
    latest = {row_key(reading): reading for reading in readings}
    rows: list[Row] = [
        (
            source_id,
            run_id,
            key,
            each.external_id,
            each.code,
            seconds(now),
            each.reason,
            each.detail,
            each.raw,
        )
        for key, each in latest.items()
    ]
    bulk.upsert(session, _WAITING, rows)
    return len(latest)


def solve(session: Session, source_id: int, keys: Sequence[str], now: datetime) -> None:
    """These rows have been read after all."""
    session.exec(
        update(Quarantine)
        .where(
            col(Quarantine.source_id) == source_id,
            col(Quarantine.solved_at).is_(None),
            among(session, Quarantine.row, keys),
        )
        .values(solved_at=now)
    )


def solve_under(
    session: Session, source_id: int, prefix: str, still: Collection[str], now: datetime
) -> None:
    """Of the rows whose key begins with ``prefix`` only those in ``still`` can't be read."""
    query = select(Quarantine.row).where(
        Quarantine.source_id == source_id,
        col(Quarantine.row).startswith(prefix, autoescape=True),
        col(Quarantine.solved_at).is_(None),
    )
    mended = [key for key in session.exec(query) if key not in still]
    solve(session, source_id, mended, now)


def solve_unseen(
    session: Session, source_id: int, run_id: int, now: datetime, reasons: Collection[str] = ()
) -> None:
    """A complete reading no longer had these rows; of ``reasons`` alone where any are named."""
    conditions = [
        col(Quarantine.source_id) == source_id,
        col(Quarantine.run_id) != run_id,
        col(Quarantine.solved_at).is_(None),
    ]
    if reasons:
        conditions.append(col(Quarantine.reason).in_(reasons))
    session.exec(update(Quarantine).where(*conditions).values(solved_at=now))


def count(session: Session, run_id: int) -> int:
    """How many rows a run could not read."""
    query = select(func.count()).where(
        Quarantine.run_id == run_id, col(Quarantine.solved_at).is_(None)
    )
    return session.exec(query).one()


def unreadable_rows(
    session: Session, source_ids: Collection[int], as_of: datetime
) -> tuple[set[str], set[str]]:
    """External ids and codes of what lay in quarantine at the as-of instant."""
    query = select(Quarantine.external_id, Quarantine.code).where(
        col(Quarantine.source_id).in_(source_ids),
        col(Quarantine.at) <= as_of,
        col(Quarantine.solved_at).is_(None) | (col(Quarantine.solved_at) > as_of),
    )
    rows = session.exec(query).all()
    return {key for key, _ in rows if key}, {code for _, code in rows if code}


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row in quarantine with the name of its source."""

    source: str
    row: Quarantine


def list_rows(
    session: Session, limit: int | None, source: str | None = None
) -> tuple[int, list[QuarantinedRow]]:
    """How many rows lie in quarantine, and the newest of them."""
    conditions: list[ColumnElement[bool]] = [col(Quarantine.solved_at).is_(None)]
    if source is not None:
        conditions.append(col(Source.name) == source)
    joined = col(Source.id) == col(Quarantine.source_id)
    total = session.exec(
        select(func.count()).select_from(Quarantine).join(Source, joined).where(*conditions)
    ).one()
    rows = session.exec(
        select(Source.name, Quarantine)
        .join(Source, joined)
        .where(*conditions)
        .order_by(col(Quarantine.id).desc())
        .limit(limit)
    ).all()
    return total, [QuarantinedRow(name, row) for name, row in rows]
