"""What two records under different codes have in common, and where they part."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from worker.core.codes import parse_dossier_code
from worker.core.times import VIETNAM, local_day

SECOND_KEYS = ("submitted_at", "due_at", "finished_at")
# Systems enter a dossier filed elsewhere as filed when they fetched it, hours later at most.
_FILED_APART = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source's record of a dossier that another source may hold under another code.

    ``code`` is the record's own; ``held_by`` are the sources that have a record of its dossier now.
    """

    dossier_id: int
    source_id: int
    held_by: frozenset[int]
    code: str
    unit: str
    procedure: str | None = None
    received_at: datetime | None = None
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What two records have in common: each value as both tell it, None where they don't.

    ``unit`` is the one that holds the tasks of both. ``differing`` names the instants that both
    tell and tell differently; ``same_sequence`` says that both codes bear the same day and number.
    """

    procedure: str | None = None
    unit: str | None = None
    received_at: datetime | None = None
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    differing: tuple[str, ...] = ()
    same_sequence: bool = False

    @property
    def second_keys(self) -> tuple[str, ...]:
        """The instants beside the receipt on which both agree."""
        return tuple(name for name in SECOND_KEYS if getattr(self, name) is not None)

    @property
    def is_enough(self) -> bool:
        """Whether this speaks for one dossier.

        A receipt without a time of day, as some systems send it, is only a day: then two second
        keys are needed. An end set to the due date is the same instant again, not a second one.
        """
        if self.procedure is None or self.unit is None or self.received_at is None:
            return False
        instants = {getattr(self, name) for name in self.second_keys}
        return len(instants) >= (1 if _has_time_of_day(self.received_at) else 2)


def evidence_of(one: Candidate, other: Candidate, heirs: Mapping[str, str]) -> Evidence:
    """What two records have in common and where they part."""
    unit = heirs.get(one.unit, one.unit)
    return Evidence(
        procedure=one.procedure if one.procedure == other.procedure else None,
        unit=unit if unit == heirs.get(other.unit, other.unit) else None,
        received_at=one.received_at if one.received_at == other.received_at else None,
        submitted_at=_agreed(one, other, "submitted_at"),
        due_at=_agreed(one, other, "due_at"),
        finished_at=_agreed(one, other, "finished_at"),
        differing=tuple(name for name in SECOND_KEYS if _differs(one, other, name)),
        same_sequence=_same_sequence(one.code, other.code),
    )


def filed_apart(one: Candidate, other: Candidate) -> bool:
    """Whether both tell when they were filed, too far apart for one filing."""
    ours, theirs = _told(one, "submitted_at"), _told(other, "submitted_at")
    return ours is not None and theirs is not None and abs(ours - theirs) > _FILED_APART


def _told(record: Candidate, name: str) -> datetime | None:
    """An instant that says something; the receipt put in its place does not.

    TD sends the receipt as the time of filing, and as the end of what has none (wire.md, 6.3).
    """
    value: datetime | None = getattr(record, name)
    return None if value == record.received_at else value


def _agreed(one: Candidate, other: Candidate, name: str) -> datetime | None:
    ours, theirs = _told(one, name), _told(other, name)
    return ours if ours == theirs else None


def _differs(one: Candidate, other: Candidate, name: str) -> bool:
    ours, theirs = _told(one, name), _told(other, name)
    if ours is None or theirs is None or ours == theirs:
        return False
    only_days = not (_has_time_of_day(ours) and _has_time_of_day(theirs))
    return not (only_days and local_day(ours) == local_day(theirs))


def _has_time_of_day(instant: datetime) -> bool:
    return instant.astimezone(VIETNAM).time() != time.min


def _same_sequence(code: str, other: str) -> bool:
    one, two = parse_dossier_code(code), parse_dossier_code(other)
    if one is None or two is None:
        return False
    return (one.day, int(one.sequence)) == (two.day, int(two.sequence))
