"""The search for dossiers under two codes, kept: only what changed since can make a new pair.

Two records are put together where procedure and receipt agree. So a pair is where there was one
before, or at a receipt of something that changed meanwhile, and nothing else is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlmodel import Session, col, delete, func, select

from models.decision import LinkMark, LinkSearch, LinkWaiting
from models.types import Side
from worker.core.linking import LinkProposal, Proposals
from worker.db import bulk
from worker.db.bulk import Target, seconds
from worker.db.link_candidates import Receipt, find_proposals
from worker.db.runs import LEASE
from worker.db.sources import identity
from worker.db.views import chunks

# With more receipts than these, looking through all records takes no longer.
_MANY = 25_000
_ONLY = 1
_WAITING = Target("linkwaiting", ("position", "told"))
# Of no basis at all: the first to come searches everywhere.
_ENTER = text(
    "INSERT INTO linksearch (id, basis, searched_at, receipts, crowded)"
    " VALUES (1, '', 0, '[]', 0) ON CONFLICT DO NOTHING"
)
# One for each source, so that each is found by the index of its instants.
_OBSERVED = "SELECT dossier_id FROM dossierrecord WHERE source_id = {source} AND {told} >= :since"
_RECEIPTS = """
    SELECT DISTINCT procedure, received_at FROM dossierrecord
    WHERE dossier_id IN ({changed}) AND gone_at IS NULL
        AND procedure IS NOT NULL AND received_at IS NOT NULL
    LIMIT :most"""
_MARKED = "SELECT dossier_id FROM linkmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Between what is searched: the side of each source that takes part, by its id.

    ``heirs`` tells the unit that took over from a unit, by code.
    """

    sides: Mapping[int, Side]
    heirs: Mapping[str, str]

    @property
    def basis(self) -> str:
        """What a search rests on beside the records."""
        return msgspec.json.encode(sorted(self.sides.items())).decode()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Pairs that the last search proposed: how many, some of them, and when it was made.

    ``searched_at`` is None where none was made yet; ``crowded`` are the records too alike to tell.
    """

    total: int = 0
    pairs: Sequence[LinkProposal] = ()
    crowded: int = 0
    searched_at: datetime | None = None


def search(session: Session, parties: Parties, now: datetime) -> Proposals:
    """What may be one dossier under two codes now; the next search begins where this one ends.

    Whoever decides about codes meanwhile waits until the transaction ends. What is to be listed
    afterwards has to be kept by ``keep_waiting``.
    """
    state = _held_state(session)
    marks = [identity(each) for each in session.exec(select(LinkMark.id))]
    receipts = _worth_a_look(session, state, parties, now)
    found = find_proposals(session, parties.sides, parties.heirs, receipts)
    for chunk in chunks(marks):
        session.exec(delete(LinkMark).where(col(LinkMark.id).in_(chunk)))
    state.basis, state.searched_at = parties.basis, now
    _note(session, state, found.receipts, found.proposals.crowded)
    return found.proposals


def search_live(session: Session, parties: Parties, now: datetime) -> Proposals:
    """What may be one dossier under two codes now; nothing of it is kept."""
    state = session.get(LinkSearch, _ONLY)
    receipts = None if state is None else _worth_a_look(session, state, parties, now)
    return find_proposals(session, parties.sides, parties.heirs, receipts).proposals


def hold(session: Session) -> None:
    """Wait until no search goes on, and let none begin until the transaction ends.

    To be called before a decision changes anything: what follows a search changes the same rows.
    """
    _held_state(session)


def follow_decision(session: Session, parties: Parties) -> None:
    """List what waits after somebody decided about two codes; to be held from before that.

    What the sources told since the last search is left to the next one.
    """
    state = _held_state(session)
    if not state.basis:
        return
    receipts = _known(state) | set(_receipts_of(session, _MARKED) or ())
    found = find_proposals(session, parties.sides, parties.heirs, receipts)
    _note(session, state, found.receipts, found.proposals.crowded)
    keep_waiting(session, found.proposals)


def keep_waiting(session: Session, proposals: Proposals) -> None:
    """List these pairs from now on, those first that a person has to decide."""
    pairs = (*proposals.doubtful, *proposals.certain)
    told = [msgspec.json.encode(each).decode() for each in pairs]
    kept = session.exec(select(LinkWaiting.told).order_by(col(LinkWaiting.position)))
    if told != list(kept):
        session.exec(delete(LinkWaiting))
        bulk.append(session, _WAITING, list(enumerate(told)))


def waiting(session: Session, part: slice) -> Waiting:
    """Some of the pairs that the last search proposed, in the order in which they are listed."""
    state = session.get(LinkSearch, _ONLY)
    if state is None or not state.basis:
        return Waiting()
    total = session.exec(select(func.count()).select_from(LinkWaiting)).one()
    query = (
        select(LinkWaiting.told)
        .where(col(LinkWaiting.position) >= part.start, col(LinkWaiting.position) < part.stop)
        .order_by(col(LinkWaiting.position))
    )
    pairs = [msgspec.json.decode(each, type=LinkProposal) for each in session.exec(query)]
    return Waiting(total, pairs, state.crowded, state.searched_at)


def _held_state(session: Session) -> LinkSearch:
    """What is kept of the last search, held until the transaction ends."""
    session.connection().execute(_ENTER)
    return session.exec(
        select(LinkSearch).with_for_update().execution_options(populate_existing=True)
    ).one()


def _worth_a_look(
    session: Session, state: LinkSearch, parties: Parties, now: datetime
) -> set[Receipt] | None:
    """The receipts at which there may be records to put together; None: everywhere.

    What was written while the last search went on may carry an earlier instant than its own, so it
    is looked back a little further: looking twice does no harm.
    """
    if state.basis != parties.basis or state.searched_at > now:
        return None
    changed = [
        _OBSERVED.format(source=int(source), told=told)
        for source in parties.sides
        for told in ("observed_at", "gone_at")
    ]
    since = seconds(state.searched_at - LEASE)
    fresh = _receipts_of(session, " UNION ".join([*changed, _MARKED]), since=since)
    known = _known(state)
    if fresh is None or len(known) > _MANY:
        return None
    return known.union(fresh)


def _receipts_of(session: Session, changed: str, **values: int | None) -> list[Receipt] | None:
    """The receipts of the dossiers that a query names; None where they are too many."""
    statement = text(_RECEIPTS.format(changed=changed))
    rows = session.connection().execute(statement, values | {"most": _MANY + 1}).all()
    return None if len(rows) > _MANY else [(procedure, second) for procedure, second in rows]


def _known(state: LinkSearch) -> set[Receipt]:
    return set(msgspec.json.decode(state.receipts, type=list[Receipt]))


def _note(session: Session, state: LinkSearch, receipts: list[Receipt], crowded: int) -> None:
    state.receipts = msgspec.json.encode(receipts).decode()
    state.crowded = crowded
    session.add(state)
    session.flush()
