"""The outcome of a reconciliation, and its report in the form of the JSON contract."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from models.types import Category, Cause, CountView, Flag, Period, UnitLevel
from worker.core.bridge import Bridge, UnitLine, unexplained
from worker.core.effects import Effect
from worker.core.lineage import predecessors_of
from worker.core.times import VIETNAM
from worker.core.units import Unit, UnitDirectory

Report = dict[str, Any]


class Finding(Struct, frozen=True, gc=False):
    """One dossier behind a step of the bridge."""

    dossier_id: int
    code: str
    effect: Effect
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """What the home side's own statistics say of one unit; None where they say nothing."""

    late: int | None = None
    resolved_late: int | None = None


_NOTHING = Reported()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reconciliation found.

    ``published`` holds the portal's late counts by unit, ``reported`` the home side's own. All
    figures of ended units stand under their ``heirs``; ``merged`` are those that had any.
    ``prints`` is the sum of the findings' hashes, also of those that are not listed.
    """

    as_of: datetime
    period: Period
    complete: bool
    bridge: Bridge
    findings: Sequence[Finding]
    published: Mapping[str, int | None]
    published_whole: int | None
    reported: Mapping[str, Reported] = field(default_factory=dict)
    reported_whole: Reported = _NOTHING
    heirs: Mapping[str, str] = field(default_factory=dict)
    merged: Collection[str] = ()
    prints: int = 0


def report_of(outcome: Outcome, directory: UnitDirectory, only_unit: str | None = None) -> Report:
    """The outcome as the JSON contract has it; of one unit only, where it is named.

    Field names are fixed by contract; more may be added. Instants are ISO text in Vietnam time.
    """
    units = [unit for unit in directory.units if only_unit in (None, unit.code)]
    shown = [unit for unit in units if only_unit or _worth_showing(unit, outcome)]
    findings = [each for each in outcome.findings if _touches(each.effect, only_unit)]
    return {
        "as_of": outcome.as_of.astimezone(VIETNAM).isoformat(),
        "period": {
            "from": outcome.period.first.isoformat(),
            "to": outcome.period.last.isoformat(),
        },
        "complete": outcome.complete,
        "totals": _totals(outcome, only_unit),
        "units": [
            {"code": unit.code, "name": unit.name}
            | _figures(_line(outcome, unit.code), *_told(outcome, unit.code))
            | {"bridge": _steps(_line(outcome, unit.code))}
            | {"predecessors": predecessors_of(unit.code, outcome.heirs, outcome.merged)}
            for unit in shown
        ],
        "predecessor_names": {
            unit.code: unit.name for unit in directory.units if unit.code in outcome.merged
        },
        "discrepancies": [finding_item(each) for each in findings],
    }


def of_unit(report: Report, code: str, name: str) -> Report:
    """The part of a report that concerns one unit; its totals are those of the unit.

    For an ended unit that is its heir, where its figures stand.
    """
    listed = [unit for unit in report["units"] if code in (unit["code"], *unit["predecessors"])]
    figures = listed or [_empty_line(code, name)]
    code = figures[0]["code"]
    totals = {key: value for key, value in figures[0].items() if key in report["totals"]}
    found = [each for each in report["discrepancies"] if code in contributions_of(each)]
    return report | {"totals": totals, "units": figures, "discrepancies": found}


def contributions_of(item: Mapping[str, Any]) -> Mapping[str, int]:
    """What a discrepancy of a report adds to the late count of each unit."""
    told: Mapping[str, int] | None = item.get("contributions")
    return {item["unit"]: item["contribution"]} if told is None else told


def _empty_line(code: str, name: str) -> Report:
    nothing: Report = {"bridge": [], "predecessors": []}
    return {"code": code, "name": name} | _figures(UnitLine(), None, _NOTHING) | nothing


def digest_of(report: Report, prints: int) -> str:
    """A hash over every figure and finding, equal for equal ones.

    Args:
        report: The figures; which dossiers it lists makes no difference.
        prints: The sum of the hashes of all findings, listed or not.
    """
    told = report | {"discrepancies": f"{prints:064x}"}
    return sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def _worth_showing(unit: Unit, outcome: Outcome) -> bool:
    """Every unit of the period below the province, and whatever has a figure of its own."""
    if unit.code in outcome.heirs:
        return False
    if unit.code in outcome.bridge.lines or unit.code in outcome.published:
        return True
    begun = unit.valid_from is None or unit.valid_from <= outcome.period.last
    lasting = unit.valid_to is None or unit.valid_to >= outcome.period.first
    return unit.level is not UnitLevel.PROVINCE and begun and lasting


def _line(outcome: Outcome, unit: str) -> UnitLine:
    return outcome.bridge.lines.get(unit, UnitLine())


def _told(outcome: Outcome, unit: str) -> tuple[int | None, Reported]:
    """What the portal publishes of a unit, and what the home side reports."""
    return outcome.published.get(unit), outcome.reported.get(unit, _NOTHING)


def _touches(effect: Effect, unit: str | None) -> bool:
    return unit is None or unit in effect.contributions


def _totals(outcome: Outcome, only_unit: str | None) -> Report:
    if only_unit is not None:
        return _figures(_line(outcome, only_unit), *_told(outcome, only_unit))
    return _figures(outcome.bridge.total(), outcome.published_whole, outcome.reported_whole)


def _figures(line: UnitLine, published: int | None, reported: Reported) -> Report:
    late = line.late(CountView.PORTAL)
    return {
        "late_province": line.late(CountView.PROVINCE),
        "late_province_by_portal_rule": line.late(CountView.PROVINCE_BY_PORTAL_RULE),
        "late_portal": late,
        "late_published": published,
        "difference": line.difference,
        "unexplained": unexplained(published, late),
        "received": line.received,
        "on_portal": line.on_portal,
        "counted_province": line.counted(CountView.PROVINCE),
        "counted_portal": line.counted(CountView.PORTAL),
        "presumed": line.presumed,
        "late_reported": reported.late,
        "resolved_late_reported": reported.resolved_late,
        "resolved_late_province": line.counts[CountView.PROVINCE, Category.RESOLVED_LATE],
    }


def _steps(line: UnitLine) -> list[Report]:
    return [
        {"cause": cause.value, "kind": cause.kind.value, "count": line.steps[cause]}
        for cause in Cause
        if line.steps[cause]
    ]


def finding_item(finding: Finding) -> Report:
    """A dossier behind a step, as the JSON contract has it."""
    effect = finding.effect
    told: Report = {
        "dossier": finding.code,
        "unit": effect.unit,
        "portal_unit": effect.portal_unit,
        "cause": effect.cause.value,
        "kind": effect.kind.value,
        "contribution": effect.contribution,
        "fields": effect.fields,
        "flags": [flag.value for flag in finding.flags],
    }
    if set(effect.contributions) != {effect.unit}:
        told["contributions"] = dict(effect.contributions)
    return told
