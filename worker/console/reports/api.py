"""``/api/v1/reports``, ``/api/v1/statements`` and ``/api/v1/closes``."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.responses import JSONResponse, Response

from models.rates import StatementKind
from worker.console.asking import Approves, ConsoleParts, Joint, SeesAll, Viewer
from worker.console.calls import (
    FAULTS,
    Key,
    Limit,
    Listing,
    Number,
    Offset,
    Started,
    Wanted,
    started_once,
)
from worker.console.index.shown import month_asked
from worker.console.plain import plain
from worker.console.reports.closing import close_asked
from worker.console.reports.files import Asked, Form, report_file
from worker.console.reports.shown import (
    CloseTold,
    CorrectionTold,
    StatementTold,
    closes,
    corrections_of,
    listed,
    statement_row,
    told_of,
)
from worker.console.reports.signing import Sealing, cutoff_of, signed
from worker.console.reports.turns import turn
from worker.console.written import Why
from worker.db import statements
from worker.journey.signing import verify
from worker.render.statement import statement_item
from worker.render.verified import verified_item

api = APIRouter(prefix="/api/v1", tags=["reports"], responses={**FAULTS})

Month = Annotated[str, Field(max_length=7, description="a month, 2024-07")]
Code = Annotated[str, Query(max_length=50)]


class Close(Wanted):
    """The close of a month in the name of an office."""

    month: Month
    role: Why
    reason: Why
    incomplete: bool = False


class Sign(Wanted):
    """A signature; ``as_of`` null: the month's last complete reconciliation."""

    month: Month
    unit: Annotated[str, Field(max_length=50)] | None = None
    as_of: AwareDatetime | None = None
    role: Why
    note: Why = ""
    reason: Why = ""
    incomplete: bool = False


@api.get("/reports/file", response_class=Response)
def report_get(
    who: Viewer,
    services: Joint,
    *,
    month: Annotated[str, Query(max_length=7)] = "",
    unit: Code = "",
    format: Annotated[Form, Query()] = "xlsx",  # noqa: A002 - as the command calls it
    compare: Annotated[list[str] | None, Query(max_length=3)] = None,
) -> Response:
    """A month's report as ``doisoat report`` writes it; of the account's unit where it is bound."""
    return report_file(services, who, Asked(month, unit, compare or [], format))


@api.get("/statements")
def statements_list(
    who: Viewer,
    services: Joint,
    *,
    kind: StatementKind | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Listing[StatementTold]:
    """What was signed or closed of what the account sees, the newest first."""
    total, rows = listed(services, who, kind, limit, offset)
    return Listing[StatementTold](total=total, items=rows)


@api.post("/statements", status_code=201)
def statement_sign(who: Approves, services: Joint, asked: Sign) -> StatementTold:
    """Freeze the statement of a month; the same figures signed by the same office stay one."""
    at = (asked.as_of or cutoff_of(services, asked.month)).replace(microsecond=0)
    sealing = Sealing(
        role=asked.role, note=asked.note, reason=asked.reason, is_incomplete=asked.incomplete
    )
    row, _ = signed(services, who, asked.month, asked.unit or "", at, sealing)
    return told_of(row)


@api.get("/statements/{number}")
def statement_get(who: Viewer, services: Joint, number: Number) -> dict[str, Any]:
    """One statement with all its accounts, as it was frozen."""
    row = statement_row(services, who, number)
    content = statement_item(statements.content_of(row))
    return plain({**told_of(row).model_dump(), "statement": content})


@api.post("/statements/{number}/verify")
def statement_verify(who: Viewer, services: Joint, number: Number) -> dict[str, Any]:
    """Compute a statement once more and compare; nothing is changed by that."""
    row = statement_row(services, who, number)
    with turn():
        found = verify(services, row, lambda _stage, _name: lambda _done, _total: None)
    return plain(verified_item(row, found))


@api.get("/closes")
def closes_list(
    who: SeesAll,  # noqa: ARG001
    services: Joint,
    *,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Listing[CloseTold]:
    """The closed months, and how often their figures changed since."""
    total, rows = closes(services, limit, offset)
    return Listing[CloseTold](total=total, items=rows)


@api.post("/closes", status_code=202, response_model=Started)
def close_start(
    who: Approves, parts: ConsoleParts, services: Joint, asked: Close, key: Key = None
) -> JSONResponse:
    """Put the close of a month in the queue."""

    def start() -> Started:
        ids = close_asked(
            services,
            who,
            asked.month,
            asked.role,
            asked.reason,
            is_incomplete=asked.incomplete,
        )
        parts.announce(services, ids)
        return Started(runs=ids)

    return started_once(services, who, key, f"close {asked.model_dump_json()}", start)


@api.get("/closes/{month}/corrections")
def close_corrections(
    who: Viewer,
    services: Joint,
    *,
    month: str,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Listing[CorrectionTold]:
    """What became another figure after a month was closed, of the units the account sees."""
    found = corrections_of(services, who, month_asked(services, month))
    return Listing[CorrectionTold](total=len(found), items=found[offset : offset + limit])
