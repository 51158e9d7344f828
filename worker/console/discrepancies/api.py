"""``/api/v1/discrepancies``: the dossiers that two sides count differently."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from models.types import Cause, CauseKind, DiscrepancyState, Flag
from worker.console.asking import ConsoleParts, Joint, Operates, Viewer
from worker.console.calls import FAULTS, Listing, Number, Wanted
from worker.console.discrepancies import shown
from worker.console.discrepancies.asked import Asked
from worker.console.discrepancies.shown import Order
from worker.console.discrepancies.told import DiscrepancyTold
from worker.console.written import Why, written
from worker.core.codes import MAX_CODE
from worker.journey.acknowledging import acknowledge

router = APIRouter(prefix="/api/v1/discrepancies", tags=["discrepancies"], responses={**FAULTS})


Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Sort = Literal["opened_at", "dossier", "unit", "cause", "contribution", "last_seen_at"]


class Acknowledge(Wanted):
    """What somebody who takes a discrepancy on wants to say about it."""

    note: Why | None = None


@router.get("")
def list_discrepancies(  # noqa: PLR0913 - one for each way of narrowing the list
    *,
    who: Viewer,
    parts: ConsoleParts,
    services: Joint,
    q: Annotated[str | None, Query(max_length=MAX_CODE)] = None,
    unit: Annotated[str | None, Query(max_length=100)] = None,
    cause: Cause | None = None,
    kind: CauseKind | None = None,
    state: DiscrepancyState | Literal["all"] = DiscrepancyState.OPEN,
    acknowledged: bool | None = None,
    flag: Flag | None = None,
    age: Annotated[int | None, Query(ge=0, le=3650)] = None,
    pair: Annotated[str | None, Query(max_length=200)] = None,
    sort: Sort = "opened_at",
    direction: Annotated[Literal["asc", "desc"], Query(alias="dir")] = "desc",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Listing[DiscrepancyTold]:
    """Discrepancies in an order.

    ``q`` is a part of the dossier's code, ``age`` for how many days it has been open at least,
    ``pair`` the names of the two sources as ``tinh-cong`` (``all``: any two; else the province and
    the portal).
    """
    asked = Asked(
        part=q or None,
        unit=unit or None,
        cause=cause,
        kind=kind,
        state=None if state == "all" else state,
        acknowledged=acknowledged,
        flag=flag,
        age=age,
        pair=pair,
    )
    order = Order(sort=sort, descending=direction == "desc", limit=limit, offset=offset)
    return shown.found_of(services, who, asked, order, parts.clock()).listing


@router.get("/{discrepancy}")
def get_discrepancy(who: Viewer, services: Joint, discrepancy: Number) -> DiscrepancyTold:
    """One discrepancy."""
    return shown.one_of(services, who, discrepancy)


@router.post("/{discrepancy}/acknowledgement")
def acknowledge_discrepancy(
    who: Operates, services: Joint, discrepancy: Number, wanted: Acknowledge
) -> DiscrepancyTold:
    """Take a discrepancy on: it stays the caller's until the two sides agree."""
    acknowledge(services, discrepancy, who.name, written(wanted.note))
    return shown.one_of(services, who, discrepancy)
