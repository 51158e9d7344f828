"""Which dossier a record belongs to: one identity, however many codes it bears."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select, update

from models.dossier import Dossier, DossierCode, DossierRecord, LookupAnswer, RecordVersion
from models.types import RecordView
from worker.db import bulk, discrepancies, resends
from worker.db.bulk import Target, among, seconds
from worker.db.pair_marks import mark_stale
from worker.db.sources import identity
from worker.db.views import chunks, decode

_DOSSIERS = Target("dossier", ("id", "created_at"))
_CODES = Target("dossiercode", ("code", "dossier_id"), keys=("code",))


def dossiers_of(session: Session, views: Iterable[RecordView], now: datetime) -> dict[str, int]:
    """The dossier of each view by external id; new dossiers and codes are entered.

    Two views that share a code are one dossier. Where a view shows that two known dossiers are one,
    the younger is folded into the older, so the order of arrival changes nothing.
    """
    batch = list(views)
    told = {code for view in batch for code in view.codes}
    known = _known(session, told)
    fresh = told.difference(known)
    homeless = [view for view in batch if known.keys().isdisjoint(view.codes)]
    known |= _entered(session, homeless, now)
    for view in batch:
        if len(view.codes) > 1:
            _join(session, view, known)
    rows = [(code, known[code]) for code in fresh]
    if bulk.enter(session, _CODES, rows) < len(rows):
        # Another writer entered some of them at the same time: now they are known.
        return dossiers_of(session, batch, now)
    return {view.external_id: known[view.codes[0]] for view in batch}


def _known(session: Session, codes: Collection[str]) -> dict[str, int]:
    query = select(DossierCode.code, DossierCode.dossier_id).where(
        among(session, DossierCode.code, codes)
    )
    return dict(session.exec(query).all())


def _entered(session: Session, views: Sequence[RecordView], now: datetime) -> dict[str, int]:
    """New dossiers for views of which nothing is known: the dossier of each of their codes."""
    owners: dict[str, int] = {}
    wanted = 0
    for view in views:
        if owners.keys().isdisjoint(view.codes):
            owners.update(dict.fromkeys(view.codes, wanted))
            wanted += 1
    ids = _new_dossiers(session, wanted, now)
    return {code: ids[position] for code, position in owners.items()}


def _new_dossiers(session: Session, wanted: int, now: datetime) -> list[int]:
    """So many new dossiers, the oldest first."""
    if not wanted:
        return []
    keys = bulk.new_keys(session, _DOSSIERS, wanted)
    bulk.append(session, _DOSSIERS, [(key, seconds(now)) for key in keys])
    return keys


def _join(session: Session, view: RecordView, known: dict[str, int]) -> None:
    keep, *others = sorted({known[code] for code in view.codes if code in known})
    known.update(dict.fromkeys(view.codes, keep))
    for other in others:
        fold(session, other, keep)
        known.update({code: keep for code, owner in known.items() if owner == other})


def fold(session: Session, dossier: int, into: int) -> None:
    """Make one dossier of two: all that is known of ``dossier`` is known of ``into`` from now on.

    Records bring their earlier views along, so an earlier as-of is reproduced with one dossier as
    well: what changed is what we know of identity, not what the sources said then.
    """
    for table in (DossierCode, DossierRecord, LookupAnswer):
        session.exec(update(table).where(col(table.dossier_id) == dossier).values(dossier_id=into))
    discrepancies.move(session, dossier, into)
    resends.move(session, dossier, into)
    mark_stale(session, [dossier, into])


def part(
    session: Session, dossier: int, bonds: Iterable[Collection[str]], now: datetime
) -> list[int]:
    """Take a dossier apart where neither a source nor one of ``bonds`` joins its codes.

    A source joins the codes that a record tells, or once told, together. The oldest record keeps
    the dossier and its discrepancies; the others get new ones, which are returned.
    """
    borne = set(session.exec(select(DossierCode.code).where(DossierCode.dossier_id == dossier)))
    current = _codes_told(session, dossier)
    told = [*current.values(), *_codes_once_told(session, list(current))]
    bound = [set(each) for each in bonds if not borne.isdisjoint(each)]
    kept = current[min(current)] if current else set()
    leaving = [each & borne for each in _joined([*told, *bound]) if each.isdisjoint(kept)]
    made = [_move_out(session, dossier, sorted(codes), now) for codes in leaving if codes]
    mark_stale(session, [dossier, *made])
    return made


def _codes_told(session: Session, dossier: int) -> dict[int, set[str]]:
    """The codes that each record of a dossier tells now, by record id."""
    query = select(DossierRecord.id, DossierRecord.codes).where(DossierRecord.dossier_id == dossier)
    return {identity(key): set(codes.split(" ")) for key, codes in session.exec(query)}


def _codes_once_told(session: Session, records: Sequence[int]) -> list[set[str]]:
    """The codes that earlier views of records told together."""
    found = []
    for chunk in chunks(records):
        query = select(RecordVersion.view).where(col(RecordVersion.record_id).in_(chunk))
        found += [set(decode(view).codes) for view in session.exec(query)]
    return found


def _joined(groups: Iterable[set[str]]) -> list[set[str]]:
    """The groups of codes, those that share a code made one."""
    found: list[set[str]] = []
    for group in groups:
        touching = [each for each in found if not each.isdisjoint(group)]
        found = [each for each in found if each.isdisjoint(group)]
        found.append(group.union(*touching))
    return found


def _move_out(session: Session, dossier: int, codes: Sequence[str], now: datetime) -> int:
    """A new dossier for some codes of another, with their records and answers."""
    made = Dossier(created_at=now)
    session.add(made)
    session.flush()
    records = [
        key for key, told in _codes_told(session, dossier).items() if not told.isdisjoint(codes)
    ]
    for table in (DossierCode, LookupAnswer):
        here = col(table.dossier_id) == dossier, col(table.code).in_(codes)
        session.exec(update(table).where(*here).values(dossier_id=made.id))
    session.exec(
        update(DossierRecord).where(col(DossierRecord.id).in_(records)).values(dossier_id=made.id)
    )
    return identity(made.id)
