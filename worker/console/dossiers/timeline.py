"""A dossier's course on every side, on one axis: what is drawn of it, and told in a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.types import Status
from worker.console.dossiers.axis import Axis

# In pixels: where the first lane begins, how high a lane is, and its parts below its beginning.
TOP: Final = 4
LANE: Final = 92
TITLE, ABOVE, LINE, BELOW = 14, 38, 52, 76
_AXIS_ROOM = 26


class Sign(StrEnum):
    """What is marked on a lane; a key of ``pages.dossiers.sign``."""

    SUBMITTED = "submitted"
    RECEIVED = "received"
    EVENT = "event"
    DUE = "due"
    ENDED = "ended"


class Stretch(StrEnum):
    """What goes on between two marks; a key of ``pages.dossiers.stretch``."""

    WORK = "work"
    PAUSE = "pause"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An instant on a lane: ``x`` in percent, ``y`` in pixels.

    ``is_fault``: the sides count differently because of it. ``label_y`` is None where there is no
    room for words; they extend to the left of ``x`` where ``is_leftward``.
    """

    sign: Sign
    at: datetime
    x: float
    y: int
    status: Status | None = None
    is_fault: bool = False
    label_y: int | None = None
    is_leftward: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane, from ``x``, ``width`` long, both in percent."""

    stretch: Stretch
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One record; ``top`` and what follows are in pixels.

    ``status`` is what it says now, ``is_told`` whether its source tells progress at all.
    ``is_fault``: the sides count differently because of the status.
    """

    side: str
    code: str
    status: Status
    is_told: bool
    is_fault: bool
    top: int
    bars: Sequence[Bar] = ()
    marks: Sequence[Mark] = ()

    @property
    def title(self) -> int:
        """Where its name stands."""
        return self.top + TITLE

    @property
    def line(self) -> int:
        """Where its line runs."""
        return self.top + LINE


@dataclass(frozen=True, slots=True)
class Link:
    """Leads from a mark to the one on the next lane that says otherwise."""

    x1: float
    y1: int
    x2: float
    y2: int


@dataclass(frozen=True, slots=True)
class Row:
    """What happened at an instant, and on which lanes it is known."""

    at: datetime
    sign: Sign
    status: Status | None
    lanes: frozenset[int]
    is_fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All lanes on one axis; ``cutoff`` is where the as-of stands, None where it lies beyond."""

    axis: Axis
    lanes: Sequence[Lane]
    links: Sequence[Link]
    rows: Sequence[Row]
    cutoff: float | None
    ticks: Sequence[tuple[float, datetime]] = ()

    @property
    def height(self) -> int:
        """The height of the whole, in pixels."""
        return self.bottom + _AXIS_ROOM

    @property
    def bottom(self) -> int:
        """Where the axis runs."""
        return TOP + len(self.lanes) * LANE
