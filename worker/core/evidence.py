"""The evidence of an effect: the fields at fault with their value on either side."""

from collections.abc import Mapping
from datetime import datetime

from models.types import Cause, RecordView
from worker.core.causes import DataCause, Field
from worker.core.course import course_of
from worker.core.rules.rule import Rule
from worker.core.times import VIETNAM
from worker.core.verdict import Verdict

Value = str | int | None
Evidence = Mapping[str, Mapping[str, Value]]


def rule_evidence(own: tuple[Rule, Verdict], portal: tuple[Rule, Verdict]) -> Evidence:
    """What either rule says, on the province's own record."""
    (own_rule, mine), (portal_rule, theirs) = own, portal
    return {
        "rule": _sides(own_rule.name, portal_rule.name),
        "reason": _sides(mine.reason, theirs.reason),
        "late_from": _sides(_local(mine.late_from), _local(theirs.late_from)),
    }


def evidence_of(
    found: DataCause, province: RecordView | None, portal: RecordView | None
) -> Evidence:
    """The values that part the two records; instants as ISO text in Vietnam time."""
    if province is None or portal is None or found.cause is Cause.TWO_CODES:
        return {"code": _sides(_code(province), _code(portal))}
    if found.cause is Cause.DUPLICATE:
        return {"external_id": _sides(province.external_id, portal.external_id)}
    if found.cause is Cause.UNIT_DIFFERS:
        return {"unit": _sides(province.unit, portal.unit)}
    told: dict[str, Mapping[str, Value]] = {}
    for field in found.fields:
        told.update(_of_field(field, province, portal))
    return {name: sides for name, sides in told.items() if sides["province"] != sides["portal"]}


def _of_field(
    field: Field, province: RecordView, portal: RecordView
) -> dict[str, Mapping[str, Value]]:
    match field:
        case Field.PROGRESS:
            return _progress(province, portal)
        case Field.DUE:
            return {"due_at": _sides(_local(province.due_at), _local(portal.due_at))}
        case Field.RECEIPT:
            return {"received_at": _sides(_local(province.received_at), _local(portal.received_at))}
        case Field.PROCEDURE:
            return {"procedure": _sides(province.procedure, portal.procedure)}


def _progress(province: RecordView, portal: RecordView) -> dict[str, Mapping[str, Value]]:
    mine, theirs = course_of(province, portal), course_of(portal, province)
    return {
        "status": _sides(int(province.status), int(portal.status)),
        "ended_at": _sides(
            _local(mine.end.at if mine.end else None), _local(theirs.end.at if theirs.end else None)
        ),
        "supplement_rounds": _sides(len(mine.rounds), len(theirs.rounds)),
    }


def _sides(province: Value, portal: Value) -> Mapping[str, Value]:
    return {"province": province, "portal": portal}


def _code(view: RecordView | None) -> str | None:
    return view.codes[0] if view else None


def _local(instant: datetime | None) -> str | None:
    return instant.astimezone(VIETNAM).isoformat() if instant else None
