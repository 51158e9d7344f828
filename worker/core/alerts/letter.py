"""The plain values a mail is made from: what a unit's office is told, and nothing personal.

Whoever fills a letter decides what is said; how it is said, in words, a picture and a workbook, is
the business of ``worker/render/mail``. Instants are aware; counts are dossiers.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.types import Cause, Flag, IncidentKind, MailReason, Period, Side, Status

MOST_URGENT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAge:
    """Up to when one source is known: ``read_at`` is its last complete pull, None: never one."""

    source: str
    side: Side
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFault:
    """A source that does not answer, and since when.

    ``fault`` is its short fault as it is kept with a run ("timeout", "HTTP 503"); "" where nobody
    told one.
    """

    source: str
    side: Side
    since: datetime
    fault: str = ""


@dataclass(frozen=True, slots=True)
class LetterStep:
    """One step of the bridge: by how many late dossiers a cause moves the count, signed."""

    cause: Cause
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A dossier as one side has it. ``late``: it counts as late there, by that side's own rule."""

    status: Status
    received_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDossier:
    """A dossier on which the sides disagree; one with a rule and a data cause comes twice.

    ``contribution`` is what it adds to the unit's difference: +1 only the portal counts it as late,
    -1 only the province does, 0 it is late under two units. ``province`` and ``portal`` are None
    where that side has no record of it. ``days_late`` are calendar days beyond the due date, None
    where no side tells one. ``unit`` is the name of the unit that handles it, ``portal_unit`` the
    name of the one the portal counts it for where that is another. ``since``: first seen so.
    """

    code: str
    cause: Cause
    contribution: int
    unit: str
    procedure: str | None = None
    portal_unit: str | None = None
    province: Sight | None = None
    portal: Sight | None = None
    days_late: int | None = None
    since: datetime | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWarning:
    """A dossier that becomes late within 24 working hours unless somebody acts.

    ``late_from`` is the first second at which it counts as late by the portal's rule.
    """

    code: str
    unit: str
    status: Status
    due_at: datetime | None
    late_from: datetime
    procedure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterIncident:
    """An incident the mail speaks of.

    ``value`` are its plain numbers by name as ``Incident.value`` keeps them: ``difference``,
    ``share`` and ``rate`` (0 to 1), ``unexplained``, ``lag`` (seconds), ``count``; ``told`` the
    same as they stood in the last mail, None in the first. ``source`` is set where it is about one.
    """

    kind: IncidentKind
    opened_at: datetime
    value: Mapping[str, float]
    told: Mapping[str, float] | None = None
    source: str | None = None
    resolved_at: datetime | None = None
    level: int = 0

    @property
    def is_resolved(self) -> bool:
        """Whether it is over."""
        return self.resolved_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterResent:
    """What was sent to the portal again since the oldest incident of the mail began.

    Of the ``sent``, ``closed`` agree now and ``left`` still differ. The unit's late dossiers on the
    portal before and after are None where nobody has looked.
    """

    sent: int
    closed: int
    left: int
    late_before: int | None = None
    late_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLinks:
    """Where the mail leads; None where there is no such place.

    ``console`` is the unit's page, ``handled`` and ``not_ours`` the signed answers to this mail.
    """

    console: str | None = None
    handled: str | None = None
    not_ours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFigures:
    """A unit's late dossiers at the as-of instant, on every rung of the bridge.

    ``published`` and ``unexplained`` are None where the portal publishes nothing. ``presumed`` were
    not looked up on the portal. ``previous_difference`` stood in the last mail about the unit, None
    where there was none.
    """

    late_province: int
    late_by_portal_rule: int
    late_portal: int
    published: int | None = None
    unexplained: int | None = None
    presumed: int = 0
    previous_difference: int | None = None

    @property
    def difference(self) -> int:
        """Late on the portal minus late at home: the sum of the bridge's steps."""
        return self.late_portal - self.late_province

    @property
    def change(self) -> int | None:
        """By how much the difference grew since the last mail; None in the first."""
        if self.previous_difference is None:
            return None
        return self.difference - self.previous_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that one mail to one unit's office says.

    ``unit_code`` is "" and ``unit`` the province's own name where it is about the whole province.
    ``figures`` is None where no reconciliation stands behind it (a source that is down, before the
    first one). ``dossiers`` are most urgent first, ``left_out`` how many more there are;
    ``warnings`` are soonest first. ``complete``: both sides were read completely. ``quarantined``
    are records nobody can read yet. ``resent`` is told where an incident is over. ``contact`` is
    the office's address that answers questions.
    """

    language: str
    reason: MailReason
    province: str
    unit_code: str
    unit: str
    period: Period
    as_of: datetime
    written_at: datetime
    incidents: tuple[LetterIncident, ...]
    figures: LetterFigures | None
    steps: tuple[LetterStep, ...] = ()
    dossiers: tuple[LetterDossier, ...] = ()
    left_out: int = 0
    warnings: tuple[LetterWarning, ...] = ()
    ages: tuple[SourceAge, ...] = ()
    faults: tuple[SourceFault, ...] = ()
    quarantined: int = 0
    complete: bool = True
    resent: LetterResent | None = None
    links: LetterLinks = LetterLinks()
    contact: str | None = None

    @property
    def urgent(self) -> tuple[LetterDossier, ...]:
        """The dossiers to take up first."""
        return self.dossiers[:MOST_URGENT]

    @property
    def is_about_province(self) -> bool:
        """Whether it speaks of all units together."""
        return not self.unit_code

    def late_on_one_side(self) -> tuple[int, int] | None:
        """How many dossiers only the portal and only the province count as late.

        None where not all dossiers are in the letter: then nobody can say.
        """
        if self.left_out:
            return None
        sums: Counter[str] = Counter()
        for dossier in self.dossiers:
            sums[dossier.code] += dossier.contribution
        counts = sums.values()
        return sum(each > 0 for each in counts), sum(each < 0 for each in counts)
