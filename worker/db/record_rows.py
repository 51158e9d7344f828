"""Rows of a record and of what is kept beside it, as they are written in bulk."""

from collections.abc import Iterator

from models.types import RecordView
from worker.core.verdict import Verdict
from worker.db.bulk import Row, Target, seconds
from worker.db.views import VALUES

RECORDS = Target(
    "dossierrecord",
    (
        *VALUES,
        "fingerprint",
        "dossier_id",
        "source_id",
        "observed_at",
        "changed_run",
        "gone_at",
    ),
    keys=("source_id", "external_id"),
)
NEW_RECORDS = Target("dossierrecord", ("id", *RECORDS.columns))
EVENTS = Target("progressevent", ("record_id", "position", "at", "status"))
VERSIONS = Target("recordversion", ("record_id", "observed_at", "until", "view"))
VERDICTS = Target(
    "recordverdict",
    (
        "record_id",
        "rule",
        "basis",
        "counted_from",
        "ends_at",
        "leaves_at",
        "late_from",
        "waiting",
        "weight",
        "reason",
    ),
)


def event_rows(record_id: int, view: RecordView) -> Iterator[Row]:
    """The progress events of a view, in the order of their arrival."""
    for position, event in enumerate(view.events or ()):
        yield record_id, position, seconds(event.at), event.status.value


def verdict_row(record_id: int, rule: str, basis: str, verdict: Verdict) -> Row:
    """One rule's verdict on a record."""
    return (
        record_id,
        rule,
        basis,
        seconds(verdict.counted_from),
        seconds(verdict.ends_at),
        seconds(verdict.leaves_at),
        seconds(verdict.late_from),
        verdict.waiting,
        verdict.weight,
        verdict.reason,
    )
