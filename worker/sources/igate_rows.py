"""What a row of iGate's dossier list means (wire.md sections 11 and 16.8)."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache

import msgspec

from models.rates import Trait
from models.types import SourceRecord, Status
from worker.core.codes import dossier_code, looks_like_dossier_code, procedure_code
from worker.core.privacy import excerpt
from worker.core.times import is_never
from worker.core.traits import told
from worker.errors import DataError, SettingsError
from worker.sources.clock import java_instant, offset_instant
from worker.sources.fields import Scalar, text_of

# Ids of dossierStatus that mean the same everywhere; those of dossierTaskStatus differ from one
# installation to the next and go into settings.
_BY_ID = {"0": Status.NEW, "2": Status.IN_PROCESS, "4": Status.RETURNED}

# What installations call their statuses, and the portal's own words for them (wire.md 2.8).
_BY_NAME = {
    "Mới đăng ký": Status.NEW,
    "Chờ tiếp nhận": Status.NEW,
    "Đã tiếp nhận": Status.RECEIVED,
    "Được tiếp nhận": Status.RECEIVED,
    "Từ chối": Status.NOT_ACCEPTED,
    "Không tiếp nhận": Status.NOT_ACCEPTED,
    "Không được tiếp nhận": Status.NOT_ACCEPTED,
    "Đang xử lý": Status.IN_PROCESS,
    "Yêu cầu bổ sung": Status.SUPPLEMENT_REQUESTED,
    "Yêu cầu bổ sung giấy tờ": Status.SUPPLEMENT_REQUESTED,
    "Chờ bổ sung": Status.SUPPLEMENT_REQUESTED,
    "Yêu cầu thực hiện nghĩa vụ tài chính": Status.PAYMENT_REQUESTED,
    "Đã rút": Status.WITHDRAWN,
    "Công dân yêu cầu rút": Status.WITHDRAWN,
    "Công dân yêu cầu rút hồ sơ": Status.WITHDRAWN,
    "Dừng xử lý": Status.STOPPED,
    "Đã xử lý xong": Status.FINISHED,
    "Đã có kết quả": Status.FINISHED,
    "Đã trả kết quả": Status.RETURNED,
}


# Whether a way of applying is the online one.
_METHODS_BY_ID = {"0": True, "1": False}
_METHODS_BY_NAME = {
    "trực tuyến": True,
    "nộp trực tuyến": True,
    "qua mạng": True,
    "online": True,
    "trực tiếp": False,
    "nộp trực tiếp": False,
    "bcci": False,
    "bưu chính": False,
    "bưu chính công ích": False,
    "qua bưu chính": False,
    "qua bưu chính công ích": False,
    "bưu điện": False,
    "qua bưu điện": False,
}
_MOST_METHODS = 64
_LONGEST_METHOD = 300


class Named(msgspec.Struct, gc=False):
    """A status: its id, a number or 24 hexadecimal digits, and its name."""

    id: Scalar = None
    name: Scalar = None


class AgencyRef(msgspec.Struct, gc=False):
    """The agency that handles a dossier."""

    code: Scalar = None
    name: Scalar = None


class ProcedureRef(msgspec.Struct, gc=False):
    """The procedure of a dossier."""

    code: Scalar = None


class IGateRow(msgspec.Struct, rename="camel"):
    """The fields we read of a dossier, and no others."""

    id: Scalar = None
    code: Scalar = None
    nation_code: Scalar = None
    dossier_status: Named | None = None
    dossier_task_status: Named | None = None
    procedure: ProcedureRef | None = None
    agency: AgencyRef | None = None
    applied_date: Scalar = None
    accepted_date: Scalar = None
    appointment_date: Scalar = None
    due_date: Scalar = None
    completed_date: Scalar = None
    returned_date: Scalar = None
    apply_method: msgspec.Raw = msgspec.Raw()


# The fields inside others that may be shown to an operator.
NESTED = frozenset({"id", "code", "name"})


class IGateStatuses:
    """An installation's statuses, by id or by name, and what they mean."""

    def __init__(self, source: str, own: Mapping[str, int]) -> None:
        """Add an installation's own statuses to the usual ones.

        Raises:
            SettingsError: a status is mapped to a number that is no status.
        """
        self._own: dict[str, Status] = {}
        self._by_name = {_key(name): status for name, status in _BY_NAME.items()}
        for name, number in own.items():
            try:
                self._own[_key(name)] = Status(number)
            except ValueError:
                raise SettingsError(
                    "status_mapping_unreadable", source=source, status=name, number=number
                ) from None

    def meaning(self, task: Named | None, dossier: Named | None) -> Status:
        """The status behind iGate's two, the task's being the finer: ids first, then names.

        What the settings say goes before what is usual.

        Raises:
            DataError: ``status_unknown``, or a text that can't be read.
        """
        task_id, task_name = _words(task, "dossierTaskStatus")
        dossier_id, dossier_name = _words(dossier, "dossierStatus")
        for word in (task_id, task_name, dossier_id, dossier_name):
            if word and _key(word) in self._own:
                return self._own[_key(word)]
        found = (
            self._by_name.get(_key(task_name))
            or _BY_ID.get(dossier_id)
            or self._by_name.get(_key(dossier_name))
        )
        if found is None:
            told = (task_id, task_name, dossier_id, dossier_name)
            raise DataError("status_unknown", excerpt("/".join(filter(None, told))))
        return found


