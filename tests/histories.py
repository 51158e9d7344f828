"""Random histories of a few dossiers: what both sides say, day after day."""

from dataclasses import dataclass, field
from random import Random

from msgspec.structs import replace

from models.types import SourceRecord, Status, Unreadable
from tests.places import AS_OF
from tests.upstreams import DAY, Desk, Lists, on_portal, told

_UNITS = ("H99.01", "H99.02", "H99.31")
_STATUSES = (Status.IN_PROCESS, Status.SUPPLEMENT_REQUESTED, Status.WITHDRAWN, Status.STOPPED)
FIRST = tuple(range(1, 13))


@dataclass
class History:
    """Two lists of dossiers that change by chance, the same for the same seed.

    ``home`` and ``portal`` are by number what each side says now; ``unread`` are those whose row at
    home can't be read just now.
    """

    seed: int
    home: dict[int, SourceRecord] = field(default_factory=dict)
    portal: dict[int, SourceRecord] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - not for secrets
        for number in FIRST:
            self.home[number] = self._somehow(told(number))
            self.portal[number] = on_portal(self._somehow(told(number)))

    def pass_a_day(self) -> None:
        """Some dossiers change on either side, go, come back, or can't be read."""
        for number in self._some():
            self.home[number] = self._somehow(self.home.get(number, told(number)))
        for number in self._some():
            self.portal[number] = on_portal(self._somehow(told(number)))
        for number in self._some():
            self.home.pop(number, None)
        for number in self._some():
            self.portal.pop(number, None)
        self.unread = set(self._some()) & self.home.keys()

    def lists(self) -> Lists:
        """The province's list as it stands."""
        rows = [
            _broken(each) if number in self.unread else each
            for number, each in sorted(self.home.items())
        ]
        return Lists(rows)

    def desk(self) -> Desk:
        """The portal as it stands; it knows a dossier by all codes it bears there."""
        return Desk({code: each for each in self.portal.values() for code in each.codes})

    def _some(self) -> list[int]:
        return self._chance.sample(FIRST, self._chance.randint(0, 4))

    def _somehow(self, record: SourceRecord) -> SourceRecord:
        due = AS_OF + self._chance.randint(-15, 4) * DAY
        finished = self._chance.choice((None, due, due - DAY, due + DAY))
        status = Status.FINISHED if finished else self._chance.choice(_STATUSES)
        codes = record.codes[:1]
        if self._chance.random() < 0.2:
            codes = (*codes, codes[0].replace("H99.01", "G22.99"))
        return replace(
            record,
            unit_code=self._chance.choice(_UNITS),
            codes=codes,
            due_at=due,
            finished_at=finished,
            status=status,
        )


def _broken(record: SourceRecord) -> Unreadable:
    return Unreadable(
        reason="date_unreadable",
        detail="x",
        raw="{}",
        external_id=record.external_id,
        code=record.codes[0],
    )
