"""``doisoat incidents``: what units' offices are told of, and what people do about it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.types import IncidentKind, IncidentState, IncidentStepKind
from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, UnitOption, instant_of, rows_shown, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import reason_of, whoever

if TYPE_CHECKING:
    from sqlmodel import Session

    from worker.bootstrap import Services
    from worker.db.incidents import Act, Wanted

_ALL = "all"

KindOption = Annotated[
    str | None, typer.Option("--kind", metavar="K", help="incidents.option.kind")
]
StateOption = Annotated[str, typer.Option("--state", metavar="S", help="incidents.option.state")]
UntilOption = Annotated[str, typer.Option("--until", metavar="T", help="incidents.option.until")]
ToOption = Annotated[str, typer.Option("--to", metavar="WHO", help="incidents.option.to")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]
IncidentArgument = Annotated[int, typer.Argument(metavar="ID", help="incidents.option.incident")]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="incidents.option.text")]


def run(
    ctx: typer.Context,
    *,
    unit: UnitOption = None,
    kind: KindOption = None,
    state: StateOption = IncidentState.OPEN.value,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print incidents, the open ones first, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    chosen = _kind(kind), _state(state)
    limit = rows_shown(limit, 50, as_json=as_json)
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.incidents import list_rows
        from worker.db.sources import source_names
        from worker.render.incidents import incident_item, incidents_table

        wanted = _wanted(services, unit, *chosen, limit)
        with Session(services.engine) as session:
            total, rows = list_rows(session, wanted)
            sources = source_names(session)
            items = [incident_item(row, sources) for row in rows]
    if as_json:
        print_json(listing(items, total))
    else:
        show(*incidents_table(items, total, _names(services)))
    return 0


def history(ctx: typer.Context, *, incident: IncidentArgument, as_json: JsonOption = False) -> int:
    """Print one incident with its history."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.incidents import get, steps_of
        from worker.render.incidents import incident_told, step_item

        with Session(services.engine) as session:
            item = _item(session, get(session, incident))
            steps = [step_item(step) for step in steps_of(session, incident)]
    if as_json:
        print_json(item | {"steps": steps})
    else:
        show(*incident_told(item, steps, _names(services)))
    return 0


def ack(
    ctx: typer.Context,
    *,
    incident: IncidentArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take an incident on: from now on it speaks only when it gets worse or ends."""
    what = IncidentStepKind.ACKNOWLEDGED
    return _act(ctx, incident, _done(ctx, what, by, reason), as_json=as_json)


def mute(
    ctx: typer.Context,
    *,
    incident: IncidentArgument,
    until: UntilOption,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Send no mail about an incident until an instant; somebody has to say why."""
    told = reason_of(reason, required=True)
    done = _done(ctx, IncidentStepKind.MUTED, by, told, until=instant_of(until))
    return _act(ctx, incident, done, as_json=as_json)


def assign(
    ctx: typer.Context,
    *,
    incident: IncidentArgument,
    to: ToOption,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Give an incident to somebody, who has taken it on by that."""
    done = _done(ctx, IncidentStepKind.ASSIGNED, by, reason, to=to)
    return _act(ctx, incident, done, as_json=as_json)


def comment(
    ctx: typer.Context,
    *,
    incident: IncidentArgument,
    words: TextArgument,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Add a comment to an incident's history."""
    done = _done(ctx, IncidentStepKind.COMMENTED, by, words)
    return _act(ctx, incident, done, as_json=as_json)


def _done(
    ctx: typer.Context, what: IncidentStepKind, by: str | None, words: str | None, **told: Any
) -> "Act":
    from worker.db.incidents import Act

    return Act(what=what, by=by or whoever(ctx), text=words, **told)


def _act(ctx: typer.Context, incident: int, done: "Act", *, as_json: bool) -> int:
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.i18n import text
        from worker.i18n.numbers import instant
        from worker.journey.handling import handle

        now = services.clock()
        if done.until is not None and done.until <= now:
            raise WrongUsage("usage.until_over", now=instant(now))
        row = handle(services, incident, done)
        with Session(services.engine) as session:
            item = _item(session, row)
    if as_json:
        print_json(item)
    else:
        until = instant(done.until) if done.until else ""
        told = {"id": incident, "by": done.by, "to": done.to or "", "until": until}
        show(text(f"incidents.done.{done.what.value}", **told))
    return 0


def _item(session: "Session", row: Any) -> dict[str, Any]:
    from worker.db.sources import source_names
    from worker.render.incidents import incident_item

    return incident_item(row, source_names(session))


def _wanted(
    services: "Services",
    unit: str | None,
    kind: IncidentKind | None,
    state: IncidentState | None,
    limit: int | None,
) -> "Wanted":
    from worker.db.incidents import Wanted

    code = unit_of(services.directory, unit).code if unit else None
    return Wanted(unit=code, kind=kind, state=state, limit=limit)


def _names(services: "Services") -> dict[str, str]:
    return {each.code: each.short_name or each.name for each in services.directory.units}


def _kind(written: str | None) -> IncidentKind | None:
    if written is None:
        return None
    try:
        return IncidentKind(written)
    except ValueError:
        allowed = ", ".join(IncidentKind)
        raise WrongUsage(
            "usage.not_one_of", name="--kind", value=written, allowed=allowed
        ) from None


def _state(written: str) -> IncidentState | None:
    shown = (IncidentState.OPEN, IncidentState.RESOLVED)
    if written not in (*shown, _ALL):
        allowed = ", ".join((*shown, _ALL))
        raise WrongUsage("usage.not_one_of", name="--state", value=written, allowed=allowed)
    return None if written == _ALL else IncidentState(written)
