"""What to do first, the most pressing at the top."""

from collections.abc import Iterator

from models.types import Cause, CauseKind, IncidentKind
from worker.core.alerts.letter import Letter, LetterIncident
from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.mail.words import advice_text, source_name

_MOST = 4


def todo_of(letter: Letter) -> list[str]:
    """One sentence a thing to do; one that says so where there is nothing."""
    lines = [*_line_and_account(letter), *_advised(letter), *_asked(letter), *_soon(letter)]
    return list(dict.fromkeys(lines)) or [text("mail.todo.nothing")]


def _open(letter: Letter) -> Iterator[LetterIncident]:
    return (each for each in letter.incidents if not each.is_resolved)


def _line_and_account(letter: Letter) -> Iterator[str]:
    down = [each.source for each in _open(letter) if each.kind is IncidentKind.SOURCE_DOWN]
    for source in down:
        yield text("mail.todo.source_down", source=source_name(letter, source or ""))


def _advised(letter: Letter) -> Iterator[str]:
    """What the causes of single dossiers call for, in the order of their urgency."""
    mended: dict[str, dict[Cause, set[str]]] = {}
    ruled: set[str] = set()
    for dossier in letter.dossiers:
        if dossier.cause.kind is CauseKind.RULE:
            ruled.add(dossier.code)
        else:
            advice = advice_text(dossier.cause, dossier.flags)
            mended.setdefault(advice, {}).setdefault(dossier.cause, set()).add(dossier.code)
    for advice, behind in list(mended.items())[:_MOST]:
        yield _advice(advice, behind)
    if len(mended) > _MOST:
        yield text("mail.todo.more", n=number(len(mended) - _MOST))
    if ruled:
        yield text("mail.todo.rules", n=number(len(ruled)))


def _advice(advice: str, behind: dict[Cause, set[str]]) -> str:
    labels = ", ".join(text(f"causes.label.{cause.value}") for cause in behind)
    count = number(len(set().union(*behind.values())))
    return text("mail.todo.advice", advice=advice.rstrip("."), n=count, causes=labels)


def _asked(letter: Letter) -> Iterator[str]:
    """What an incident calls for that no single dossier does."""
    for incident in _open(letter):
        match incident.kind:
            case IncidentKind.LATE_DIFFERENCE | IncidentKind.SOURCE_DOWN:
                continue
            case IncidentKind.SYNC_RATE if _resend_is_said(letter):
                continue
            case kind:
                yield text(f"mail.todo.{kind.value}")


def _resend_is_said(letter: Letter) -> bool:
    return any(each.cause is Cause.NOT_ON_PORTAL for each in letter.dossiers)


def _soon(letter: Letter) -> Iterator[str]:
    if letter.warnings:
        yield text("mail.todo.warnings", n=number(len(letter.warnings)))
