"""Who gets the mails about each unit as a file: a row for everybody, and for a unit with nobody."""

from collections.abc import Iterator, Sequence
from typing import Final

from worker.console.recipients.shown import EnteredTold, RecipientsTold, UnitRecipients
from worker.console.units.told import RecipientTold
from worker.i18n import text
from worker.render.mails import role_shown

_AREA: Final = "pages.recipients"
_COLUMNS: Final = (
    "code",
    "unit",
    "email",
    "role",
    "turn",
    "from",
    "named_for",
    "added_by",
    "added_at",
)


def headings() -> Sequence[str]:
    """What stands above the columns."""
    return [text(f"{_AREA}.column.{name}") for name in _COLUMNS]


def rows(told: RecipientsTold) -> Iterator[Sequence[object]]:
    """The units in their order, then those entered for units that are listed no longer."""
    for unit in told.items:
        if not unit.recipients:
            yield (unit.code, unit.name, None, None, text(f"{_AREA}.nobody_short"), *[None] * 4)
        for each in unit.recipients:
            yield _row(unit, each)
    for gone in told.unlisted:
        yield _gone(gone)


def _row(unit: UnitRecipients, each: RecipientTold) -> Sequence[object]:
    return (
        unit.code,
        unit.name,
        each.email,
        role_shown(each.role) if each.role else None,
        _turn(each.level),
        text(f"{_AREA}.from.{each.origin}"),
        each.unit,
        each.added_by,
        each.added_at,
    )


def _turn(level: int | None) -> str:
    """When somebody is told, as the page says it."""
    if level is None:
        return text(f"{_AREA}.not_told")
    return text(f"{_AREA}.first") if level == 1 else text(f"{_AREA}.then", level=level)


def _gone(each: EnteredTold) -> Sequence[object]:
    return (
        each.unit,
        text(f"{_AREA}.unlisted"),
        each.email,
        role_shown(each.role),
        text(f"{_AREA}.gets_none"),
        text(f"{_AREA}.from.store"),
        each.unit,
        each.added_by,
        each.added_at,
    )
