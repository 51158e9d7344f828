"""The shape of the truth: that of ``doisoat reconcile --json`` (design, section 5)."""

from typing import TypedDict


class TotalsTruth(TypedDict):
    """The counts of a whole province."""

    late_province: int
    late_province_by_portal_rule: int
    late_portal: int
    late_published: int
    difference: int
    unexplained: int
    received: int
    on_portal: int


class StepTruth(TypedDict):
    """One step of a unit's bridge."""

    cause: str
    kind: str
    count: int


class UnitTruth(TypedDict):
    """The counts of one unit; None where nothing is published of it."""

    code: str
    name: str
    late_province: int
    late_province_by_portal_rule: int
    late_portal: int
    late_published: int | None
    difference: int
    unexplained: int | None
    bridge: list[StepTruth]


class DiscrepancyTruth(TypedDict):
    """One dossier behind a step; ``contributions`` by unit, where it moves between units."""

    dossier: str
    unit: str
    portal_unit: str
    cause: str
    kind: str
    contribution: int
    contributions: dict[str, int]
    flags: list[str]


class WorldTruth(TypedDict):
    """All of it."""

    as_of: str
    period: dict[str, str]
    totals: TotalsTruth
    units: list[UnitTruth]
    discrepancies: list[DiscrepancyTruth]
