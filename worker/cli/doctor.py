"""``doisoat doctor``: what is in order, what isn't, and what to do about it."""

from typing import Annotated

import typer

from worker.cli.finding import Finding, Level
from worker.cli.invocation import JsonOption, invocation, open_settings
from worker.cli.output import listing, print_json, show
from worker.errors import DoisoatError

OfflineOption = Annotated[bool, typer.Option("--offline", help="cli.option.offline")]


def run(ctx: typer.Context, *, offline: OfflineOption = False, as_json: JsonOption = False) -> int:
    """Examine the installation; exit code 1 where there is a problem."""
    from worker.cli.examination import examined
    from worker.i18n import sentence, text

    try:
        settings = open_settings(ctx)
    except DoisoatError as error:
        advice = text("doctor.configuration.advice")
        findings = [Finding("configuration", Level.PROBLEM, sentence(error), advice)]
    else:
        findings = list(examined(settings, invocation(ctx), offline=offline))
    if as_json:
        print_json(listing([finding.item() for finding in findings]))
    else:
        from worker.render.doctor import findings_table

        show(*findings_table([finding.item() for finding in findings]))
    return 1 if any(each.level is Level.PROBLEM for each in findings) else 0
