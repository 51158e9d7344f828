"""What operators decide about two codes: that they are one dossier's, or two dossiers'.

Who and why stays with the link and in the audit trail. Counts follow with the next reconciliation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from models.types import LinkGround
from worker.bootstrap import Services
from worker.core.link_evidence import Evidence
from worker.core.linking import Proposals
from worker.core.privacy import scrub
from worker.core.times import local_day
from worker.db import audit, link_candidates, link_search, links
from worker.db.link_search import Parties, Waiting
from worker.errors import PermanentError
from worker.journey.parties import register_sources
from worker.journey.taking_part import LONGEST_REASON

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of linking two codes: whether they were not linked before, and their evidence."""

    is_new: bool
    evidence: Evidence


def one_dossier(services: Services, codes: Pair, by: str, reason: str | None) -> Joined:
    """Take two codes for one dossier from now on.

    Args:
        services: The joined parts.
        codes: As codes are compared.
        by: Who decides.
        reason: Why; kept without what may be personal data.

    Raises:
        PermanentError: both are the same.
        NotFoundError: no dossier bears one of them.
    """
    decision = _decision(services, codes, by, reason)
    parties = parties_of(services)
    with Session(services.engine) as session, session.begin():
        link_search.hold(session)
        evidence = link_candidates.evidence_between(session, *codes, parties.heirs)
        is_new = links.link(session, codes, LinkGround.OPERATOR, evidence, decision)
        if is_new:
            _note(session, "codes_linked", codes, decision)
            link_search.follow_decision(session, parties)
    return Joined(is_new, evidence)


def two_dossiers(services: Services, codes: Pair, by: str, reason: str | None) -> bool:
    """Take two codes for two dossiers, for good unless somebody links them; whether they are.

    Raises:
        PermanentError: both are the same.
        NotFoundError: no dossier bears one of them.
    """
    decision = _decision(services, codes, by, reason)
    parties = parties_of(services)
    with Session(services.engine) as session, session.begin():
        link_search.hold(session)
        evidence = link_candidates.evidence_between(session, *codes, parties.heirs)
        are_two = links.undo(session, codes, evidence, decision)
        _note(session, "codes_parted", codes, decision)
        link_search.follow_decision(session, parties)
    return are_two


def evidence_of(services: Services, codes: Pair) -> Evidence:
    """What the records under two codes have in common."""
    with Session(services.engine) as session:
        return link_candidates.evidence_between(session, *codes, _heirs_of(services))


def waiting_pairs(services: Services) -> Proposals:
    """What may be one dossier under two codes now.

    Seconds in a large store that was never searched, or where much was read since it was.
    """
    with Session(services.engine) as session:
        return link_search.search_live(session, parties_of(services), services.clock())


def listed_pairs(services: Services, part: slice) -> Waiting:
    """Some of the pairs that the last search before a reconciliation left to be decided."""
    with Session(services.engine) as session:
        return link_search.waiting(session, part)


def parties_of(services: Services) -> Parties:
    """Between what dossiers under two codes are searched."""
    configured = services.settings.sources
    sides = {key: configured[name].side for name, key in register_sources(services).items()}
    return Parties(sides=sides, heirs=_heirs_of(services))


def _heirs_of(services: Services) -> Mapping[str, str]:
    """The unit that has taken over from a unit by today, by code."""
    return services.directory.heirs_on(local_day(services.clock()))


def _decision(services: Services, codes: Pair, by: str, reason: str | None) -> links.Decision:
    if codes[0] == codes[1]:
        raise PermanentError("link_same_code", code=codes[0])
    told = scrub((reason or "").strip(), LONGEST_REASON) or None
    return links.Decision(at=services.clock(), by=by, reason=told)


def _note(session: Session, action: str, codes: Pair, decision: links.Decision) -> None:
    audit.note(
        session,
        by=decision.by or "",
        action=action,
        subject=f"dossier {codes[0]}",
        now=decision.at,
        reason=decision.reason,
        other=codes[1],
    )
