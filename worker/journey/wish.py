"""What is asked of a journey, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.types import RunState, Trigger
from worker.core.outcome import Report
from worker.db.runs import Run
from worker.errors import DoisoatError
from worker.flow import Stage
from worker.ports import Progress

# Shows how far one stage of one source has come.
Watch = Callable[[Stage, str], Progress]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: which source (None: all), how much of it, by whom and why.

    ``codes``: only these dossiers. ``as_of``: the cut-off of a monthly close, with its ``period``'s
    first day where that isn't the month of the cut-off. ``reconciliation``: the one to measure
    beside. ``closes``: the period's figures are frozen, in answer of an office's ``role``, also
    where they are ``incomplete``. ``resend``: the request whose dossiers are sent again.
    """

    trigger: Trigger = Trigger.OPERATOR
    source: str | None = None
    unit: str | None = None
    since: date | None = None
    full: bool = False
    pull_only: bool = False
    codes: tuple[str, ...] = ()
    as_of: datetime | None = None
    month: date | None = None
    reconciliation: int | None = None
    closes: bool = False
    role: str | None = None
    incomplete: bool = False
    resend: int | None = None
    by: str | None = None
    reason: str | None = None

    def stored(self) -> dict[str, Any]:
        """What of it a run in the queue keeps, as JSON; days and instants in ISO form."""
        told = {
            "source": self.source,
            "unit": self.unit,
            "since": self.since and self.since.isoformat(),
            "full": self.full,
            "pull_only": self.pull_only,
            "codes": list(self.codes),
            "as_of": self.as_of and self.as_of.isoformat(),
            "month": self.month and self.month.isoformat(),
            "reconciliation": self.reconciliation,
            "closes": self.closes,
            "role": self.role,
            "incomplete": self.incomplete,
            "resend": self.resend,
        }
        return {name: value for name, value in told.items() if value}


def wish_of(
    stored: Mapping[str, Any],
    trigger: Trigger = Trigger.OPERATOR,
    by: str | None = None,
    reason: str | None = None,
) -> Wish:
    """The wish that a run in the queue keeps."""
    since, as_of, month = (stored.get(name) for name in ("since", "as_of", "month"))
    return Wish(
        trigger=trigger,
        source=stored.get("source"),
        unit=stored.get("unit"),
        since=date.fromisoformat(since) if since else None,
        full=stored.get("full", False),
        pull_only=stored.get("pull_only", False),
        codes=tuple(stored.get("codes", ())),
        as_of=datetime.fromisoformat(as_of) if as_of else None,
        month=date.fromisoformat(month) if month else None,
        reconciliation=stored.get("reconciliation"),
        closes=stored.get("closes", False),
        role=stored.get("role"),
        incomplete=stored.get("incomplete", False),
        resend=stored.get("resend"),
        by=by,
        reason=reason,
    )


def nobody_waits() -> None:
    """Nobody has to be told."""


@dataclass(slots=True)
class Travelled:
    """What came of a journey: the state of each source's run, what went wrong, the report."""

    states: dict[str, RunState] = field(default_factory=dict)
    troubles: list[DoisoatError] = field(default_factory=list)
    report: Report | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every pull proved that nothing was missed."""
        return all(state is RunState.COMPLETE for state in self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A run in this process's hands: of which source ("": the whole store), what it serves.

    ``heed`` is called at every step: it shows that the run lives, and raises RunStopped where it
    is to stop. ``travelled`` collects what comes of it; ``is_read``: somebody waits to read it.
    ``over`` is called where the run has ended, but something is still read beside it: what waited
    for it may begin.
    """

    run: Run
    name: str
    wish: Wish
    watch: Watch
    heed: Callable[[], None]
    travelled: Travelled
    is_read: bool = False
    over: Callable[[], None] = nobody_waits

    def progress(self, stage: Stage, name: str | None = None) -> Progress:
        """Shows and keeps how far the run has come; ``name``: what is shown as its source."""
        shown = self.watch(stage, name or self.name)

        def show(done: int, total: int | None) -> None:
            self.run.show(done, total)
            shown(done, total)
            self.heed()

        return show
