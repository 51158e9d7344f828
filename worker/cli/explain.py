"""``doisoat explain``: why a unit or a dossier counts differently on the two sides."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import AsOfOption, LimitOption, PeriodOption, moment_of
from worker.cli.output import print_json, show
from worker.cli.stored import opened
from worker.errors import DataError, NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from models.types import Period
    from worker.bootstrap import Services
    from worker.core.units import Unit
    from worker.stages.explain import Explain

WhatArgument = Annotated[str, typer.Argument(metavar="UNIT|DOSSIER", help="cli.option.explained")]

_DOSSIERS_SHOWN = 20


def run(
    ctx: typer.Context,
    *,
    what: WhatArgument,
    as_of: AsOfOption = None,
    period: PeriodOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> int:
    """Explain a unit or a dossier."""
    with opened(ctx) as services:
        from worker.cli.progress import watching
        from worker.flow import Stage
        from worker.journey.explaining import explaining

        at, month = moment_of(as_of, period, services.clock())
        found = _standing(services, _found(services, what), at, month)
        with watching() as watch:
            task = explaining(services, at, month, watch(Stage.RECONCILE, what))
            told = _told(task, found)
        names = {each.code: each.name for each in services.directory.units}
    if isinstance(found, int):
        _show_dossier(told, names, as_json=as_json)
    else:
        _show_unit(told, found, names, limit, as_json=as_json)
    return 0


def _found(services: "Services", what: str) -> "Unit | int":
    """A unit by its code, a dossier by any code it bears, a unit by its name; in this order."""
    from sqlmodel import Session

    unit = services.directory.get(what)
    if unit is not None:
        return unit
    code = _as_code(what)
    with Session(services.engine) as session:
        dossier = _dossier_of(session, code) if code else None
    return _by_name(services, what) if dossier is None else dossier


def _standing(
    services: "Services", found: "Unit | int", at: "datetime", month: "Period"
) -> "Unit | int":
    """The same; for a unit that had ended the one that stands in its place."""
    from worker.core.lineage import counting_day

    if isinstance(found, int):
        return found
    heir = services.directory.heirs_on(counting_day(at, month)).get(found.code, found.code)
    return services.directory.get(heir) or found


def _as_code(what: str) -> str | None:
    from worker.core.codes import dossier_code

    try:
        return dossier_code(what)
    except DataError:
        return None


def _dossier_of(session: "Session", code: str) -> int | None:
    """The dossier that bears a code.

    Raises:
        NotFoundError: It lies in quarantine and nowhere else.
    """
    from worker.db import trail
    from worker.i18n import sentence

    found = trail.find(session, code)
    unreadable = trail.quarantined(session, code) if found is None else []
    if unreadable:
        row = unreadable[0].row
        reason = sentence(DataError(row.reason, row.detail))
        raise NotFoundError(
            "dossier_in_quarantine",
            code=code,
            source=unreadable[0].source,
            reason=reason,
            row=row.id or 0,
        )
    return found


def _by_name(services: "Services", what: str) -> "Unit":
    from worker.core.codes import looks_like_dossier_code

    code = _as_code(what)
    if code and looks_like_dossier_code(code):
        raise NotFoundError("dossier_not_found", code=code)
    try:
        found = services.directory.get(services.directory.resolve(what, what))
    except DataError:
        found = None
    if found is None:
        raise NotFoundError("nothing_to_explain", what=what)
    return found


def _told(task: "Explain", found: "Unit | int") -> dict[str, Any]:
    from worker.stages.explain import explain_dossier, explain_unit

    if isinstance(found, int):
        return explain_dossier(task, found)
    return explain_unit(task, None if found.parent is None else found.code)


def _show_dossier(told: dict[str, Any], names: dict[str, str], *, as_json: bool) -> None:
    from worker.render.explanation_dossier import dossier_explained

    if as_json:
        print_json(told)
    else:
        show(*dossier_explained(told, names))


def _show_unit(
    told: dict[str, Any], unit: "Unit", names: dict[str, str], limit: int | None, *, as_json: bool
) -> None:
    from worker.render.explanation_unit import unit_explained

    named: dict[str, Any] = {"code": unit.code, "name": unit.name}
    if as_json:
        items = told["dossiers"]
        dossiers = {"total": len(items), "items": items[:limit]}
        print_json({"unit": named} | _worded(told) | {"dossiers": dossiers})
    else:
        show(*unit_explained(told, named, names, limit or _DOSSIERS_SHOWN))


def _worded(told: dict[str, Any]) -> dict[str, Any]:
    """The causes with label, meaning and advice: programs pass them on to people."""
    from worker.i18n import text

    told["causes"] = [
        step
        | {name: text(f"causes.{name}.{step['cause']}") for name in ("label", "meaning", "advice")}
        for step in told["causes"]
    ]
    return told
