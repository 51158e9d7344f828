"""What is told of a dossier, in the words of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from models.types import Cause
from worker.console.discrepancies.shown import Names
from worker.core.remedy import Remedy, remedy_of
from worker.i18n import text
from worker.render.explanation_unit import value

Explained = Mapping[str, Any]

_ALWAYS: Final = frozenset({"codes", "unit", "status", "received_at", "due_at", "ended_at"})


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field with the value of each record; ``at_fault``: it makes the difference."""

    name: str
    values: Sequence[str]
    differs: bool
    at_fault: bool

    @property
    def is_same(self) -> bool:
        """Whether all records say the same; some fields may differ and are not compared."""
        return len(set(self.values)) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """What one rule says of one record.

    ``step`` is a key of ``pages.dossiers.step``: which rung of the bridge it is. ``code`` is told
    where the side holds the dossier twice.
    """

    step: str
    side: str
    code: str | None
    rule: str
    is_late: bool
    is_counted: bool
    category: str | None
    reason: str
    counted_from: datetime | None
    ends_at: datetime | None
    late_from: datetime | None


def field_rows(told: Explained, names: Names) -> list[FieldRow]:
    """The fields worth showing, those at fault first."""
    records = told["records"]
    rows = [
        FieldRow(
            each["field"],
            [_value(each["field"], record, names) for record in records],
            each["differs"],
            each["at_fault"],
        )
        for each in told["fields"]
    ]
    unknown = text("cli.reconcile.unknown")
    worth = [
        row
        for row in rows
        if row.at_fault or row.name in _ALWAYS or any(each != unknown for each in row.values)
    ]
    return sorted(worth, key=lambda row: not row.at_fault)


def _value(name: str, record: Mapping[str, Any], names: Names) -> str:
    given = record[name]
    match name:
        case "codes":
            return ", ".join(given)
        case "unit":
            called = names.get(given, given)
            return f"{called} ({given})" if given else called
        case _:
            return value(name, given)


def verdict_rows(told: Explained) -> list[VerdictRow]:
    """Every rule's verdict on every record, along the rungs of the bridge."""
    verdicts = told["verdicts"]
    home = sum(each["side"] == "province" for each in verdicts) // 2
    return [
        _verdict(each, _step(each["side"], place < home), told["records"])
        for place, each in enumerate(verdicts)
    ]


def _step(side: str, is_own: bool) -> str:  # noqa: FBT001 - said by name where it is called
    if side == "portal":
        return "late_portal"
    return "late_province" if is_own else "late_province_by_portal_rule"


def _verdict(
    told: Mapping[str, Any], step: str, records: Sequence[Mapping[str, Any]]
) -> VerdictRow:
    twice = sum(record["side"] == told["side"] for record in records) > 1
    return VerdictRow(
        step=step,
        side=told["side"],
        code=told["code"] if twice else None,
        rule=told["rule"],
        is_late=bool(told["late"]),
        is_counted=told["category"] is not None,
        category=told["category"],
        reason=told["reason"],
        counted_from=_parsed(told["counted_from"]),
        ends_at=_parsed(told["ends_at"]),
        late_from=_parsed(told["late_from"]),
    )


def _parsed(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def reception_words(told: Explained) -> str | None:
    """How the reception of a dossier filed online stands; None where there is none to speak of."""
    reception = told["reception"]
    if reception is None:
        return None
    late, answered = reception["late"], reception["answered_at"]
    until = value("due_at", reception["until"])
    if answered is None:
        return text(f"explain.reception.{'waiting_late' if late else 'waiting'}", until=until)
    key = f"explain.reception.{'late' if late else 'in_time'}"
    return text(key, until=until, answered=value("received_at", answered))


def cause_to_resend(told: Explained) -> str | None:
    """The cause of a difference that ends once the province sends the dossier again."""
    causes = (Cause(each["cause"]) for each in told["effects"])
    return next((each.value for each in causes if remedy_of(each) is Remedy.RESEND), None)
