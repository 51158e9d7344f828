"""A discrepancy as it is told: never with a unit that whoever asks doesn't see."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.reconciliation import Discrepancy
from models.types import Cause, CauseKind, DiscrepancyState, Flag
from worker.console.calls import Moment, Told
from worker.core.access import Who
from worker.core.outcome import contributions_of
from worker.render.lists import discrepancy_item


class DiscrepancyTold(Told):
    """A dossier that counts differently, as ``discrepancies --json`` shows it.

    ``unit`` and ``portal_unit`` are null where they are units that the account doesn't see; then
    ``contribution`` and ``contributions`` are those of the units it sees. ``contributions`` by unit
    are null where all of it is the unit's own.
    """

    id: int
    sources: Sequence[str]
    dossier: str
    dossier_id: int
    unit: str | None
    portal_unit: str | None
    cause: Cause
    kind: CauseKind
    contribution: int
    contributions: Mapping[str, int] | None = None
    fields: Mapping[str, Mapping[str, Any]]
    flags: Sequence[Flag]
    opened_at: Moment
    last_seen_at: Moment
    closed_at: Moment | None
    state: DiscrepancyState
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    note: str | None

    def part_of(self, unit: str | None) -> int:
        """What it adds to the late count of a unit; of all that are seen where none is named."""
        if unit is None:
            return self.contribution
        return (self.contributions or {self.unit or "": self.contribution}).get(unit, 0)


def discrepancy_told(row: Discrepancy, sources: Mapping[int, str], who: Who) -> DiscrepancyTold:
    """A discrepancy as ``who`` may know it; ``sources`` gives the name of a source by its id."""
    return DiscrepancyTold(**as_seen(discrepancy_item(row, sources), who))


def as_seen(item: Mapping[str, Any], who: Who) -> dict[str, Any]:
    """A discrepancy or an effect without the units that ``who`` doesn't see."""
    told = dict(item)
    if who.sees_all or (who.sees(told["unit"]) and who.sees(told["portal_unit"])):
        return told
    seen = {unit: part for unit, part in contributions_of(told).items() if who.sees(unit)}
    told |= {"contribution": sum(seen.values()), "contributions": seen}
    told |= {side: seen_unit(told[side], who) for side in ("unit", "portal_unit")}
    if "unit" in told["fields"]:
        sides = {side: seen_unit(unit, who) for side, unit in told["fields"]["unit"].items()}
        told["fields"] = {**told["fields"], "unit": sides}
    return told


def seen_unit(unit: str | None, who: Who) -> str | None:
    """A unit's code, None where ``who`` doesn't see it."""
    return unit if unit is not None and who.sees(unit) else None
