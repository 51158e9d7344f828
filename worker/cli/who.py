"""Who does something, and why: asked for where it changes what others rely on."""

import typer

from worker.cli.invocation import invocation
from worker.cli.questions import asked
from worker.cli.usage import WrongUsage
from worker.i18n import text

_NAMES = ("USER", "LOGNAME", "USERNAME")
_SOMEBODY = "operator"


def whoever(ctx: typer.Context) -> str:
    """The account this process runs for, where nobody is named."""
    environment = invocation(ctx).environment
    return next((environment[name] for name in _NAMES if environment.get(name)), _SOMEBODY)


def reason_of(given: str | None, *, required: bool) -> str | None:
    """Why: as given, else asked for.

    Raises:
        WrongUsage: it is required, and nobody is there to tell.
    """
    told = (given if given is not None else asked(text("runs.why"))) or ""
    if required and not told.strip():
        raise WrongUsage("usage.reason_missing")
    return told.strip() or None
