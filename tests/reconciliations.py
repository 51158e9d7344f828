"""Reconciliations that tests keep by hand, for what stands beside one."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.types import Period


def kept(engine: Engine, pair: tuple[int, int], as_of: datetime, period: Period) -> int:
    """A complete one of two sources, made at its cut-off; its id."""
    with Session(engine) as session, session.begin():
        row = Reconciliation(
            as_of=as_of,
            period_from=period.first,
            period_to=period.last,
            province_source_id=pair[0],
            portal_source_id=pair[1],
            complete=True,
            by_hand=False,
            created_at=as_of,
            digest="",
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id
