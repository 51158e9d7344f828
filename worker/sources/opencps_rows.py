"""What a row of OpenCPS's dossier list means."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from models.rates import Trait
from models.types import SourceRecord, Status
from worker.core.codes import dossier_code, looks_like_dossier_code, procedure_code
from worker.core.privacy import excerpt
from worker.core.traits import told
from worker.errors import DataError, SettingsError
from worker.sources.clock import SLASHED
from worker.sources.fields import Scalar, instant_of, number_of, text_of
from worker.sources.traits import flag_of

_MOST_NAMES = 1024

# The usual mapping; a site's own is data (opencps_dossierstatusmapping) and goes into settings.
_STATUSES = {
    "receiving": Status.NEW,
    "new": Status.RECEIVED,
    "denied": Status.NOT_ACCEPTED,
    "processing": Status.IN_PROCESS,
    "interoperating": Status.IN_PROCESS,
    "posting": Status.IN_PROCESS,
    "correcting": Status.IN_PROCESS,
    "cancelling": Status.IN_PROCESS,
    "pausing": Status.IN_PROCESS,
    "waiting": Status.SUPPLEMENT_REQUESTED,
    "paying": Status.PAYMENT_REQUESTED,
    "cancelled": Status.WITHDRAWN,
    "unresolved": Status.STOPPED,
    "releasing": Status.FINISHED,
    "done": Status.RETURNED,
}


class OpenCpsRow(msgspec.Struct, rename="camel", gc=False):
    """The fields we read of a dossier, and no others."""

    dossier_id: Scalar = None
    reference_uid: Scalar = None
    dossier_no: Scalar = None
    service_code: Scalar = None
    gov_agency_code: Scalar = None
    gov_agency_name: Scalar = None
    submit_date: Scalar = None
    receive_date: Scalar = None
    due_date: Scalar = None
    release_date: Scalar = None
    finish_date: Scalar = None
    dossier_status: Scalar = None
    dossier_sub_status: Scalar = None
    system_id: Scalar = None
    online: msgspec.Raw = msgspec.Raw()


class StatusNames:
    """A site's status names and what they mean; ``status/substatus`` goes before ``status``."""

    def __init__(self, source: str, own: Mapping[str, int]) -> None:
        """Add a site's own names to the usual ones.

        Raises:
            SettingsError: a name is mapped to a number that is no status.
        """
        self._meaning = dict(_STATUSES)
        self._of = lru_cache(maxsize=_MOST_NAMES, typed=True)(self._read)
        for name, number in own.items():
            try:
                self._meaning[name.strip().lower()] = Status(number)
            except ValueError:
                raise SettingsError(
                    "status_mapping_unreadable", source=source, status=name, number=number
                ) from None

    def of(self, row: OpenCpsRow) -> Status:
        """The status in a row.

        Raises:
            DataError: ``status_unknown``, or a name can't be read.
        """
        return self._of(row.dossier_status, row.dossier_sub_status)

    def _read(self, name: Scalar, sub_name: Scalar) -> Status:
        return self.meaning(text_of(name, "dossierStatus"), text_of(sub_name, "dossierSubStatus"))

    def meaning(self, name: str | None, sub_name: str | None) -> Status:
        """The status behind OpenCPS's two names.

        Raises:
            DataError: ``status_unknown``.
        """
        status = (name or "").lower()
        found = self._meaning.get(f"{status}/{sub_name.lower()}") if sub_name else None
        found = found or self._meaning.get(status)
        if found is None:
            raise DataError("status_unknown", excerpt(f"{name or ''}/{sub_name or ''}".strip("/")))
        return found

    def still_open(self) -> tuple[str, ...]:
        """The names under which open dossiers stand, in a stable order.

        ``status/substatus`` only where the status alone doesn't bring them.
        """
        names = sorted(name for name, meaning in self._meaning.items() if not meaning.is_end)
        return tuple(
            name for name in names if name.partition("/")[0] not in names or "/" not in name
        )


def record_of(row: OpenCpsRow, names: StatusNames) -> SourceRecord:
    """The record in a row. OpenCPS's list tells no progress events, so ``events`` is None.

    ``releaseDate`` is when handling ended, ``finishDate`` when the result was handed over
    (``updateProcessingDate`` in OpenCPS).

    Raises:
        DataError: something in the row can't be read.
    """
    external_id = text_of(row.dossier_id, "dossierId")
    if external_id is None:
        raise DataError("external_id_missing", "dossierId")
    codes = _codes(row)
    unit_code, unit_name = _agency(row.gov_agency_code, row.gov_agency_name)
    traits, traits_told = told(Trait.FILED_ONLINE, holds=flag_of(row.online))
    return SourceRecord(
        external_id=external_id,
        codes=codes,
        unit_code=unit_code,
        unit_name=unit_name,
        status=names.of(row),
        procedure=_procedure(row.service_code),
        submitted_at=instant_of(row.submit_date, "submitDate", SLASHED),
        received_at=instant_of(row.receive_date, "receiveDate", SLASHED),
        due_at=instant_of(row.due_date, "dueDate", SLASHED, to_end_of_day=True),
        finished_at=instant_of(row.release_date, "releaseDate", SLASHED),
        returned_at=instant_of(row.finish_date, "finishDate", SLASHED),
        system=number_of(row.system_id, "systemId"),
        traits=traits,
        traits_told=traits_told,
    )


# Of agencies and procedures a list has few, and of dossiers many.
@lru_cache(maxsize=_MOST_NAMES, typed=True)
def _agency(code: Scalar, name: Scalar) -> tuple[str | None, str | None]:
    return text_of(code, "govAgencyCode"), text_of(name, "govAgencyName")


@lru_cache(maxsize=_MOST_NAMES, typed=True)
def _procedure(code: Scalar) -> str | None:
    return procedure_code(text_of(code, "serviceCode"))


def _codes(row: OpenCpsRow) -> tuple[str, ...]:
    """The dossier's number, and its referenceUid where that is a second number."""
    code = dossier_code(text_of(row.dossier_no, "dossierNo"))
    reference = text_of(row.reference_uid, "referenceUid")
    if not looks_like_dossier_code(reference):
        return (code,)
    second = dossier_code(reference)
    return (code,) if second == code else (code, second)
