"""``/api/v1/overview`` and ``/api/v1/reconciliations``: the province's figures."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import Session

from worker.console.asking import Joint, SeesAll
from worker.console.calls import FAULTS, Listing
from worker.console.listing import PAGE_SIZE
from worker.console.overview.shown import kept_told, overview_shown
from worker.console.overview.told import KeptTold, OverviewTold
from worker.console.reckoned import pair_of, reckoned
from worker.console.units.api import Limit, Month, Offset, month_asked, nothing_yet
from worker.console.units.told import Reconciled
from worker.db import comparisons, reconciliations
from worker.db.comparisons import Pair
from worker.db.kept import kept_report
from worker.errors import NotFoundError

api = APIRouter(prefix="/api/v1", tags=["figures"], responses={**FAULTS})


@api.get("/overview", summary="Where the province stands, and what needs somebody")
def tell_overview(_who: SeesAll, services: Joint, period: Month = None) -> OverviewTold:
    """Late counts, their course, sync health, incidents, sources, runs, the worst units first."""
    with Session(services.engine) as session:
        return overview_shown(services, session, month_asked(period))[1]


@api.get("/reconciliations", summary="The reconciliations that are kept, without their units")
def list_reconciliations(
    _who: SeesAll,
    services: Joint,
    period: Month = None,
    limit: Limit = PAGE_SIZE,
    offset: Offset = 0,
) -> Listing[KeptTold]:
    """The latest cut-off first."""
    with Session(services.engine) as session:
        pair = pair_of(services, session)
        if pair is None:
            return Listing[KeptTold](total=0, items=[])
        total, rows = comparisons.listed(
            session, pair, month_asked(period), limit=limit, offset=offset
        )
        return Listing[KeptTold](total=total, items=[kept_told(row) for row in rows])


@api.get("/reconciliations/latest", summary="The figures that the pages show")
def tell_latest_reconciliation(_who: SeesAll, services: Joint, period: Month = None) -> Reconciled:
    """The last complete reconciliation at the present; of a period the newest that was measured."""
    with Session(services.engine) as session:
        known = reckoned(services, session, month_asked(period))
    if known is None:
        raise nothing_yet()
    return Reconciled(**known.report)


@api.get("/reconciliations/{number}", summary="The figures of one reconciliation")
def tell_reconciliation(
    _who: SeesAll, services: Joint, number: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> Reconciled:
    """As ``reconcile --json`` told them, but for the dossiers."""
    with Session(services.engine) as session:
        row = reconciliations.get(session, number)
        pair = pair_of(services, session)
        if pair != Pair(row.province_source_id, row.portal_source_id):
            raise NotFoundError("reconciliation_unknown", reconciliation=number)
        return Reconciled(**kept_report(session, row, services.directory))
