"""``/api/v1/links``."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from worker.console.asking import Joint, Operates, SeesAll
from worker.console.calls import FAULTS, Listing, Told
from worker.console.links import shown
from worker.console.links.shown import EvidenceTold, LinkTold, Waiting
from worker.console.runs.wanted import BecauseWanted, Code, Reason
from worker.journey.linking import one_dossier, two_dossiers
from worker.render.links import evidence_item

api = APIRouter(prefix="/api/v1/links", tags=["links"], responses={**FAULTS})

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


class LinkWanted(BecauseWanted):
    """Two codes of one dossier, and why."""

    code: Code
    other: Code


class Linked(Told):
    """Codes that are one dossier's; ``new``: they were not linked before."""

    codes: Sequence[str]
    new: bool
    evidence: EvidenceTold


class Parted(Told):
    """Codes that were taken apart.

    ``apart`` is false where they stay one dossier, as a source tells both or another link joins
    them.
    """

    codes: Sequence[str]
    apart: bool


@api.get("")
def list_links(
    _who: SeesAll, services: Joint, limit: Limit = 100, offset: Offset = 0
) -> Listing[LinkTold]:
    """What was decided about pairs of codes, the newest first."""
    total, items = shown.decided(services, slice(offset, offset + limit))
    return Listing(total=total, items=[LinkTold.model_validate(each) for each in items])


@api.get("/waiting")
def list_waiting_pairs(
    _who: SeesAll, services: Joint, limit: Limit = 100, offset: Offset = 0
) -> Waiting:
    """Pairs of codes that may be one dossier's, those first that a person has to decide.

    They are searched for before each reconciliation.
    """
    return shown.waiting(services, slice(offset, offset + limit))


@api.put("")
def link_codes(who: Operates, services: Joint, wanted: LinkWanted) -> Linked:
    """Take two codes for one dossier from now on; the same call again changes nothing."""
    codes = (wanted.code, wanted.other)
    done = one_dossier(services, codes, who.name, wanted.reason)
    evidence = EvidenceTold.model_validate(evidence_item(done.evidence))
    return Linked(codes=codes, new=done.is_new, evidence=evidence)


@api.delete("")
def part_codes(
    who: Operates,
    services: Joint,
    code: Annotated[Code, Query()],
    other: Annotated[Code, Query()],
    reason: Annotated[Reason, Query()],
) -> Parted:
    """Take two codes for two dossiers, for good unless somebody links them."""
    codes = (code, other)
    return Parted(codes=codes, apart=two_dossiers(services, codes, who.name, reason))
