"""Link: join what two sources hold of one dossier under codes that no system tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import EventKind, LinkGround, Side
from worker.core.linking import Proposals
from worker.db import events, link_search, runs
from worker.db.engine import refresh_statistics
from worker.db.link_search import Parties
from worker.db.links import Decision, link
from worker.db.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCodes:
    """One search for dossiers under two codes.

    ``sides`` tells the side of each source that takes part, by its id; ``heirs`` the unit that took
    over from a unit, by code. ``run``: what it is done for; where another process has taken that
    over, nothing is linked.
    """

    engine: Engine
    sides: Mapping[int, Side]
    heirs: Mapping[str, str]
    clock: Callable[[], datetime]
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """How many links were made, how many wait for an operator, how many were too alike to tell."""

    made: int
    doubtful: int
    crowded: int


def link_codes(task: LinkCodes) -> Linked:
    """Make the links that leave no doubt; all of them, or none where the process is killed.

    What is left is listed from then on. That it is done is told in any case: what follows rests on
    it.
    """
    decision = Decision(at=task.clock())
    parties = Parties(sides=task.sides, heirs=task.heirs)
    with Session(task.engine) as session, session.begin():
        refresh_statistics(session)
        found = link_search.search(session, parties, decision.at)
        left = _link_all(session, found, decision)
        link_search.keep_waiting(session, left)
        made = len(found.certain) - len(left.certain)
        payload = {"links": made, "run": task.run and task.run.id}
        events.append(session, EventKind.CODES_LINKED, payload, decision.at)
        if task.run is not None:
            runs.save(session, task.run, task.clock())
    return Linked(made, len(found.doubtful), found.crowded)


def _link_all(session: Session, found: Proposals, decision: Decision) -> Proposals:
    """Link what leaves no doubt; what is left of the proposals."""
    left = [
        each
        for each in found.certain
        if not link(
            session,
            (each.one.code, each.other.code),
            LinkGround.AGREEMENT,
            each.evidence,
            decision,
        )
    ]
    return replace(found, certain=tuple(left))
