"""From a source's words to the province's own list of units."""

from datetime import date

import msgspec

from models.types import Reading, RecordView, SourceRecord, Unreadable
from worker.core.privacy import BLANK, scrub
from worker.core.times import local_day
from worker.core.units import BETWEEN, UnitDirectory
from worker.errors import DataError

UNKNOWN = "unit_unknown"

# Where a list is as long as this, its end may have been cut off before it was kept.
_MOST_ITEMS = 200


def resolved(reading: Reading, directory: UnitDirectory) -> RecordView | Unreadable:
    """The reading with its unit found in the directory, as of the day it was received.

    A unit nobody has listed makes the record unreadable: counting it under a guess would blame the
    wrong office.
    """
    if isinstance(reading, Unreadable):
        return reading
    try:
        unit = directory.resolve(reading.unit_code, reading.unit_name, _day_of(reading))
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
        traits=reading.traits,
        traits_told=reading.traits_told,
    )


def restored(raw: str, external_id: str | None, code: str | None) -> SourceRecord | None:
    """The record behind what was kept of one whose unit was unknown.

    Args:
        raw: The text kept, personal data blanked.
        external_id: The record's own id, kept beside the text.
        code: Its own code, kept beside the text.

    Returns:
        The record as it was told; None where anything of it was blanked or cut off, or where the
        text is no record's: then only the source can tell it again.
    """
    try:
        kept = msgspec.json.decode(raw)
        own = {"external_id": external_id, "codes": [code, *kept["codes"][1:]]}
        record = msgspec.convert(kept | own, SourceRecord)
    except (msgspec.MsgspecError, LookupError, TypeError):
        return None
    # Texts that looked like JSON were written anew.
    told = msgspec.json.encode(record).decode()
    whole = not any(sign in told for sign in (BLANK, '"[', '"{'))
    short = max(len(record.codes), len(record.events or ())) < _MOST_ITEMS
    return record if whole and short else None


def told_unit(raw: str, detail: str) -> tuple[str | None, str | None]:
    """Code and name of the agency as a source told them, from what is kept of an unknown one.

    Args:
        raw: The text kept of a record, or of a published figure.
        detail: What was said to be unknown: code, name, or both with a dot between.
    """
    try:
        kept = msgspec.json.decode(raw, type=dict[str, object])
    except msgspec.MsgspecError:
        kept = {}
    for names in (("unit_code", "unit_name"), ("code", "name")):
        if names[0] in kept:
            code, name = (kept.get(each) for each in names)
            return _text(code), _text(name)
    first, both, rest = detail.partition(BETWEEN)
    return (first, rest) if both else (None, first)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _day_of(record: SourceRecord) -> date | None:
    """The local day the dossier is from."""
    instant = record.received_at or record.submitted_at
    return local_day(instant) if instant else None


def _unreadable(record: SourceRecord, error: DataError) -> Unreadable:
    return Unreadable(
        reason=error.key,
        detail=error.detail,
        raw=scrub(msgspec.to_builtins(record)),
        external_id=record.external_id,
        code=record.codes[0],
    )