def record_of(row: IGateRow, statuses: IGateStatuses) -> SourceRecord:
    """The record in a row. iGate's list tells no progress events, so ``events`` is None.

    ``appointmentDate`` is the day promised to the citizen; ``dueDate`` stands in where it is blank.

    Raises:
        DataError: something in the row can't be read.
    """
    external_id = text_of(row.id, "id")
    if external_id is None:
        raise DataError("external_id_missing", "id")
    agency, procedure = row.agency or AgencyRef(), row.procedure or ProcedureRef()
    due = _instant(row.appointment_date, "appointmentDate")
    traits, traits_told = told(Trait.FILED_ONLINE, holds=_is_online(row.apply_method))
    return SourceRecord(
        external_id=external_id,
        codes=tuple(_codes(row)),
        unit_code=text_of(agency.code, "agency.code"),
        unit_name=text_of(agency.name, "agency.name"),
        status=statuses.meaning(row.dossier_task_status, row.dossier_status),
        procedure=procedure_code(text_of(procedure.code, "procedure.code")),
        submitted_at=_instant(row.applied_date, "appliedDate"),
        received_at=_instant(row.accepted_date, "acceptedDate"),
        due_at=due or _instant(row.due_date, "dueDate"),
        finished_at=_instant(row.completed_date, "completedDate"),
        returned_at=_instant(row.returned_date, "returnedDate"),
        traits=traits,
        traits_told=traits_told,
    )


def _is_online(raw: msgspec.Raw) -> bool | None:
    method = bytes(raw)
    return _is_online_method(method) if len(method) <= _LONGEST_METHOD else None


# A list has the same few ways of applying in all its rows.
@lru_cache(maxsize=_MOST_METHODS)
def _is_online_method(sent: bytes) -> bool | None:
    """Whether ``applyMethod`` is the online one: by its name, else by its id; None if untold."""
    try:
        method = msgspec.json.decode(sent, type=Named)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(method.name, str) and method.name.strip():
        return _METHODS_BY_NAME.get(_key(method.name))
    return _METHODS_BY_ID.get(str(method.id))


def _codes(row: IGateRow) -> Iterator[str]:
    """The dossier's own code, and the portal's where that is another one."""
    code = dossier_code(text_of(row.code, "code"))
    yield code
    nation_code = text_of(row.nation_code, "nationCode")
    if looks_like_dossier_code(nation_code) and dossier_code(nation_code) != code:
        yield dossier_code(nation_code)


def _words(status: Named | None, field: str) -> tuple[str, str]:
    """The id and the name of a status, empty where there is none."""
    told = status or Named()
    return text_of(told.id, f"{field}.id") or "", text_of(told.name, f"{field}.name") or ""


def _key(text: str) -> str:
    """A name in the form in which names are compared."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _instant(value: Scalar, field: str) -> datetime | None:
    text = text_of(value, field)
    if text is None or is_never(text):
        return None
    return java_instant(text) or offset_instant(text)
