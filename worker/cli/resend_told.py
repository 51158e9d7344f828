"""What the commands of ``doisoat resend`` share: what is chosen, and a request as it is shown."""

import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.types import Cause
from worker.cli.invocation import invocation
from worker.cli.options import rows_shown, unit_of
from worker.cli.output import print_json, show
from worker.cli.usage import WrongUsage

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.core.resend.selection import Selection
    from worker.journey.resending import Shown
    from worker.render.resends import Told

USUAL_ROWS = 20

_STANDARD_INPUT = "-"
_LONGEST_LIST = 1_000_000
_NAMED = 5
_AGE = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

RequestArgument = Annotated[int, typer.Argument(metavar="ID", help="resend.option.request")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]


def selection_of(
    ctx: typer.Context,
    services: "Services",
    unit: str | None,
    cause: str | None,
    older_than: str | None,
    codes: str | None,
    *,
    again: bool,
) -> "Selection":
    """Which discrepancies are meant; a file of codes is looked for in the working folder.

    Raises:
        WrongUsage: An option can't be read.
        NotFoundError: There is no such unit.
    """
    from worker.core.resend.selection import Selection

    return Selection(
        unit=unit_of(services.directory, unit).code if unit else None,
        cause=_cause(cause),
        older_than=_age(older_than),
        codes=_codes(invocation(ctx).working_folder, codes),
        again=again,
    )


def _cause(written: str | None) -> Cause | None:
    if written is None:
        return None
    if written.upper() not in Cause.__members__:
        allowed = ", ".join(Cause)
        raise WrongUsage("usage.not_one_of", name="--cause", value=written, allowed=allowed)
    return Cause(written.upper())


def _age(written: str | None) -> timedelta | None:
    if written is None:
        return None
    match = _AGE.fullmatch(written.strip())
    if match is None:
        raise WrongUsage("usage.bad_age", value=written)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _codes(folder: Path, written: str | None) -> tuple[str, ...]:
    from worker.core.codes import pasted_codes

    if written is None:
        return ()
    pasted = written
    if written == _STANDARD_INPUT:
        pasted = sys.stdin.read(_LONGEST_LIST)
    elif written.startswith("@"):
        pasted = _file_text(folder / written[1:])
    found = pasted_codes(pasted)
    if found.unreadable:
        raise WrongUsage("usage.unreadable_codes", codes=", ".join(found.unreadable[:_NAMED]))
    if not found.codes:
        raise WrongUsage("usage.no_codes")
    return found.codes


def _file_text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8-sig") as stream:
            return stream.read(_LONGEST_LIST)
    except (OSError, ValueError):
        raise WrongUsage("usage.no_codes_file", file=str(file)) from None


def told_of(services: "Services", request: int) -> "Told":
    """A request by its number."""
    from worker.journey.resending import shown

    return told(services, shown(services, request))


def told(services: "Services", found: "Shown") -> "Told":
    """A request with the name of its unit."""
    from worker.render.resends import Told

    unit = services.directory.get(found.request.unit)
    name = unit.name if unit else found.request.unit
    return Told(found.request, name, found.items, found.effect)


def show_told(request: "Told", limit: int | None, *, as_json: bool) -> None:
    """Print a request, dossier by dossier."""
    from worker.render.resends import dossier_item, request_item, request_told

    if as_json:
        print_json(
            request_item(request) | {"dossiers": [dossier_item(row) for row in request.items]}
        )
    else:
        show(*request_told(request, rows_shown(limit, USUAL_ROWS, as_json=as_json)))
