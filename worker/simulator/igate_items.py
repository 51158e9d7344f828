"""One dossier as an item of iGate's list, with all the fields nobody should keep."""

from datetime import UTC, datetime

from models.rates import Trait
from worker.core.codes import looks_like_dossier_code
from worker.simulator.extras import UNKNOWN_UNIT_NAME
from worker.simulator.opencps_items import PERSON
from worker.simulator.records import HomeRow
from worker.simulator.world import World

# dossierStatus: its number, and the names an installation gives to it and to the task's status.
_STATUSES = {
    "receiving": (0, "Chờ tiếp nhận"),
    "new": (1, "Đã tiếp nhận"),
    "denied": (6, "Từ chối"),
    "processing": (2, "Đang xử lý"),
    "waiting": (3, "Chờ bổ sung"),
    "paying": (3, "Yêu cầu thực hiện nghĩa vụ tài chính"),
    "cancelled": (6, "Đã rút"),
    "unresolved": (5, "Dừng xử lý"),
    "releasing": (2, "Đã có kết quả"),
    "done": (4, "Đã trả kết quả"),
}
_STATUS_UNKNOWN = (99, "Lưu trữ")
_ONLINE = {"id": 0, "name": "Trực tuyến"}
_AT_THE_DESK = {"id": 1, "name": "Trực tiếp"}


class IGateItems:
    """Writes the items of one world."""

    def __init__(self, world: World) -> None:
        self._province = world.province_code
        self._units = world.names
        self._procedures = {each.code: each.name for each in world.frame.procedures}

    def item(self, row: HomeRow) -> dict[str, object]:
        """The item of a row, broken where the row is to be unreadable."""
        item = {**self._identity(row), **_state(row), **_times(row), **_people(row)}
        if row.broken is not None:
            item |= self._broken(row, row.broken)
        return item

    def _identity(self, row: HomeRow) -> dict[str, object]:
        has_second = looks_like_dossier_code(row.reference)
        return {
            "id": dossier_id(row),
            "code": row.code,
            "nationCode": row.reference if has_second else "",
            "isDVCLT": False,
            "procedure": {
                "id": _object_id(row.procedure),
                "code": row.procedure,
                "translate": self._procedures.get(row.procedure, ""),
            },
            "agency": self.agency(row),
        }

    def agency(self, row: HomeRow) -> dict[str, object]:
        """The agency a row names."""
        if row.broken == "unknown_unit":
            return self._agency(f"{self._province}.97", UNKNOWN_UNIT_NAME)
        return self._agency(row.unit, self._units.get(row.unit, row.unit))

    def _agency(self, code: str, name: str) -> dict[str, object]:
        parent = {"id": agency_id(self._province), "code": self._province}
        return {"id": agency_id(code), "code": code, "name": name, "parent": parent}

    def _broken(self, row: HomeRow, fault: str) -> dict[str, object]:
        received = row.received or row.submitted
        number, name = _STATUS_UNKNOWN
        faults: dict[str, dict[str, object]] = {
            "without_code": {"code": ""},
            "date_format": {"acceptedDate": f"{received:%Y-%m-%dT%H:%M:%S}"},
            "unknown_status": {
                "dossierStatus": {"id": number, "name": name},
                "dossierTaskStatus": {"id": _object_id(name), "name": name},
            },
            "unknown_unit": {},
        }
        return faults[fault]


def dossier_id(row: HomeRow) -> str:
    """Ids rise in the order in which dossiers are made."""
    return f"65f0{row.dossier_id:020x}"


def agency_id(code: str) -> str:
    """The id of a unit by its code."""
    return _object_id(code)


def changed_at(row: HomeRow) -> datetime:
    """When a dossier was last changed, as far as its own times tell."""
    times = (row.submitted, row.received, row.released, row.finished)
    return max(time for time in times if time is not None)


def _state(row: HomeRow) -> dict[str, object]:
    number, name = _STATUSES[row.status]
    return {
        "dossierStatus": {"id": number, "name": name},
        "dossierTaskStatus": {"id": _object_id(name), "name": name},
        "dossierProgress": 0,
    }


def _times(row: HomeRow) -> dict[str, object]:
    return {
        "appliedDate": _text(row.submitted),
        "acceptedDate": _text(row.received),
        "appointmentDate": _text(row.due),
        "completedDate": _text(row.released),
        "returnedDate": _text(row.finished),
        "createdDate": _text(row.submitted),
        "updatedDate": _text(changed_at(row)),
    }


def _people(row: HomeRow) -> dict[str, object]:
    assignee = {"id": _object_id(PERSON["delegateName"]), "fullname": PERSON["delegateName"]}
    return {
        "applicant": {
            "userId": _object_id(PERSON["applicantName"]),
            "data": {
                "fullname": PERSON["applicantName"],
                "ownerFullname": PERSON["contactName"],
                "identityNumber": PERSON["applicantIdNo"],
                "phoneNumber": PERSON["contactTelNo"],
                "email": PERSON["contactEmail"],
                "address": PERSON["address"],
            },
        },
        "currentTask": [{"assignee": assignee, "isCurrent": 1}],
        "applyMethod": _ONLINE if row.traits & Trait.FILED_ONLINE else _AT_THE_DESK,
        "undefindedCompleteTime": 0,
    }


def _object_id(text: str) -> str:
    """24 hexadecimal digits, always the same for the same text."""
    return text.encode().hex()[:24].rjust(24, "0")


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"
