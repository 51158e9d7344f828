"""Rows of an answer, one by one: what can't be read is kept aside, and never stops the others."""

import re
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from models.types import Reading, SourceRecord, Unreadable
from worker.core.codes import dossier_code
from worker.core.people import names_in, without_names
from worker.core.privacy import BLANK, is_personal, scrub
from worker.errors import DataError
from worker.sources.body import lenient
from worker.sources.fields import text_of

R = TypeVar("R", bound=msgspec.Struct)

_DEEPEST = 6
_ENDS = (("{", "}"), ("[", "]"), ('"', '"'))
_at = re.compile(r"at `\$\.([^`]{1,60})`$")


class RowReader(Generic[R]):
    """Reads rows of one type.

    Only the fields of ``row_type`` (and ``nested`` ones) are ever decoded into ours or kept for
    an operator to see: whatever else a source sends, names above all, is passed over. What is taken
    as ``msgspec.Raw`` is only looked at, and not kept either.
    """

    def __init__(
        self,
        row_type: type[R],
        *,
        id_field: str,
        code_field: str,
        nested: frozenset[str] = frozenset(),
    ) -> None:
        self._decoder = msgspec.json.Decoder(row_type)
        fields = msgspec.structs.fields(row_type)
        kept = (field.encode_name for field in fields if field.type is not msgspec.Raw)
        self._names = nested | frozenset(kept)
        self._id_field = id_field
        self._code_field = code_field

    def read(self, raw: msgspec.Raw, record: Callable[[R], SourceRecord]) -> Reading:
        """The record that ``record`` makes of a row, or the row as Unreadable with the reason."""
        try:
            return record(self._decoder.decode(raw))
        except DataError as error:
            return self._unreadable(raw, error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            place = _place(error) or _shape(bytes(raw))
            return self._unreadable(raw, DataError("row_unreadable", place))

    def _unreadable(self, raw: msgspec.Raw, error: DataError) -> Unreadable:
        whole = lenient(bytes(raw))
        people = names_in(whole)
        row = _only(whole, self._names, people)
        fields = row if isinstance(row, dict) else {}
        return Unreadable(
            reason=error.key,
            detail=without_names(error.detail, people),
            raw=scrub(row),
            external_id=_id(fields.get(self._id_field)),
            code=_code(fields.get(self._code_field)),
        )


def _place(error: Exception) -> str:
    """The field of another shape, where the decoder tells it; a field has no name but ours."""
    match = _at.search(str(error))
    return match[1] if match else ""


def _shape(raw: bytes) -> str:
    """What stands where a record should, with nothing of what it says."""
    return next((f"{sign}…{end}" for sign, end in _ENDS if raw.startswith(sign.encode())), BLANK)


def _only(value: object, names: frozenset[str], people: frozenset[str], depth: int = 0) -> object:
    """``value`` with the named fields alone. A bare text tells nothing of what it is: blanked."""
    if isinstance(value, Mapping):
        return {
            name: without_names(item, people)
            if isinstance(item, str)
            else _only(item, names, people, depth + 1)
            for name, item in value.items()
            if name in names
        }
    if isinstance(value, list):
        deeper = depth + 1
        return BLANK if depth > _DEEPEST else [_only(each, names, people, deeper) for each in value]
    return BLANK if isinstance(value, str) else value


def _id(value: object) -> str | None:
    try:
        told = text_of(value, "") if isinstance(value, (str, int)) else None
    except DataError:
        return None
    return None if told is None or is_personal(told) else told


def _code(value: object) -> str | None:
    try:
        return dossier_code(value) if isinstance(value, str) else None
    except DataError:
        return None
