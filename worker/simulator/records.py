"""What the simulated systems hold: the rows of the province system, the objects of the portal.

All instants here are local (Asia/Ho_Chi_Minh, no summer time), because that is what both systems
write; None where a system holds nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from models.types import Cause, CauseKind
from worker.simulator.traits import shown

END_STATUSES = frozenset({"denied", "cancelled", "unresolved", "releasing", "done"})
WITH_RESULT = frozenset({"releasing", "done", 9, 10})


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRow:
    """One dossier as OpenCPS holds it, its status in OpenCPS's own words.

    ``drawn`` are the flags of ``Trait`` that were drawn for it; see ``traits``.
    """

    dossier_id: int
    code: str
    reference: str
    unit: str
    procedure: str
    status: str
    submitted: datetime
    received: datetime | None
    due: datetime | None
    released: datetime | None = None
    finished: datetime | None = None
    system: int = 0
    broken: str | None = None
    drawn: int = 0

    @property
    def ended(self) -> datetime | None:
        """When handling ended as the header tells it."""
        return (self.released or self.finished) if self.status in END_STATUSES else None

    @property
    def is_resolved(self) -> bool:
        """Whether there is a result."""
        return self.status in WITH_RESULT

    @property
    def traits(self) -> int:
        """The traits it shows as things stand."""
        return shown(self.drawn, is_resolved=self.is_resolved)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalObject:
    """One dossier as the portal last received it, with its progress in order of arrival.

    ``status`` and the statuses of ``events`` are the portal's codes 1 to 10; ``unit_name`` is the
    free text of DonViXuLy.
    """

    code: str
    unit: str
    unit_name: str
    procedure: str
    status: int
    received: datetime | None
    due: datetime | None
    ended: datetime | None = None
    returned: datetime | None = None
    events: tuple[tuple[datetime, int], ...] = ()
    broken: str | None = None
    drawn: int = 0

    @property
    def is_resolved(self) -> bool:
        """Whether there is a result, as the portal knows."""
        return self.status in WITH_RESULT

    @property
    def traits(self) -> int:
        """The traits it shows as things stand."""
        return shown(self.drawn, is_resolved=self.is_resolved)

    @property
    def ended_by_events(self) -> datetime | None:
        """The end by progress: the last event 9, else 10, else the last of 8, 3 and 7."""
        for rank in ({9}, {10}, {8, 3, 7}):
            instants = [at for at, status in self.events if status in rank]
            if instants:
                return max(instants)
        return None


@dataclass(frozen=True, slots=True)
class Late:
    """How often a dossier counts as late: at home, at home by the portal's rule, on the portal."""

    province: int = 0
    by_portal_rule: int = 0
    portal: int = 0


@dataclass(frozen=True, slots=True)
class Sides:
    """What the two systems hold of one dossier."""

    homes: tuple[HomeRow, ...]
    portals: tuple[PortalObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is known of a planted dossier by the way it was made.

    ``counted`` and ``completed`` say how often the portal's statistics count it, and count it as
    ended.
    """

    late: Late = Late()
    cause: Cause | None = None
    counted: int = 1
    completed: int = 0

    @property
    def kind(self) -> CauseKind | None:
        """Whether its cause is one of rules or of data."""
        return self.cause.kind if self.cause is not None else None


@dataclass(slots=True)
class Planted:
    """One dossier of the world: what both sides hold of it, and the truth about it."""

    scenario: str
    code: str
    unit: str
    portal_unit: str
    homes: tuple[HomeRow, ...]
    portals: tuple[PortalObject, ...]
    truth: Truth
