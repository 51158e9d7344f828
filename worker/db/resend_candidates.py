"""Open discrepancies between a province and its portal, with what a re-send needs to know.

A province may have a hundred thousand of them: they are read in portions, in the columns that say
whether one is asked for. What else a request needs is read of those that are chosen.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Row, Select, text
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from models.dossier import DossierCode, DossierRecord
from models.reconciliation import Discrepancy
from models.resend import ResendItem
from models.types import DiscrepancyState
from worker.core.resend.selection import Candidate, LeftOut, Obstacle, Selection
from worker.db.resends import IN_VAIN
from worker.db.sources import identity
from worker.db.stored import listed, one_of
from worker.db.views import CHUNK, chunks

_OPEN = tuple(
    col(getattr(Discrepancy, name))
    for name in (
        "id",
        "dossier_id",
        "code",
        "unit",
        "cause",
        "contributions",
        "opened_at",
        "last_seen_at",
        "flags",
    )
)
_RECORD = tuple(
    col(getattr(DossierRecord, name))
    for name in ("dossier_id", "external_id", "status", "codes", "observed_at")
)
_SENT = tuple(
    col(getattr(ResendItem, name))
    for name in ("dossier_id", "request_id", "is_open", "sent_at", "result")
)


@dataclass(frozen=True, slots=True)
class Between:
    """The province's system and the portal, by the ids of their sources."""

    province_id: int
    portal_id: int


@dataclass(slots=True)
class _Asked:
    """In which open request a dossier is, and when it was last sent again in vain."""

    requests: dict[int, int] = field(default_factory=dict)
    in_vain: dict[int, datetime] = field(default_factory=dict)


def candidates(
    session: Session, between: Between, selection: Selection
) -> tuple[list[Candidate], list[LeftOut]]:
    """The open discrepancies a selection may mean, and the named codes that have none."""
    owners = _owners(session, selection.codes)
    found = [
        each
        for rows in _portions(session, _open(between, selection), selection, owners)
        for each in _candidates(session, between, rows)
    ]
    return found, _missing(selection.codes, owners, {each.dossier_id for each in found})


def filled_in(
    session: Session, between: Between, chosen: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """What was chosen, with what either side shows of it."""
    shows: dict[int, Mapping[str, Any]] = {}
    known: set[int] = set()
    for chunk in chunks(chosen):
        keys = [each.discrepancy_id for each in chunk]
        fields = select(Discrepancy.id, Discrepancy.fields).where(col(Discrepancy.id).in_(keys))
        shows |= {identity(key): told for key, told in session.exec(fields)}
        known |= _at(session, between.portal_id, [each.dossier_id for each in chunk]).keys()
    return tuple(
        replace(each, shows=shows.get(each.discrepancy_id, {}), is_known=each.dossier_id in known)
        for each in chosen
    )


def _open(between: Between, selection: Selection) -> Select[Any]:
    query = sql_select(*_OPEN).where(
        col(Discrepancy.province_source_id) == between.province_id,
        col(Discrepancy.portal_source_id) == between.portal_id,
        col(Discrepancy.state) == DiscrepancyState.OPEN,
    )
    if selection.unit is not None:
        query = query.where(col(Discrepancy.unit) == selection.unit)
    if selection.cause is not None:
        query = query.where(col(Discrepancy.cause) == selection.cause)
    return query.order_by(col(Discrepancy.id))


def _portions(
    session: Session, query: Select[Any], selection: Selection, owners: Mapping[str, int]
) -> Iterator[Sequence[Row[Any]]]:
    """The rows in their order; where codes are named, those of their dossiers."""
    if not selection.codes:
        yield from (
            session.connection().execute(query.execution_options(yield_per=CHUNK)).partitions()
        )
        return
    for chunk in chunks(sorted(set(owners.values()))):
        yield (
            session.connection().execute(query.where(col(Discrepancy.dossier_id).in_(chunk))).all()
        )


def _missing(
    codes: Sequence[str], owners: Mapping[str, int], found: Collection[int]
) -> list[LeftOut]:
    return [
        LeftOut(code, Obstacle.NOT_OPEN if code in owners else Obstacle.UNKNOWN)
        for code in dict.fromkeys(codes)
        if owners.get(code) not in found
    ]


def _owners(session: Session, codes: Sequence[str]) -> dict[str, int]:
    owners: dict[str, int] = {}
    for chunk in chunks(sorted(set(codes))):
        query = select(DossierCode).where(col(DossierCode.code).in_(chunk))
        owners |= {row.code: row.dossier_id for row in session.exec(query)}
    return owners


def _candidates(
    session: Session, between: Between, rows: Sequence[Row[Any]]
) -> Iterator[Candidate]:
    dossiers = sorted({row.dossier_id for row in rows})
    home = _at(session, between.province_id, dossiers)
    asked = _asked(session, dossiers)
    return (_candidate(row, home.get(row.dossier_id, ()), asked) for row in rows)


def _at(session: Session, source_id: int, dossiers: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """What a source holds now of each dossier."""
    query = sql_select(*_RECORD).where(
        col(DossierRecord.source_id) == source_id,
        text(one_of(session, "dossierrecord.dossier_id")),
        col(DossierRecord.gone_at).is_(None),
    )
    found: dict[int, list[Row[Any]]] = {}
    ordered, ids = query.order_by(col(DossierRecord.id)), {"ids": listed(dossiers)}
    for row in session.connection().execute(ordered, ids):
        found.setdefault(row.dossier_id, []).append(row)
    return found


def _asked(session: Session, dossiers: Sequence[int]) -> _Asked:
    asked = _Asked()
    query = sql_select(*_SENT).where(text(one_of(session, "resenditem.dossier_id")))
    ordered, ids = query.order_by(col(ResendItem.id)), {"ids": listed(dossiers)}
    for row in session.connection().execute(ordered, ids):
        if row.is_open:
            asked.requests[row.dossier_id] = row.request_id
        elif row.sent_at is not None and row.result in IN_VAIN:
            asked.in_vain[row.dossier_id] = row.sent_at
    return asked


def _candidate(row: Row[Any], records: Sequence[Row[Any]], asked: _Asked) -> Candidate:
    named = (each for each in records if row.code in each.codes.split(" "))
    home = next(named, next(iter(records), None))
    in_vain = asked.in_vain.get(row.dossier_id)
    return Candidate(
        discrepancy_id=row.id,
        dossier_id=row.dossier_id,
        code=row.code,
        unit=row.unit,
        cause=row.cause,
        contribution=row.contributions.get(row.unit, 0),
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        external_id=home.external_id if home else None,
        status=home.status if home else None,
        flags=tuple(row.flags),
        in_request=asked.requests.get(row.dossier_id),
        tried=in_vain is not None and home is not None and home.observed_at <= in_vain,
    )
