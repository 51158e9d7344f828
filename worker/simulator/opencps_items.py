"""One dossier as an item of OpenCPS's list, with all the fields nobody should keep."""

from datetime import datetime

from models.rates import Trait
from worker.simulator.desk import old_agency_code
from worker.simulator.extras import UNKNOWN_UNIT_NAME
from worker.simulator.records import HomeRow
from worker.simulator.world import World

STATUS_UNKNOWN = "archived"

_STATUS_TEXT = {
    "receiving": "Chờ tiếp nhận",
    "new": "Mới tiếp nhận",
    "denied": "Từ chối",
    "processing": "Đang xử lý",
    "waiting": "Chờ bổ sung",
    "paying": "Chờ nộp phí",
    "cancelled": "Đã rút",
    "unresolved": "Dừng xử lý",
    "releasing": "Chờ trả kết quả",
    "done": "Đã trả kết quả",
}

# Of nobody: the same invented person everywhere, so that a leak shows.
PERSON = {
    "applicantName": "Nguyễn Thị Mẫu",
    "applicantIdNo": "000000000012",
    "applicantIdType": "citizen",
    "address": "Số 0 đường Mẫu, khóm Mẫu",
    "contactName": "Nguyễn Thị Mẫu",
    "contactEmail": "mau@example.vn",
    "contactTelNo": "0900000000",
    "delegateName": "Trần Văn Mẫu",
    "delegateIdNo": "000000000013",
    "delegateTelNo": "0900000001",
    "delegateEmail": "uyquyen@example.vn",
}


class Items:
    """Writes the items of one world."""

    def __init__(self, world: World) -> None:
        self._province = world.province_code
        self._units = world.names
        self._procedures = {each.code: each.name for each in world.frame.procedures}

    def item(self, row: HomeRow) -> dict[str, object]:
        """The item of a row, broken where the row is to be unreadable."""
        item = {**self._identity(row), **PERSON, **_times(row), **_state(row), **_manner(row)}
        if row.broken is not None:
            item |= self._broken(row, row.broken)
        return item

    def _identity(self, row: HomeRow) -> dict[str, object]:
        code, name = self.agency(row)
        return {
            "dossierId": row.dossier_id,
            "referenceUid": row.reference,
            "dossierNo": row.code,
            "serviceCode": f"{row.procedure}.000.00.00.{self._province}",
            "serviceName": self._procedures.get(row.procedure, ""),
            "govAgencyCode": code,
            "govAgencyName": name,
        }

    def agency(self, row: HomeRow) -> tuple[str, str]:
        """The code and the name of the agency a row names."""
        if row.broken == "unknown_unit":
            return f"000.00.97.{self._province}", UNKNOWN_UNIT_NAME
        return old_agency_code(row.unit), self._units.get(row.unit, row.unit)

    def _broken(self, row: HomeRow, fault: str) -> dict[str, object]:
        received = row.received or row.submitted
        faults: dict[str, dict[str, object]] = {
            "without_code": {"dossierNo": ""},
            "date_format": {"receiveDate": f"{received:%Y-%m-%dT%H:%M:%S}Z"},
            "unknown_status": {"dossierStatus": STATUS_UNKNOWN, "dossierStatusText": ""},
            "unknown_unit": {},
        }
        return faults[fault]


def _times(row: HomeRow) -> dict[str, object]:
    return {
        "submitDate": _text(row.submitted),
        "receiveDate": _text(row.received),
        "dueDate": _text(row.due),
        "extendDate": "",
        "releaseDate": _text(row.released),
        "finishDate": _text(row.finished),
        "cancellingDate": _text(row.released) if row.status == "cancelled" else "",
        "correctingDate": "",
    }


def _state(row: HomeRow) -> dict[str, object]:
    return {
        "dossierStatus": row.status,
        "dossierStatusText": _STATUS_TEXT[row.status],
        "dossierSubStatus": "",
        "dossierSubStatusText": "",
        "dossierOverdue": _overdue(row),
        "dossierFinishOverdue": "",
        "timeOverdueText": "",
        "stepCode": "400",
        "stepOverdue": "",
        "stepDuedate": "",
        "lockState": "PAUSE" if row.status == "waiting" else "",
        "lock": False,
    }


def _manner(row: HomeRow) -> dict[str, object]:
    return {
        "dossierNote": "Ghi chú của bà Nguyễn Thị Mẫu, điện thoại 0900000000",
        "durationCount": 5.0,
        "durationUnit": 0,
        "online": bool(row.traits & Trait.FILED_ONLINE),
        "viaPostal": 0,
        "originality": 3,
        "systemId": row.system,
        "dossierCounter": f"{row.dossier_id}",
        "serviceLevel": 4,
    }


def _overdue(row: HomeRow) -> str:
    if row.status == "waiting":
        return "Tạm dừng xử lý"
    if row.released is None:
        return ""
    return "Quá hạn" if row.due is not None and row.released > row.due else "Đúng hạn"


def _text(instant: datetime | None) -> str:
    if instant is None:
        return ""
    clock = f"{instant.hour:02d}:{instant.minute:02d}:{instant.second:02d}"
    return f"{instant.day:02d}/{instant.month:02d}/{instant.year} {clock}"
