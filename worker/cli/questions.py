"""Asking people: one question, one answer, in their language; scripts give answers as options."""

import sys
from collections.abc import Callable

import typer

from worker.cli.output import complain
from worker.cli.usage import WrongUsage
from worker.i18n import text

_YES = frozenset({"c", "co", "có", "y", "yes"})
_NO = frozenset({"k", "khong", "không", "n", "no"})


def ask(
    option: str,
    given: str | None,
    *,
    default: str | None = None,
    is_valid: Callable[[str], bool] = bool,
    hidden: bool = False,
) -> str:
    """The answer to the question ``init.ask.<option>``, asked unless it was ``given``.

    Raises:
        WrongUsage: What was given is not valid, or nobody is there to answer.
    """
    name = option.replace("-", "_")
    if given is not None:
        if not is_valid(given.strip()):
            raise WrongUsage("usage.bad_answer", name=f"--{option}", value=given)
        return given.strip()
    while True:
        answer = _prompt(text(f"init.ask.{name}"), f"--{option}", default, hidden=hidden).strip()
        if is_valid(answer):
            return answer
        complain(text("init.again"))


def agree(option: str, given: bool | None, *, default: bool) -> bool:  # noqa: FBT001 - an answer
    """Yes or no to the question ``init.ask.<option>``."""
    if given is not None:
        return given
    question = text(f"init.ask.{option.replace('-', '_')}")
    usual = text("init.yes" if default else "init.no")
    while True:
        answer = _prompt(question, f"--{option}", usual).strip().casefold()
        if answer in _YES | _NO or answer == usual.casefold():
            return answer in _YES or (answer == usual.casefold() and default)
        complain(text("init.yes_or_no"))


def asked(question: str) -> str | None:
    """What somebody answers to a question in words, perhaps nothing; None where nobody is there."""
    return _prompt(question, "", "") if _somebody_is_there() else None


def confirmed(question: str, *, if_nobody: bool = True) -> bool:
    """Yes or no to a question in words; ``if_nobody`` where nobody is there to be asked."""
    if not _somebody_is_there():
        return if_nobody
    while True:
        answer = _prompt(question, "--yes", text("init.no")).strip().casefold()
        if answer in _YES | _NO:
            return answer in _YES
        complain(text("init.yes_or_no"))


def _prompt(question: str, option: str, default: str | None, *, hidden: bool = False) -> str:
    try:
        answer = typer.prompt(
            question,
            default=default,
            hide_input=hidden and _somebody_is_there(),
            show_default=bool(default),
            err=True,
            type=str,
        )
    except typer.Abort:
        if _somebody_is_there():
            raise
        raise WrongUsage("usage.nobody_answers", name=option) from None
    return str(answer)


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
