"""What the doctor finds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from worker.errors import DoisoatError
from worker.i18n import sentence, text


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was examined, how it stands, and what to do where it is not well."""

    check: str
    level: Level
    message: str
    advice: str | None = None

    def item(self) -> dict[str, Any]:
        """As ``doctor --json`` shows it."""
        return {
            "check": self.check,
            "level": self.level.value,
            "message": self.message,
            "advice": self.advice,
        }


def problem(check: str, error: DoisoatError, advice: str | None) -> Finding:
    """An error as a finding; ``advice`` names the text that says what to do.

    It is None where the error's own sentence says it already.
    """
    return Finding(check, Level.PROBLEM, sentence(error), text(advice) if advice else None)
