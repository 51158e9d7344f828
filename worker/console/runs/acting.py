"""``/runs/{run}/cancel``, ``/retry`` and ``/resume``: what is done to a run."""

from typing import Literal

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from worker.bootstrap import Services
from worker.console.asking import ConsoleParts, Joint, Operates
from worker.console.runs.routes import RunId
from worker.console.runs.shown import run_shown
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.written import LONGEST, Written, written
from worker.core.access import Who
from worker.db.sources import identity
from worker.errors import RunError
from worker.i18n import text
from worker.journey.operating import cancel_run, resume_run, retry_run

router = APIRouter(include_in_schema=False)

_UNREADABLE, _CONFLICT = 422, 409

Act = Literal["cancel", "retry", "resume"]


@router.post("/runs/{run_id}/{act}")
def do_to_run(
    request: Request,
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    run_id: RunId,
    act: Act,
    reason: Written = "",
) -> Response:
    """Stop a run, do it once more, or let it go on; the page says why where that can't be."""
    because = written(reason)
    fault, status = text("pages.runs.fault.reason"), _UNREADABLE
    if because:
        try:
            number, said = _done(services, who, run_id, act, because)
        except RunError as error:
            fault, status = sentence(error), _CONFLICT
        else:
            answer = go_to(f"/runs/{number}", said)
            told = () if act == "cancel" else (number,)
            answer.background = BackgroundTask(parts.announce, services, told)
            return answer
    return show(
        request,
        who,
        "runs/run",
        status=status,
        shown=run_shown(services, run_id, parts.clock()),
        may_operate=True,
        reason=reason,
        fault=fault,
        most=LONGEST,
    )


def _done(services: Services, who: Who, run_id: int, act: Act, because: str) -> tuple[int, str]:
    """The run to look at now, and what was done (a key of ``pages.said``)."""
    if act == "cancel":
        row = cancel_run(services, run_id, who.name, because)
        return run_id, "run_stopping" if row.stop else "run_cancelled"
    if act == "retry":
        return identity(retry_run(services, run_id, who.name, because).id), "run_retried"
    resume_run(services, run_id, who.name, because)
    return run_id, "run_resumed"
