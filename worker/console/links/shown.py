"""What of links between codes is shown, on pages and in the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from models.types import LinkGround
from worker.bootstrap import Services
from worker.console.calls import Listing, Moment, Told
from worker.core.linking import Doubt
from worker.db import links
from worker.db.sources import source_names
from worker.journey.linking import listed_pairs
from worker.render.links import link_item, proposal_item


class EvidenceTold(Told):
    """What two records tell alike (null where they don't), and which instants they tell apart."""

    procedure: str | None
    unit: str | None
    received_at: Moment | None
    second_keys: Mapping[str, Moment]
    differing: Sequence[str]
    same_sequence: bool


class LinkTold(Told):
    """Two codes that somebody, or two records that agree, took for one dossier.

    ``state`` is ``linked``, or ``undone`` since they were taken apart for good.
    """

    codes: Sequence[str]
    state: str
    ground: LinkGround
    by: str | None
    reason: str | None
    at: Moment
    undone_at: Moment | None
    undone_by: str | None
    undone_reason: str | None
    evidence: EvidenceTold


class PairTold(Told):
    """Two codes that may be one dossier's.

    ``state`` is ``certain`` where the next reconciliation links them, ``proposed`` where
    ``doubts`` wait for a person; ``rivals`` are the other codes that fit.
    """

    codes: Sequence[str]
    sources: Sequence[str]
    state: str
    doubts: Sequence[Doubt]
    rivals: Sequence[str]
    evidence: EvidenceTold


class Waiting(Listing[PairTold]):
    """Pairs that wait; ``crowded`` are the records too alike to tell which are one dossier.

    ``searched_at``: what was read since is not among them, what was decided since is left out; null
    where no search was made yet.
    """

    crowded: int
    searched_at: Moment | None


def decided(services: Services, part: slice) -> tuple[int, list[dict[str, Any]]]:
    """How many links were made, and some of them, the newest first; as ``LinkTold``."""
    with Session(services.engine) as session:
        total, rows = links.listed(session, part)
        return total, [link_item(row, links.evidence_in(row)) for row in rows]


def standing(services: Services, codes: Sequence[str]) -> list[dict[str, Any]]:
    """The links of a dossier's codes that stand; as ``LinkTold``."""
    with Session(services.engine) as session:
        rows = links.of_codes(session, codes)
        return [link_item(row, links.evidence_in(row)) for row in rows]


def waiting(services: Services, part: slice) -> Waiting:
    """Some of the pairs that the last search left to be decided, those for a person first."""
    found = listed_pairs(services, part)
    with Session(services.engine) as session:
        sources = source_names(session)
    return Waiting(
        total=found.total,
        items=[PairTold.model_validate(proposal_item(each, sources)) for each in found.pairs],
        crowded=found.crowded,
        searched_at=found.searched_at,
    )
