"""``doisoat reconcile``: compare what both sides are known to say at one instant."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import AsOfOption, PeriodOption, UnitOption, moment_of, unit_of
from worker.cli.output import print_json, show
from worker.cli.stored import both_sides, opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

DIFFERENCES = 3
INCOMPLETE = 4

FailOption = Annotated[
    bool, typer.Option("--fail-on-difference", help="cli.option.fail_on_difference")
]


def run(
    ctx: typer.Context,
    *,
    as_of: AsOfOption = None,
    period: PeriodOption = None,
    unit: UnitOption = None,
    fail_on_difference: FailOption = False,
    as_json: JsonOption = False,
) -> int:
    """Reconcile by hand: compute, store, print; nobody is alerted."""
    with opened(ctx) as services:
        from worker.cli.progress import watching
        from worker.core.outcome import of_unit
        from worker.journey import reconcile_at
        from worker.render.pairs import pairs_tables
        from worker.render.reconciliation import reconciliation_table

        at, month = moment_of(as_of, period, services.clock())
        chosen = unit_of(services.directory, unit) if unit else None
        both_sides(services, at)
        with watching() as watch:
            report = reconcile_at(services, at, month, watch, by_hand=True)
    if chosen is not None and chosen.parent is not None:
        report = of_unit(report, chosen.code, chosen.name)
    if as_json:
        print_json(report)
    else:
        show(*reconciliation_table(report), *pairs_tables(report["pairs"]))
    return exit_code(report, fail_on_difference=fail_on_difference)


def exit_code(report: "Mapping[str, Any]", *, fail_on_difference: bool) -> int:
    """What the command ends with: incomplete data goes before differences, which rest on it."""
    if not report["complete"]:
        return INCOMPLETE
    differs = bool(report["totals"]["difference"] or report["discrepancies"])
    return DIFFERENCES if fail_on_difference and differs else 0
