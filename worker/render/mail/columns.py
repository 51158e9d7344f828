"""The columns of a mail's workbook, each with its heading, its width and what it shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from worker.core.alerts.letter import LetterDossier, LetterWarning, Sight
from worker.i18n import text
from worker.render.mail.dossiers import effect_text
from worker.render.mail.words import advice_text, sentence_of, shown, status_text

Cell = str | int | datetime | None
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its key in the catalogue, its width in letters, and a row's cell in it."""

    name: str
    width: int
    cell: Callable[[Row], Cell]

    @property
    def heading(self) -> str:
        """What stands above it."""
        return text(f"mail.sheet.{self.name}")


def _at(sight: Sight | None, name: str) -> datetime | None:
    at: datetime | None = getattr(sight, name, None)
    return at


def _status(sight: Sight | None) -> str:
    return status_text(sight.status) if sight else text("mail.dossiers.absent")


def _flags(row: LetterDossier) -> str | None:
    return "; ".join(text(f"flags.{flag.value}") for flag in row.flags) or None


# What an office works from stands first and is printed; the rest is there to look up and filter.
DOSSIERS: Sequence[Column[LetterDossier]] = (
    Column("code", 25, lambda row: row.code),
    Column("unit", 26, lambda row: row.unit),
    Column("cause", 28, lambda row: sentence_of(text(f"causes.label.{row.cause.value}"))),
    Column("province_due", 17, lambda row: _at(row.province, "due_at")),
    Column("days_late", 9, lambda row: row.days_late),
    Column("province_status", 24, lambda row: _status(row.province)),
    Column("portal_status", 24, lambda row: _status(row.portal)),
    Column("advice", 46, lambda row: advice_text(row.cause, row.flags)),
    Column("effect", 26, lambda row: effect_text(row.contribution)),
    Column("contribution", 10, lambda row: row.contribution),
    Column("kind", 14, lambda row: text(f"states.kind.{row.cause.kind.value}")),
    Column("procedure", 13, lambda row: row.procedure),
    Column("portal_due", 17, lambda row: _at(row.portal, "due_at")),
    Column("province_ended", 17, lambda row: _at(row.province, "ended_at")),
    Column("portal_ended", 17, lambda row: _at(row.portal, "ended_at")),
    Column("province_received", 17, lambda row: _at(row.province, "received_at")),
    Column("portal_received", 17, lambda row: _at(row.portal, "received_at")),
    Column("portal_unit", 26, lambda row: row.portal_unit),
    Column("since", 17, lambda row: row.since),
    Column("flags", 46, _flags),
)
PRINTED = 8
WARNINGS: Sequence[Column[LetterWarning]] = (
    Column("code", 27, lambda row: row.code),
    Column("unit", 26, lambda row: row.unit),
    Column("procedure", 13, lambda row: row.procedure),
    Column("status", 26, lambda row: status_text(row.status)),
    Column("due", 16, lambda row: row.due_at),
    Column("late_from", 16, lambda row: row.late_from),
)


def safe(cell: Cell) -> Cell:
    """A cell as it may be written: text in one bounded line."""
    return shown(cell) if isinstance(cell, str) else cell
