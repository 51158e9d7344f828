"""Explaining: one dossier with both sides next to each other, or one unit's bridge line by line.

Plain values only; what they are called and advised stands in the message catalogues.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from models.types import Cause, CauseKind, RecordView
from worker.core.course import course_of
from worker.core.effects import Effect
from worker.core.judged import DossierCase, Judged, Rulebook, Seen, judged
from worker.core.outcome import Report, contributions_of
from worker.core.reception import reception_of
from worker.core.times import VIETNAM

Told = dict[str, Any]

COMPARED = (
    "codes",
    "unit",
    "procedure",
    "status",
    "submitted_at",
    "received_at",
    "due_at",
    "ended_at",
    "supplement_rounds",
    "finished_at",
    "returned_at",
    "system",
    "external_id",
)
# Ids differ by nature, and so may what only one side's systems note.
_MAY_DIFFER = frozenset({"external_id", "system", "submitted_at"})
_EVIDENCE = {"code": "codes"}
_INSTANTS = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at")


def dossier_told(
    case: DossierCase,
    book: Rulebook,
    effects: Sequence[Effect],
    ministry: Sequence[RecordView] = (),
) -> Told:
    """The records of all sides, the fields at fault, and the verdict of each rule on each side.

    ``ministry`` are the records of line-ministry software.
    """
    records = [
        *(_record("province", view, case.portal) for view in case.province),
        *(_record("ministry", view, case.portal) for view in ministry),
        *(_record("portal", view, case.province) for view in case.portal),
    ]
    return {
        "presumed": case.presumed,
        "records": records,
        "reception": _reception(case, book),
        "fields": _fields(records, effects),
        "verdicts": _verdicts(judged(case, book), book, presumed=case.presumed),
    }


def _reception(case: DossierCase, book: Rulebook) -> Told | None:
    """How the reception of a dossier filed online stands, by the record of whoever receives it."""
    working = book.statutes
    for view in (*case.province, *case.elsewhere):
        stands = reception_of(view, working.calendar, working.hours, book.as_of)
        if stands is not None:
            return {
                "submitted_at": _local(view.submitted_at),
                "until": _local(stands.until),
                "answered_at": _local(stands.answered_at),
                "late": stands.late,
            }
    return None


def _record(side: str, view: RecordView, others: Sequence[RecordView]) -> Told:
    course = course_of(view, next(iter(others), None))
    told: Told = {
        "side": side,
        "external_id": view.external_id,
        "codes": list(view.codes),
        "unit": view.unit,
        "procedure": view.procedure,
        "status": int(view.status),
        "system": view.system,
        "ended_at": _local(course.end.at if course.end else None),
        "supplement_rounds": len(course.rounds),
    }
    told |= {name: _local(getattr(view, name)) for name in _INSTANTS}
    told["events"] = None
    if view.events is not None:
        told["events"] = [
            {"at": _local(event.at), "status": int(event.status)} for event in view.events
        ]
    return told


def _fields(records: Sequence[Told], effects: Iterable[Effect]) -> list[Told]:
    """Which fields differ between the sides, and which of them make the difference in lateness."""
    blamed = {
        _EVIDENCE.get(name, name)
        for effect in effects
        if effect.kind is CauseKind.DATA
        for name in effect.fields
    }
    return [
        {"field": name, "differs": _differs(name, records), "at_fault": name in blamed}
        for name in COMPARED
    ]


def _differs(name: str, records: Sequence[Told]) -> bool:
    values = [record[name] for record in records]
    return name not in _MAY_DIFFER and any(value != values[0] for value in values)


def _verdicts(seen: Judged, book: Rulebook, *, presumed: bool) -> list[Told]:
    rungs = [("province", book.own.name, seen.own), ("province", book.portal.name, seen.home)]
    if not presumed:
        rungs.append(("portal", book.portal.name, seen.portal))
    return [_verdict(side, rule, each) for side, rule, several in rungs for each in several]


def _verdict(side: str, rule: str, seen: Seen) -> Told:
    verdict = seen.verdict
    return {
        "side": side,
        "rule": rule,
        "code": seen.view.codes[0],
        "external_id": seen.view.external_id,
        "reason": verdict.reason,
        "category": seen.category.value if seen.category else None,
        "late": seen.late,
        "counted_from": _local(verdict.counted_from),
        "ends_at": _local(verdict.ends_at),
        "late_from": _local(verdict.late_from),
    }


def unit_told(report: Report) -> Told:
    """A unit's report (or the whole province's) as a statement that adds up, line by line."""
    totals = report["totals"]
    steps = _steps(report["units"])
    statement: list[Told] = [{"line": "late_province", "count": totals["late_province"]}]
    statement += [step for step in steps if step["kind"] == CauseKind.RULE]
    by_rule = {"line": "late_province_by_portal_rule"}
    statement.append(by_rule | {"count": totals["late_province_by_portal_rule"]})
    statement += [step for step in steps if step["kind"] == CauseKind.DATA]
    for line in ("late_portal", "unexplained", "late_published"):
        statement.append({"line": line, "count": totals[line]})
    return report | {"statement": statement, "causes": steps}


def _steps(units: Iterable[Mapping[str, Any]]) -> list[Told]:
    """The steps of all units together, in the order of causes."""
    counts: dict[str, int] = {}
    for unit in units:
        for step in unit["bridge"]:
            counts[step["cause"]] = counts.get(step["cause"], 0) + step["count"]
    return [
        {"cause": cause.value, "kind": cause.kind.value, "count": counts[cause.value]}
        for cause in Cause
        if cause.value in counts
    ]


def most_urgent_first(items: Iterable[Told], unit: str | None) -> list[Told]:
    """Discrepancies in the order in which somebody should take them up.

    What somebody can mend comes before what only a rule explains or what is on its way, and what
    makes the portal count more late ones before what hides them.
    """
    return sorted(items, key=lambda item: _urgency(item, unit))


def _urgency(item: Mapping[str, Any], unit: str | None) -> tuple[bool, bool, int, int, str]:
    own = contributions_of(item).get(unit) if unit else None
    order = list(Cause).index(Cause(item["cause"]))
    return (
        item["kind"] == CauseKind.RULE,
        item["cause"] == Cause.IN_FLIGHT,
        -(item["contribution"] if own is None else own),
        order,
        item["dossier"],
    )


def _local(instant: datetime | None) -> str | None:
    return instant.astimezone(VIETNAM).isoformat() if instant else None
