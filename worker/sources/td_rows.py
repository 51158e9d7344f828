"""What a row of TD's dossier list means (wire.md sections 2.5, 2.8 and 10)."""

from collections.abc import Iterator, Mapping

import msgspec

from models.rates import Trait
from models.types import SourceRecord, Status
from worker.core.codes import dossier_code, looks_like_dossier_code, procedure_code
from worker.core.privacy import excerpt
from worker.core.traits import Told, together, told
from worker.errors import DataError, SettingsError
from worker.sources.fields import Scalar, text_of
from worker.sources.td_dates import TdDates
from worker.sources.traits import has_text, is_online

# What the table of statuses can't say (wire.md 2.8): kept aside, and looked for all the same.
_UNKNOWN = "0"
_USUAL = {str(status.value): status for status in Status}

_NAMES = {
    "id": "ID",
    "code": "MaHoSo",
    "other_code": "MaHoSoKhac",
    "procedure": "MaTTHC",
    "status": "TrangThaiHoSo",
    "status_id": "TrangThaiHoSoId",
    "status_code": "MaTrangThai",
    "agency_code": "MaDinhDanh",
    "group_code": "GroupCode",
    "unit_id": "DonViId",
    "group_name": "GroupName",
    "unit_name": "TenDonVi",
    "handled_by": "DonViXuLy",
    "submitted": "NgayNopHoSo",
    "received": "NgayTiepNhan",
    "due": "NgayHenTra",
    "finished": "NgayKetThucXuLy",
    "returned": "NgayTra",
    "channel": "KenhThucHien",
    "result_files": "DinhKemKetQua",
}


class TdRow(msgspec.Struct, rename=_NAMES):
    """The fields we read of a dossier, and no others.

    The unit and the status stand under one name in one list of TD's and under another in the next.
    ``NgayYeuCauBoSung`` is not read: it is the last request alone, and one event told as the whole
    history would contradict the portal's, which has the earlier ones too.
    """

    id: Scalar = None
    code: Scalar = None
    other_code: Scalar = None
    procedure: Scalar = None
    status: Scalar = None
    status_id: Scalar = None
    status_code: Scalar = None
    agency_code: Scalar = None
    group_code: Scalar = None
    unit_id: Scalar = None
    group_name: Scalar = None
    unit_name: Scalar = None
    handled_by: Scalar = None
    submitted: Scalar = None
    received: Scalar = None
    due: Scalar = None
    finished: Scalar = None
    returned: Scalar = None
    channel: msgspec.Raw = msgspec.Raw()
    result_files: msgspec.Raw = msgspec.Raw()


class TdStatuses:
    """An installation's status codes and what they mean: the portal's own, but for its exceptions.

    ``0`` is TD's word for a status that it can't map itself, so it means nothing here either.
    """

    def __init__(self, source: str, own: Mapping[str, int]) -> None:
        """Add an installation's own codes to the usual ones.

        Raises:
            SettingsError: a code is mapped to a number that is no status.
        """
        self._codes = (_UNKNOWN, *_USUAL, *(name.strip() for name in own))
        self._meaning = dict(_USUAL)
        for name, number in own.items():
            try:
                self._meaning[_key(name)] = Status(number)
            except ValueError:
                raise SettingsError(
                    "status_mapping_unreadable", source=source, status=name, number=number
                ) from None

    def meaning(self, *told: str | None) -> Status:
        """The status behind the first of these texts that has a meaning.

        Raises:
            DataError: ``status_unknown``.
        """
        words = [word for word in told if word]
        for word in words:
            found = self._meaning.get(_key(word))
            if found is not None:
                return found
        raise DataError("status_unknown", excerpt("/".join(words)))

    def not_handed_over(self) -> tuple[str, ...]:
        """Every code but those of dossiers handed over, in a stable order, the unknown included."""
        return tuple(
            code
            for code in dict.fromkeys(self._codes)
            if self._meaning.get(_key(code)) is not Status.RETURNED
        )


def record_of(row: TdRow, statuses: TdStatuses, dates: TdDates) -> SourceRecord:
    """The record in a row. TD's list tells no progress events, so ``events`` is None.

    ``NgayKetThucXuLy`` is when handling ended, ``NgayTra`` when the result was handed over.
    A due date in the year 1 is a failed computation of TD's (``CaculateTime.cs``), not a due date:
    such a dossier has none. One without a time of day is meant until its end.

    Raises:
        DataError: something in the row can't be read.
    """
    external_id = text_of(row.id, "ID")
    if external_id is None:
        raise DataError("external_id_missing", "ID")
    unit_code, unit_name = _unit(row)
    traits, traits_told = _traits(row)
    return SourceRecord(
        external_id=external_id,
        codes=tuple(_codes(row)),
        unit_code=unit_code,
        unit_name=unit_name,
        status=statuses.meaning(
            text_of(row.status, "TrangThaiHoSo"),
            text_of(row.status_id, "TrangThaiHoSoId"),
            text_of(row.status_code, "MaTrangThai"),
        ),
        procedure=procedure_code(text_of(row.procedure, "MaTTHC")),
        submitted_at=dates.instant(row.submitted, "NgayNopHoSo"),
        received_at=dates.instant(row.received, "NgayTiepNhan"),
        due_at=dates.due(row.due, "NgayHenTra"),
        finished_at=dates.instant(row.finished, "NgayKetThucXuLy"),
        returned_at=dates.instant(row.returned, "NgayTra"),
        traits=traits,
        traits_told=traits_told,
    )


def _traits(row: TdRow) -> Told:
    """What TD's list tells: the channel, and whether a file of the result is attached.

    It has no word of online payment; ``TrangThaiThuPhi`` says that a fee was paid, not how.
    """
    return together(
        told(Trait.FILED_ONLINE, holds=is_online(row.channel)),
        told(Trait.E_RESULT, holds=has_text(row.result_files)),
    )


def _unit(row: TdRow) -> tuple[str | None, str | None]:
    """The code and the name of the unit; the national code goes before the installation's own."""
    code = (
        text_of(row.agency_code, "MaDinhDanh")
        or text_of(row.group_code, "GroupCode")
        or text_of(row.unit_id, "DonViId")
    )
    name = (
        text_of(row.group_name, "GroupName")
        or text_of(row.unit_name, "TenDonVi")
        or text_of(row.handled_by, "DonViXuLy")
    )
    return code, name


def _codes(row: TdRow) -> Iterator[str]:
    """The dossier's own code, and the one it was sent to the portal under where it is another."""
    code = dossier_code(text_of(row.code, "MaHoSo"))
    yield code
    other = text_of(row.other_code, "MaHoSoKhac")
    if looks_like_dossier_code(other) and dossier_code(other) != code:
        yield dossier_code(other)


def _key(text: str) -> str:
    """A code in the form in which codes are compared: ``09`` is ``9``."""
    plain = " ".join(text.casefold().split())
    return str(int(plain)) if plain.isascii() and plain.isdigit() else plain
