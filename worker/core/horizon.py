"""Until when a comparison stays what it is, though nothing that is known changes.

A comparison hangs on the clock in one way only: each instant in it has come by the cut-off, or has
not. So it holds until the first instant still to come of all verdicts that were looked at, those of
counterfactuals included.
"""

from dataclasses import dataclass
from datetime import datetime

from worker.core.verdict import Span, Verdict


@dataclass(slots=True)
class Horizon:
    """``turns_at`` is the first instant at which something noted here is told otherwise.

    None where it never is: the window's cut-off does not go beyond the period's end.
    """

    span: Span
    as_of: datetime
    turns_at: datetime | None = None

    def note(self, verdict: Verdict) -> None:
        """A verdict was held against the cut-off."""
        instants = (
            verdict.counted_from,
            verdict.late_from,
            verdict.ends_at,
            verdict.absent_from,
            verdict.absent_until,
        )
        cutoff = self.span.cutoff
        for instant in instants:
            if instant is not None and instant > cutoff:
                self.note_instant(instant)

    def note_instant(self, instant: datetime | None) -> None:
        """An instant was held against the cut-off."""
        if instant is None or instant <= self.span.cutoff:
            return
        if self.span.end is None or instant <= self.span.end:
            self._turn(instant)

    def note_age(self, begins: datetime, ends: datetime) -> None:
        """It was asked whether the as-of instant lies from ``begins`` until before ``ends``."""
        for instant in (begins, ends):
            if instant > self.as_of:
                self._turn(instant)

    def _turn(self, instant: datetime) -> None:
        if self.turns_at is None or instant < self.turns_at:
            self.turns_at = instant
