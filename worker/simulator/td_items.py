"""One dossier as an item of TD's list, with all the fields nobody should keep."""

from datetime import datetime

from models.rates import Trait
from worker.core.codes import looks_like_dossier_code
from worker.simulator.desk import PORTAL_STATUS
from worker.simulator.extras import UNKNOWN_UNIT_NAME
from worker.simulator.opencps_items import PERSON
from worker.simulator.records import HomeRow
from worker.simulator.world import World

# DateTime.MinValue, which a computation of TD's that failed leaves behind as a due date.
_NEVER = "0001-01-01T00:00:00"
_STATUS_UNKNOWN = "0"
_EVERY_SO_MANY = 7
_RESULT_FILE = f"/TepDinhKem/Kết quả của {PERSON['applicantName']}.pdf"


class TdItems:
    """Writes the items of one world."""

    def __init__(self, world: World) -> None:
        self._province = world.province_code
        self._units = world.names
        self._procedures = {each.code: each.name for each in world.frame.procedures}

    def item(self, row: HomeRow) -> dict[str, object]:
        """The item of a row, broken where the row is to be unreadable."""
        item = {**self._identity(row), **_times(row), **_people(row)}
        if row.broken is not None:
            item |= self._broken(row, row.broken)
        return item

    def _identity(self, row: HomeRow) -> dict[str, object]:
        return {
            "id": row_id(row),
            "maHoSo": row.code,
            "maHoSoKhac": row.reference if looks_like_dossier_code(row.reference) else None,
            "maTTHC": row.procedure,
            "tenTTHC": self._procedures.get(row.procedure, ""),
            "trangThaiHoSoId": status_of(row),
            "donViId": group_code(row.unit),
            "tenDonVi": self._units.get(row.unit, row.unit),
            "laHoSoChungThuc": is_certification(row),
        }

    def _broken(self, row: HomeRow, fault: str) -> dict[str, object]:
        received = row.received or row.submitted
        faults: dict[str, dict[str, object]] = {
            "without_code": {"maHoSo": ""},
            "date_format": {"ngayTiepNhan": f"{received:%d-%m-%Y %H:%M:%S}"},
            "unknown_status": {},
            "unknown_unit": {
                "donViId": group_code(f"{self._province}.97"),
                "tenDonVi": UNKNOWN_UNIT_NAME,
            },
        }
        return faults[fault]


def row_id(row: HomeRow) -> str:
    """The id of a row, which tells nothing of when it was made."""
    return f"{row.dossier_id * 2654435761 % 2**32:08x}-0000-4000-8000-{row.dossier_id:012x}"


def group_code(unit: str) -> str:
    """TD's own code of a unit, known to nobody else."""
    digits = unit.encode().hex()[:20].rjust(20, "0")
    return f"{digits[:8]}-{digits[8:12]}-4000-8000-{digits[12:].rjust(12, '0')}".upper()


def status_of(row: HomeRow) -> str:
    """The code of its status."""
    unknown = row.broken == "unknown_status"
    return _STATUS_UNKNOWN if unknown else str(PORTAL_STATUS[row.status])


def is_certification(row: HomeRow) -> bool:
    """Whether it is a dossier of certification, which TD lists only when told to."""
    return row.dossier_id % _EVERY_SO_MANY == 0


def _times(row: HomeRow) -> dict[str, object]:
    return {
        "ngayNopHoSo": _text(row.submitted),
        "ngayTiepNhan": _text(row.received),
        "ngayHenTra": _text(row.due) or _NEVER,
        "ngayKetThucXuLy": _text(row.released),
        "ngayTra": _text(row.finished),
        "createdOn": _text(row.submitted),
    }


def _people(row: HomeRow) -> dict[str, object]:
    return {
        "chuHoSo": PERSON["applicantName"],
        "soGiayToChuHoSo": PERSON["applicantIdNo"],
        "soDienThoaiChuHoSo": PERSON["contactTelNo"],
        "emailChuHoSo": PERSON["contactEmail"],
        "diaChiChuHoSo": PERSON["address"],
        "nguoiUyQuyen": PERSON["delegateName"],
        "soDienThoaiNguoiUyQuyen": PERSON["delegateTelNo"],
        "trichYeuHoSo": f"Hồ sơ của {PERSON['applicantName']}",
        "kenhThucHien": "2" if row.traits & Trait.FILED_ONLINE else "1",
        "dinhKemKetQua": _RESULT_FILE if row.traits & Trait.E_RESULT else None,
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%S}"
