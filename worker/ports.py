"""What a source may offer: the small ports behind which the outside systems stand.

Real systems differ in what they can tell, so each capability is a port of its own and the stages
plan with what an ``Upstream`` holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from models.resend_types import ResendAnswer
from models.types import Period, Reading, Side, Unreadable
from worker.errors import DoisoatError


@dataclass(frozen=True, slots=True)
class Window:
    """One list to be paged through: a stable key for the checkpoint, and the source's own query."""

    key: str
    query: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows ``offset`` to ``offset + len(readings)`` of a list that says it has ``total`` rows.

    Every row received stands in ``readings``, unreadable ones included: the proof of completeness
    counts them.
    """

    offset: int
    total: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The source knows the code; usually one reading, more where it holds the dossier twice."""

    code: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """The source answered, and said that it does not know the code."""

    code: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The source did not answer for this code. It says nothing about the dossier."""

    code: str
    reason: str


Answer = Found | NotFound | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedUnit:
    """What a source publishes of one unit for one period; None where it says nothing.

    ``received`` is the population counted, ``late`` its resolved and open late dossiers,
    ``resolved_late`` the resolved ones alone, ``completed`` all that are resolved.
    """

    code: str | None
    name: str | None
    received: int | None
    on_time: int | None
    late: int | None
    completed: int | None
    resolved_late: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """Published counts of one period: the whole province, and its units."""

    period: Period
    whole: PublishedUnit | None
    units: tuple[PublishedUnit, ...]


class Source(Protocol):
    """An outside system."""

    def check(self) -> None:
        """Log in, or ask for the least there is; raises what is wrong."""

    def close(self) -> None:
        """Give back connections."""


class PageSource(Source, Protocol):
    """Lists dossiers page by page."""

    def windows(
        self, *, since: date | None, until: date, changed_since: date | None
    ) -> tuple[Window, ...]:
        """The lists to read: everything received from ``since`` on (None: all there is).

        With ``changed_since`` only what was received or finished from that local day on, and all
        that is still open.
        """

    def page(self, window: Window, offset: int) -> Page:
        """The page of ``window`` that starts at row ``offset``; empty past the end."""


class LookupSource(Source, Protocol):
    """Tells one dossier at a time."""

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""

    def look_up(self, codes: Sequence[str], most_calls: int | None = None) -> Iterator[Answer]:
        """One answer a code, in any order, within the source's rate and ``most_calls`` in all.

        Ends early, with the rest unanswered, when the source is found to be down or the calls are
        spent.
        """


class PublishedSource(Source, Protocol):
    """Publishes counts per unit."""

    def published(self, period: Period) -> Published:
        """The counts of one month as the source shows them now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric a source publishes of one unit for one period, exactly as shown.

    ``code`` and ``name`` are the unit's, both None for the province as a whole. ``group`` is a code
    of index 766, empty for the total. Ratio and scores are decimal text. ``quality`` is the
    source's own flag on its data.
    """

    code: str | None
    name: str | None
    group: str
    metric: str
    procedure: str = ""
    numerator: int | None = None
    denominator: int | None = None
    ratio: str | None = None
    score: str | None = None
    max_score: str | None = None
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one period; ``generation`` names the interface they come from.

    What came is told even where not everything did: ``unreadable`` are figures that can't be
    understood, ``troubles`` what kept parts of the answer away.
    """

    generation: str
    period: Period
    figures: tuple[Figure, ...]
    unreadable: tuple[Unreadable, ...] = ()
    troubles: tuple[DoisoatError, ...] = ()


class FigureSource(Source, Protocol):
    """Publishes its evaluation of units: rates, scores, the counts behind them."""

    @property
    def generation(self) -> str:
        """The interface its figures come from: ``reporting`` (since 2026) or ``legacy``."""

    def figures(self, period: Period) -> Figures:
        """All figures of one month as the source shows them now."""


