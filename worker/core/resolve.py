"""From a source's words to the province's own list of units."""

import msgspec

from models.types import Reading, RecordView, SourceRecord, Unreadable
from worker.core.privacy import scrub
from worker.core.units import UnitDirectory
from worker.errors import DataError


def resolved(reading: Reading, directory: UnitDirectory) -> RecordView | Unreadable:
    """The reading with its unit found in the directory.

    A unit nobody has listed makes the record unreadable: counting it under a guess would blame the
    wrong office.
    """
    if isinstance(reading, Unreadable):
        return reading
    try:
        unit = directory.resolve(reading.unit_code, reading.unit_name)
    except DataError as error:
        return _unreadable(reading, error)
    return RecordView(
        external_id=reading.external_id,
        codes=reading.codes,
        unit=unit,
        status=reading.status,
        procedure=reading.procedure,
        submitted_at=reading.submitted_at,
        received_at=reading.received_at,
        due_at=reading.due_at,
        finished_at=reading.finished_at,
        returned_at=reading.returned_at,
        system=reading.system,
        events=reading.events,
    )


def _unreadable(record: SourceRecord, error: DataError) -> Unreadable:
    return Unreadable(
        reason=error.key,
        detail=error.detail,
        raw=scrub(msgspec.to_builtins(record)),
        external_id=record.external_id,
        code=record.codes[0],
    )
