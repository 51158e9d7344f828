"""A tally: the sums of a survey, to which dossiers are added and from which they are taken again.

Whatever order they come and go in, equal dossiers leave an equal tally.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec
from msgspec import Struct

from models.types import Category, CountView
from worker.core.bridge import Bridge, UnitLine
from worker.core.compare import Counted, Received
from worker.core.outcome import Finding

_HASHES = 1 << 256
_encoder = msgspec.json.Encoder(order="deterministic")


class Group(Struct, frozen=True, kw_only=True, gc=False):
    """Dossiers that count alike: how many, and on each rung where, as what, and how often."""

    units: tuple[str | None, ...]
    presumed: bool
    received: bool
    categories: tuple[Category | None, ...]
    weights: tuple[int, ...]
    count: int = 1


class Part(Struct, frozen=True, kw_only=True, gc=False):
    """What one dossier adds to a tally when it is compared by itself.

    ``counted``, ``presumed`` and ``received`` are empty where the dossier is counted in a group, so
    that only its findings are new. ``ended`` are the units it counts for that others stand for.
    """

    counted: tuple[Counted, ...] = ()
    presumed: tuple[str, ...] = ()
    received: Received | None = None
    ended: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Tally:
    """The bridge over some dossiers, how many count for each ended unit, and a sum of hashes.

    ``prints`` adds up a hash of every finding, modulo 2**256: equal for equal findings.
    """

    bridge: Bridge = field(default_factory=Bridge)
    ended: Counter[str] = field(default_factory=Counter)
    prints: int = 0

    def add(self, part: Part, times: int = 1) -> None:
        """Take a dossier in, or with -1 out again."""
        for each in part.counted:
            self.bridge.count(each.unit, each.view, each.category, times * each.count)
        for unit in part.presumed:
            self.bridge.presume(unit, times)
        if part.received is not None:
            known = part.received.on_portal
            self.bridge.receive(part.received.unit, times, on_portal=known)
        for unit in part.ended:
            self.ended[unit] += times
        self.bridge.add_effects((each.effect for each in part.findings), times)
        prints = sum(_print_of(each) for each in part.findings)
        self.prints = (self.prints + times * prints) % _HASHES

    def add_group(self, group: Group, heirs: Mapping[str, str], times: int = 1) -> None:
        """Take in, or with -1 out, what was counted together; ended units stand by ``heirs``."""
        number = times * group.count
        units = [heirs.get(unit or "", unit) for unit in group.units]
        if any(group.categories):
            for ended in set(filter(None, group.units)) & heirs.keys():
                self.ended[ended] += number
        for view, unit, where, weight in zip(
            CountView, units, group.categories, group.weights, strict=True
        ):
            if unit is not None and where is not None:
                self.bridge.count(unit, view, where, number * weight)
        home, _, other = units
        if group.presumed and other is not None and group.categories[-1] is not None:
            self.bridge.presume(other, number)
        if group.received and home is not None:
            self.bridge.receive(home, number, on_portal=group.presumed or other is not None)

    def settle(self) -> None:
        """Leave nothing behind of those that were taken out again."""
        lines = {unit: _settled(line) for unit, line in self.bridge.lines.items()}
        self.bridge.lines = {unit: line for unit, line in lines.items() if line != _EMPTY}
        self.ended = Counter({unit: count for unit, count in self.ended.items() if count})


_EMPTY = UnitLine()


def _settled(line: UnitLine) -> UnitLine:
    line.counts = Counter({key: count for key, count in line.counts.items() if count})
    line.steps = Counter({cause: count for cause, count in line.steps.items() if count})
    return line


def _print_of(finding: Finding) -> int:
    """A hash of all but the dossier's number, which is the store's own."""
    told = (finding.code, finding.effect, finding.flags)
    return int.from_bytes(sha256(_encoder.encode(told)).digest())
