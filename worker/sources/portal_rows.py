"""What the portal's adapter says: its envelope, and a dossier as the portal holds it."""

import unicodedata
from dataclasses import replace

import msgspec
from msgspec import structs

from models.types import Progress, Reading, SourceRecord, Status, Unreadable
from worker.core.codes import dossier_code, procedure_code
from worker.core.privacy import excerpt
from worker.errors import DataError
from worker.sources.clock import COMPACT
from worker.sources.fields import Scalar, instant_of, number_of, text_of
from worker.sources.key_case import KeyCase
from worker.sources.portal_traits import NESTED_NAMES, TraitFields, traits_of
from worker.sources.rows import RowReader

_MOST_EVENTS = 5000
_SESSION_WORDS = ("session", "phiên")
_NO_RESULT = (b"", b"null")


class Envelope(msgspec.Struct):
    """What every service of the adapter answers with."""

    error_code: Scalar = None
    message: Scalar = None
    session: Scalar = None
    result: msgspec.Raw = msgspec.Raw()

    def code(self) -> int | None:
        """The error code, 0 for success, also where it is sent as text (``"0"``, ``"00"``)."""
        try:
            return number_of(self.error_code, "error_code")
        except DataError:
            return None

    def unwrapped(self) -> "Envelope":
        """The answer that a provincial wrapper put into ``message`` as text (wire.md 2.9).

        The inner code stands before the outer one. Where neither has any, only a result with
        something in it is a success: nothing at all must never be read as "not known".
        """
        inner = _enveloped(self.message) if bytes(self.result) in _NO_RESULT else None
        if inner is None or bytes(inner.result) in _NO_RESULT:
            return self
        if inner.error_code is None:
            inner.error_code = self.error_code
        if inner.error_code is None and _has_rows(inner.result):
            inner.error_code = 0
        return inner

    def speaks_of_session(self) -> bool:
        """Whether the message is about the session, and so asks for another login."""
        message = unicodedata.normalize("NFC", str(self.message or "")).lower()
        return any(word in message for word in _SESSION_WORDS)


def _enveloped(message: Scalar) -> Envelope | None:
    if not isinstance(message, str) or not message.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(message, type=Envelope)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _has_rows(result: msgspec.Raw) -> bool:
    return bytes(result).strip(b"[] \t\r\n") != b""


class Step(msgspec.Struct, rename={"status": "TrangThai", "at": "ThoiDiemXuLy"}):
    """The fields we read of a progress event, and no others."""

    status: Scalar = None
    at: Scalar = None


class PortalRow(
    TraitFields,
    rename={
        "code": "MaHoSo",
        "agency_code": "MaDonVi",
        "agency_name": "DonViXuLy",
        "procedure": "MaTTHC",
        "status": "TrangThaiHoSo",
        "submitted": "NgayNopHoSo",
        "received": "NgayTiepNhan",
        "due": "NgayHenTra",
        "finished": "NgayKetThucXuLy",
        "returned": "NgayTra",
        "steps": "DanhSachTienDo",
    },
):
    """The fields we read of a dossier, and no others."""

    code: Scalar = None
    agency_code: Scalar = None
    agency_name: Scalar = None
    procedure: Scalar = None
    status: Scalar = None
    submitted: Scalar = None
    received: Scalar = None
    due: Scalar = None
    finished: Scalar = None
    returned: Scalar = None
    steps: list[Step] | str | None = None


class PortalRows:
    """Reads the dossiers of one answer.

    ``own_agency`` is the code under which the province itself talks to the adapter; where a
    dossier bears it, it doesn't tell the agency that handles it.
    """

    def __init__(self, own_agency: str) -> None:
        self._own_agency = own_agency
        # Other services of the adapter answer in capitals (wire.md 2.4).
        self._keys = KeyCase(
            (*PortalRow.__struct_encode_fields__, *Step.__struct_encode_fields__, *NESTED_NAMES)
        )
        self._rows = RowReader(
            PortalRow,
            id_field="MaHoSo",
            code_field="MaHoSo",
            nested=frozenset(Step.__struct_encode_fields__),
        )

    def readings(self, asked: str, rows: list[msgspec.Raw]) -> tuple[Reading, ...]:
        """One reading a row; the second row of the same code is ``code#2`` and so on."""
        return tuple(
            self._placed(self._reading(raw, asked), asked, number)
            for number, raw in enumerate(rows, start=1)
        )

    def _reading(self, raw: msgspec.Raw, asked: str) -> Reading:
        return self._rows.read(self._keys.plain(raw), lambda row: self._record(row, asked))

    def _placed(self, reading: Reading, asked: str, number: int) -> Reading:
        if isinstance(reading, Unreadable):
            reading = replace(reading, code=reading.code or asked)
        if number == 1 or reading.external_id is None:
            return reading
        told = f"{reading.external_id}#{number}"
        if isinstance(reading, Unreadable):
            return replace(reading, external_id=told)
        return structs.replace(reading, external_id=told)

    def _record(self, row: PortalRow, asked: str) -> SourceRecord:
        code = dossier_code(text_of(row.code, "MaHoSo"))
        if code != dossier_code(asked):
            raise DataError("code_other_than_asked", excerpt(code))
        agency = text_of(row.agency_code, "MaDonVi")
        traits, traits_told = traits_of(row)
        return SourceRecord(
            external_id=code,
            codes=(code,),
            unit_code=None if agency == self._own_agency else agency,
            unit_name=text_of(row.agency_name, "DonViXuLy"),
            status=_status(row.status, "TrangThaiHoSo"),
            procedure=procedure_code(text_of(row.procedure, "MaTTHC")),
            submitted_at=instant_of(row.submitted, "NgayNopHoSo", COMPACT),
            received_at=instant_of(row.received, "NgayTiepNhan", COMPACT),
            due_at=instant_of(row.due, "NgayHenTra", COMPACT, to_end_of_day=True),
            finished_at=instant_of(row.finished, "NgayKetThucXuLy", COMPACT),
            returned_at=instant_of(row.returned, "NgayTra", COMPACT),
            events=_events(row.steps),
            traits=traits,
            traits_told=traits_told,
        )


def _status(value: Scalar, field: str) -> Status:
    try:
        return Status(number_of(value, field) or 0)
    except (DataError, ValueError):
        raise DataError("status_unknown", excerpt(str(value or ""))) from None


def _events(steps: list[Step] | str | None) -> tuple[Progress, ...] | None:
    """The events in order of arrival; None where the answer tells of none at all."""
    if steps is None or steps == "":
        return None
    if isinstance(steps, str) or len(steps) > _MOST_EVENTS:
        raise DataError("events_unreadable", "DanhSachTienDo")
    return tuple(map(_event, steps))


def _event(step: Step) -> Progress:
    at = instant_of(step.at, "ThoiDiemXuLy", COMPACT)
    if at is None:
        raise DataError("events_unreadable", "ThoiDiemXuLy")
    return Progress(at=at, status=_status(step.status, "TrangThai"))
