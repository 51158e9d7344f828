"""``doisoat improve``: what it would take to have a given share of dossiers on time."""

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, PeriodOption, UnitOption, rows_shown, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import both_sides, opened
from worker.cli.usage import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.bootstrap import Services
    from worker.core.improvement import Improvements
    from worker.core.resend.effect import Effect
    from worker.core.units import Unit

_USUAL_DOSSIERS = 20

TargetOption = Annotated[str, typer.Option("--to", metavar="90", help="cli.option.target")]


def run(
    ctx: typer.Context,
    *,
    target: TargetOption = "90",
    unit: UnitOption = None,
    period: PeriodOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the way to a target: for every unit that misses it, or for one in detail."""
    wanted = _share(target)
    with opened(ctx) as services:
        chosen = unit_of(services.directory, unit) if unit else None
        found = _improvements(services, wanted, period)
        names = {each.code: each.name for each in services.directory.units}
        sent_again = _sent_again(services, found) if found else {}
    if found is None:
        _show_nothing(period, as_json=as_json)
        return 0
    from worker.render.improvement import improvements_report

    below = chosen if chosen and chosen.parent is not None else None
    only = below.code if below else None
    report = improvements_report(found, names, only, sent_again)
    if as_json:
        print_json(report)
    else:
        _show(report, below, rows_shown(limit, _USUAL_DOSSIERS, as_json=as_json))
    return 0


def _share(written: str) -> Fraction:
    """A target of above 0 up to 100 percent, written ``90``, ``92,5`` or ``90%``."""
    try:
        share = Fraction(written.strip().removesuffix("%").strip().replace(",", ".")) / 100
    except (ValueError, ZeroDivisionError):
        raise WrongUsage("usage.bad_target", value=written) from None
    if not 0 < share <= 1:
        raise WrongUsage("usage.bad_target", value=written)
    return share


def _improvements(
    services: "Services", target: Fraction, period: str | None
) -> "Improvements | None":
    from worker.core.times import parse_month
    from worker.db.health import Pair
    from worker.stages.improve import Improve, improve

    sides = both_sides(services, services.clock())
    task = Improve(
        engine=services.engine,
        pair=Pair(sides.province_id, sides.portal_id),
        directory=services.directory,
        target=target,
        period=parse_month(period) if period else None,
    )
    return improve(task)


def _show_nothing(period: str | None, *, as_json: bool) -> None:
    from worker.i18n import text

    if as_json:
        print_json(listing([]))
    else:
        show(text("health.none_of_period", period=period) if period else text("health.none"))


def _sent_again(services: "Services", found: "Improvements") -> "Mapping[str, Effect]":
    """What re-sends did in the period, by unit."""
    from sqlmodel import Session

    from worker.core.times import period_end, period_start
    from worker.db.resend_effects import by_unit

    with Session(services.engine) as session:
        return by_unit(session, period_start(found.period), period_end(found.period))


def _show(report: dict[str, Any], below: "Unit | None", limit: int | None) -> None:
    from worker.render.improvement import of_unit, units_missing_it

    show(*(of_unit(report, limit) if below else units_missing_it(report)))
