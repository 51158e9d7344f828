"""What of the quarantine is shown, in pages and in the API."""

from collections.abc import Sequence

from sqlmodel import Session

from worker.bootstrap import Services
from worker.console.calls import Listing, Moment, Told
from worker.core.codes import dossier_code
from worker.db import quarantine_list
from worker.db.quarantine_list import QuarantineFilter, ReasonCount
from worker.errors import DataError
from worker.render.lists import quarantine_item


class RowTold(Told):
    """A record that can't be read since ``at``, as ``quarantine --json`` shows it.

    ``reason`` is a sentence, ``key`` what names it in filters. ``run`` met it last. ``raw`` is its
    text as received, without personal data.
    """

    id: int
    source: str
    run: int
    at: Moment
    code: str | None
    key: str
    reason: str
    raw: str


def rows_told(
    services: Services,
    wanted: QuarantineFilter,
    *,
    limit: int,
    offset: int = 0,
    is_descending: bool = True,
) -> Listing[RowTold]:
    """A part of what lies in quarantine, in the order in which it came."""
    with Session(services.engine) as session:
        total, rows = quarantine_list.find_rows(
            session, wanted, limit=limit, offset=offset, is_descending=is_descending
        )
        items = [
            RowTold(**quarantine_item(each.source, each.row), key=each.row.reason) for each in rows
        ]
    return Listing(total=total, items=items)


def reasons(services: Services) -> Sequence[ReasonCount]:
    """How many records can't be read, by source and reason, the most first."""
    with Session(services.engine) as session:
        return quarantine_list.count_by_reason(session)


def stored_code(typed: str | None) -> str | None:
    """A dossier code as it is stored; what can't be one is looked for as it stands."""
    if not typed:
        return None
    try:
        return dossier_code(typed)
    except DataError:
        return typed
