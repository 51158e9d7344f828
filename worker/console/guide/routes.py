"""``/help``: the help pages."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from worker.console.asking import ConsoleParts, Viewer
from worker.console.guide import shown
from worker.console.guide.chapters import CHAPTERS, OFFICER, OPERATOR
from worker.console.showing import show

router = APIRouter(include_in_schema=False)


@router.get("/help")
def contents(request: Request, who: Viewer, parts: ConsoleParts) -> Response:
    """What there is to read."""
    return show(
        request,
        who,
        "help/contents",
        chapters=CHAPTERS,
        sections={
            "figures": shown.figures(),
            "causes": shown.causes(),
            "failures": shown.failures(parts.settings.alerts),
        },
    )


@router.get("/help/officer")
def for_officers(request: Request, who: Viewer) -> Response:
    """What whoever handles dossiers in a unit does with these pages."""
    return show(request, who, "help/steps", chapter="officer", steps=OFFICER)


@router.get("/help/operator")
def for_operators(request: Request, who: Viewer) -> Response:
    """An operator's day."""
    return show(request, who, "help/steps", chapter="operator", steps=OPERATOR)


@router.get("/help/figures")
def figures(request: Request, who: Viewer) -> Response:
    """What each figure means."""
    return show(request, who, "help/chapter", chapter="figures", sections=shown.figures())


@router.get("/help/causes")
def causes(request: Request, who: Viewer) -> Response:
    """Why dossiers count differently."""
    return show(request, who, "help/chapter", chapter="causes", sections=shown.causes())


@router.get("/help/failures")
def failures(request: Request, who: Viewer, parts: ConsoleParts) -> Response:
    """What to do where something fails."""
    sections = shown.failures(parts.settings.alerts)
    return show(request, who, "help/chapter", chapter="failures", sections=sections)
