"""Sheets as the reader hands them over, and what is understood of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.types import Period, SourceRecord, Status, UnitLevel
from worker.core.units import Unit, UnitDirectory
from worker.core.workbook.cells import Cell, Row, Sheet
from worker.core.workbook.understand import Asked, understand
from worker.core.workbook.understanding import Understanding

OFFICES = UnitDirectory(
    [
        Unit(code="H99", name="Tỉnh Mẫu", short_name="Mẫu", level=UnitLevel.PROVINCE),
        Unit(code="H99.01", name="Sở Thử Nghiệm", short_name="STN", level=UnitLevel.DEPARTMENT),
        Unit(code="H99.02", name="Sở Ví Dụ", short_name="SVD", level=UnitLevel.DEPARTMENT),
        Unit(code="H99.31", name="Huyện Đầu", short_name="HĐ", level=UnitLevel.DISTRICT),
    ]
)

LIST = ("STT", "Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái", "Họ và tên")


def sheet(*rows: Sequence[Cell], name: str = "Trang 1", **marks: Any) -> Sheet:
    """A sheet whose first row is Excel's first."""
    numbered = [Row(number, tuple(cells)) for number, cells in enumerate(rows, start=1)]
    return Sheet(name=name, rows=numbered, **marks)


def understood(
    *sheets: Sheet,
    statuses: Mapping[str, Status] | None = None,
    asked: str | None = None,
    period: Period | None = None,
) -> Understanding:
    """What is understood of a file called ho-so.xlsx."""
    wanted = Asked(
        directory=OFFICES,
        file="ho-so.xlsx",
        statuses=statuses or {},
        sheet=asked,
        period=period,
    )
    return understand(sheets, wanted)


def dossier(number: int = 1, **changed: Cell) -> tuple[Cell, ...]:
    """A row under ``LIST``; ``changed`` names columns by ``code``, ``unit``, ``received`` ..."""
    row: dict[str, Cell] = {
        "number": number,
        "code": f"H99.01-240718-{number:04}",
        "unit": "Sở Thử Nghiệm",
        "received": "18/07/2024 08:00",
        "due": "25/07/2024 17:00",
        "status": "Đang xử lý",
        "name": "Người Không Có Thật",
    }
    return tuple((row | changed).values())


def only(read: Understanding) -> SourceRecord:
    """The one record that was understood."""
    (record,) = read.records
    return record
