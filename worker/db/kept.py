"""A reconciliation told once more, from the figures that were kept of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.reconciliation import BridgeStep, LateCount, Reconciliation, SyncHealth
from models.types import Period
from worker.core.bridge import Bridge, UnitLine
from worker.core.lineage import counting_day
from worker.core.outcome import Report, report_of
from worker.core.tally import Tally
from worker.core.units import UnitDirectory
from worker.db.cases import Sides
from worker.db.sources import identity
from worker.db.survey import Survey, outcome_of

_Table = type[LateCount] | type[BridgeStep] | type[SyncHealth]


def kept_report(
    session: Session, row: Reconciliation, directory: UnitDirectory, unit: str | None = None
) -> Report:
    """What ``reconcile --json`` told, but for the dossiers; of one unit only, where it is named.

    Nothing is counted again. ``received``, ``on_portal`` and ``presumed`` are those measured with
    the reconciliation, so of dossiers received in the period, and nought where nobody measured.
    ``predecessors`` are all ended units that a unit stands for.
    """
    period = Period(row.period_from, row.period_to)
    heirs = directory.heirs_on(counting_day(row.as_of, period))
    unit = heirs.get(unit, unit) if unit else None
    tally = Tally(_bridge(session, row, unit), Counter(dict.fromkeys(heirs, 1)))
    sides = Sides(row.province_source_id, row.portal_source_id, row.as_of)
    outcome = outcome_of(session, sides, period, Survey(heirs, tally))
    report = report_of(replace(outcome, complete=row.complete), directory, unit)
    del report["discrepancies"]
    return {"reconciliation": row.id, **report}


def _bridge(session: Session, row: Reconciliation, unit: str | None) -> Bridge:
    bridge = Bridge()
    connection = session.connection()
    counts = (col(LateCount.unit), col(LateCount.view), col(LateCount.category))
    for code, view, category, count in connection.execute(
        sql_select(*counts, col(LateCount.count)).where(*_of(LateCount, row, unit))
    ):
        bridge.count(code, view, category, count)
    steps = (col(BridgeStep.unit), col(BridgeStep.cause), col(BridgeStep.count))
    for code, cause, count in connection.execute(
        sql_select(*steps).where(*_of(BridgeStep, row, unit))
    ):
        bridge.lines.setdefault(code, UnitLine()).steps[cause] += count
    _add_health(session, row, unit, bridge)
    return bridge


def _add_health(session: Session, row: Reconciliation, unit: str | None, bridge: Bridge) -> None:
    measured = sql_select(
        col(SyncHealth.unit),
        col(SyncHealth.received),
        col(SyncHealth.on_portal),
        col(SyncHealth.presumed),
    ).where(*_of(SyncHealth, row, unit), col(SyncHealth.unit) != "")
    for code, received, on_portal, presumed in session.connection().execute(measured):
        line = bridge.lines.setdefault(code, UnitLine())
        line.received, line.on_portal, line.presumed = received, on_portal, presumed


def _of(table: _Table, row: Reconciliation, unit: str | None) -> Sequence[ColumnElement[bool]]:
    of_row = col(table.reconciliation_id) == identity(row.id)
    return (of_row,) if unit is None else (of_row, col(table.unit) == unit)
