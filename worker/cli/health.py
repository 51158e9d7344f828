"""``doisoat health``: how well each unit is kept in step with the portal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import PeriodOption, UnitOption, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import both_sides, opened

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.reconciliation import Reconciliation, SyncHealth
    from models.types import Period
    from worker.bootstrap import Services
    from worker.core.indicators import Key, Rate
    from worker.core.lag import Readings
    from worker.core.units import Unit, UnitDirectory
    from worker.db.health import PublishedSync


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was measured with one reconciliation: health and rates by unit, and the portal's own."""

    row: "Reconciliation"
    period: "Period"
    heirs: Mapping[str, str]
    figures: "Mapping[str, SyncHealth]"
    rates: "Mapping[Key, Rate]"
    published: "Mapping[str, PublishedSync]"
    readings: "Readings"

    def item(self, code: str, name: str) -> dict[str, Any]:
        """A unit's figures as `health --json` shows them."""
        from worker.render.health import health_item
        from worker.render.rates import rate_items

        told = self.published.get(code)
        counts = (told.synced, told.due) if told else (None, None)
        item = health_item(code, name, self.figures.get(code), counts)
        return item | {"indicators": rate_items(self.rates, code)}


def run(
    ctx: typer.Context,
    *,
    period: PeriodOption = None,
    unit: UnitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the health measured with the latest reconciliation, or with the latest of a period."""
    with opened(ctx) as services:
        from worker.core.times import parse_month

        month = parse_month(period) if period else None
        chosen = unit_of(services.directory, unit) if unit else None
        measured = _latest(services, month)
        report = _report(measured, services.directory, chosen) if measured else None
    if report is None:
        _show_nothing(period, as_json=as_json)
    elif as_json:
        print_json(report)
    else:
        from worker.render.health import health_table
        from worker.render.rates import rate_table

        totals = report["totals"]
        show(*health_table(report), *rate_table(totals["name"], totals["indicators"]))
    return 0


def _show_nothing(period: str | None, *, as_json: bool) -> None:
    from worker.i18n import text

    if as_json:
        print_json(listing([]))
    else:
        show(text("health.none_of_period", period=period) if period else text("health.none"))


def _latest(services: "Services", month: "Period | None") -> _Measured | None:
    from sqlmodel import Session

    from worker.db import health

    sides = both_sides(services, services.clock())
    with Session(services.engine) as session:
        pair = health.Pair(sides.province_id, sides.portal_id)
        row = health.latest(session, pair, month)
        return _measured(session, services.directory, row) if row else None


def _measured(session: "Session", directory: "UnitDirectory", row: "Reconciliation") -> _Measured:
    from models.types import Period
    from worker.core.lineage import counting_day
    from worker.core.verdict import span_of
    from worker.db import health, indicators
    from worker.db.sources import identity

    period = Period(row.period_from, row.period_to)
    heirs = directory.heirs_on(counting_day(row.as_of, period))
    readings = health.readings_of(session, row.portal_source_id, row.as_of)
    return _Measured(
        row=row,
        period=period,
        heirs=heirs,
        figures={each.unit: each for each in health.health_of(session, identity(row.id))},
        rates=indicators.of(session, identity(row.id)),
        published=health.published_sync(session, row, heirs),
        readings=readings.within(span_of(period, row.as_of)),
    )


def _report(
    measured: _Measured, directory: "UnitDirectory", chosen: "Unit | None"
) -> dict[str, Any]:
    """What `health --json` prints; of one unit, where one below the province is chosen."""
    from worker.db.health import WHOLE
    from worker.i18n import text

    if chosen is None or chosen.parent is None:
        items = [measured.item(unit.code, unit.name) for unit in _shown(measured, directory)]
        totals = measured.item(WHOLE, text("health.total"))
    else:
        unit = directory.get(measured.heirs.get(chosen.code, chosen.code)) or chosen
        totals = measured.item(unit.code, unit.name)
        items = [totals]
    readings = measured.readings
    return {
        "reconciliation": measured.row.id,
        "as_of": measured.row.as_of,
        "period": {"from": measured.period.first, "to": measured.period.last},
        "complete": measured.row.complete,
        "readings": {"count": len(readings.begun), "usual_gap": readings.usual_gap},
        "totals": totals,
        **listing(items),
    }


def _shown(measured: _Measured, directory: "UnitDirectory") -> "Iterator[Unit]":
    """Every unit of the period below the province that stands for itself, and what has figures."""
    for unit in directory.units:
        lasting = unit.begun_by(measured.period.last) and not unit.ended_by(measured.period.first)
        usual = unit.parent is not None and lasting and unit.code not in measured.heirs
        if usual or unit.code in measured.figures:
            yield unit
