"""The plain values of the mails about requests: one that stopped, those nobody has decided on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.resend_types import ResendGround
from worker.core.resend.effect import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLetter:
    """All that the mail says, and nothing personal.

    ``unit`` is the name of the one whose dossiers the request asks for. ``worse`` are the codes of
    the dossiers that got worse, in the order in which they went; ``grounds`` their likely reasons,
    each with how many, the commonest first. ``page`` is the request's page in the console,
    ``contact`` the office's address; None where there is none.
    """

    language: str
    province: str
    request: int
    unit_code: str
    unit: str
    effect: Effect
    worse: Sequence[str]
    grounds: Sequence[tuple[ResendGround, int]]
    written_at: datetime
    page: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A request that somebody has to decide about: ``dossiers`` of the unit of that name.

    It was asked for at ``asked_at``; ``is_held``: it stopped by itself since.
    """

    number: int
    unit: str
    dossiers: int
    asked_at: datetime
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedLetter:
    """All that the daily mail about requests says; ``page`` is their page in the console."""

    language: str
    province: str
    requests: Sequence[Undecided]
    written_at: datetime
    page: str | None = None
    contact: str | None = None