@dataclass(frozen=True, slots=True)
class ListedProcedure:
    """A procedure of the national catalogue."""

    code: str
    name: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureLimit:
    """A procedure with its statutory limits, its parts and the decision that announces it.

    ``text`` are its limits in the catalogue's own words as ``worker.core.limits.told`` joins them,
    None where it names none; ``worker.core.limits.read_limits`` says what they mean. ``parts`` are
    flags of ``worker.core.publication.Part``, None where the catalogue is silent about one of them;
    ``decision`` is what ``CatalogueSource.decision`` is to be asked for.
    """

    code: str
    name: str
    text: str | None
    field: str = ""
    parts: int | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDecision:
    """A decision that announces procedures, as the catalogue tells it; None where it is silent.

    Days are local. ``unreadable`` are the fields, with an excerpt, that nobody can read.
    """

    number: str
    decided_on: date | None = None
    effective_on: date | None = None
    public_on: date | None = None
    by_ministry: bool | None = None
    unreadable: tuple[str, ...] = ()


class CatalogueSource(Source, Protocol):
    """Tells the national catalogue of procedures."""

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""

    def allow(self, calls: int | None) -> None:
        """Make at most so many further calls (None: no limit); the rest fails as unavailable."""

    def procedures(self) -> tuple[ListedProcedure, ...]:
        """Every procedure the catalogue lists."""

    def limit(self, code: str) -> ProcedureLimit | None:
        """One procedure with its limits; None where the catalogue does not know it."""

    def decision(self, key: str) -> ToldDecision | None:
        """The decision a procedure names; None where the catalogue does not know it."""


@dataclass(frozen=True, slots=True)
class Resend:
    """A dossier that the province's system is asked to send to the portal again.

    ``code`` is the dossier's code there, ``external_id`` its number. ``is_known`` says that the
    portal has it already, so that only its course is to be brought up to date.
    """

    code: str
    external_id: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Resent:
    """What the system answered, judged; ``words`` is its own answer, short, without people's data.

    An answer that came says nothing yet about what the portal shows: somebody has to look again.
    """

    code: str
    outcome: ResendAnswer
    words: str


class ResendSource(Source, Protocol):
    """Has dossiers sent to the portal again by the province's own system."""

    def resend(self, dossiers: Sequence[Resend]) -> Iterator[Resent]:
        """One answer a dossier, in order, within the source's pace.

        A dossier's call is made when its answer is asked for, not before. A call that may have been
        carried out is never repeated, its answer is ``NO_ANSWER``. Ends early when the system is
        found to be down: what is left unanswered was not called for. Raises what keeps a call from
        being made at all, such as a login that is refused.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A configured source with the capabilities it offers; None where it has no such call."""

    name: str
    side: Side
    rule: str
    pages: PageSource | None = None
    lookups: LookupSource | None = None
    published: PublishedSource | None = None
    figures: tuple[FigureSource, ...] = ()
    catalogue: CatalogueSource | None = None
    resend: ResendSource | None = None

    @property
    def capabilities(self) -> dict[str, Source]:
        """What it offers, by name."""
        offered: dict[str, Source | None] = {
            "pages": self.pages,
            "lookups": self.lookups,
            "published": self.published,
            **{f"figures_{each.generation}": each for each in self.figures},
            "catalogue": self.catalogue,
            "resend": self.resend,
        }
        return {name: each for name, each in offered.items() if each is not None}

    def close(self) -> None:
        """Give back the connections of all of them."""
        for capability in self.capabilities.values():
            capability.close()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way out; ``delivery`` is the same for every try of it."""

    delivery: str
    payload: Mapping[str, Any]


class Sender(Protocol):
    """Hands messages to one other system."""

    def send(self, parcel: Parcel, at: datetime) -> None:
        """Try once, at ``at``; raises what went wrong.

        A TransientError may pass, a PermanentError ends the message.
        """

    def close(self) -> None:
        """Give back connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A mail as it goes out: ``content`` is the whole MIME message, ``to`` who is to get it now."""

    to: tuple[str, ...]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What became of a mail, by address: who has it, who never will, and who may have it later.

    The reasons are short and name nobody, such as ``550 5.1.1`` or ``timeout``.
    """

    taken: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)


class Postman(Protocol):
    """Hands mails to a mail server."""

    def send(self, mail: OutgoingMail) -> Handed:
        """Hand over one mail, and tell what became of it.

        Raises what keeps any mail from going: a TransientError may pass, after a PermanentError
        somebody has to act first.
        """

    def close(self) -> None:
        """Give back the connection."""


class Progress(Protocol):
    """Hears how far long work has come."""

    def __call__(self, done: int, total: int | None, /) -> None:
        """``done`` of ``total`` rows or calls are behind us; None where nobody knows the total."""
