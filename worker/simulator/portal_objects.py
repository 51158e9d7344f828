"""One dossier as the portal hands it out: the object of wire.md 2.5 with its progress (2.7)."""

from collections.abc import Mapping
from datetime import datetime

from models.rates import Trait
from worker.simulator.extras import UNKNOWN_UNIT_NAME
from worker.simulator.records import PortalObject

_CONTENT = {
    1: "Mới đăng ký",
    2: "Tiếp nhận hồ sơ",
    3: "Từ chối tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân rút hồ sơ",
    8: "Dừng xử lý",
    9: "Kết thúc xử lý",
    10: "Đã trả kết quả",
}

# Of nobody, like the province system's: a leak must show.
_PERSON: dict[str, object] = {
    "ChuHoSo": "Nguyễn Thị Mẫu",
    "SoGiayToChuHoSo": "000000000012",
    "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "000000000012"}],
    "LoaiDoiTuong": "1",
    "MaDoiTuong": "00000000-0000-0000-0000-000000000abc",
    "ThongTinKhac": "",
    "Email": "mau@example.vn",
    "Fax": "0900000000",
    "SoDienThoai": "0900000000",
    "TrichYeuHoSo": "Hồ sơ của bà Nguyễn Thị Mẫu",
    "GhiChu": "Liên hệ 0900000000",
}
_CONSTANT: dict[str, object] = {
    "MaLinhVuc": "G99-MM01",
    "TenLinhVuc": "Lĩnh vực mẫu",
    "ThongTinTra": "",
    "HinhThuc": "0",
    "NgayTuChoi": "",
    "NoiNopHoSo": "2",
    "DSKetNoiCSDL": [],
    "DanhSachTepDinhKemKhac": [],
    "DanhSachHoSoBoSung": [],
}
_PAPER: dict[str, object] = {
    "TepDinhKemId": "901",
    "TenTepDinhKem": "Tờ khai của Nguyễn Thị Mẫu.pdf",
    "IsDeleted": "False",
    "MaThanhPhanHoSo": "",
    "DuongDanTaiTepTin": "https://dvc.example.vn/f/901",
    "MaKetQuaThayThe": "",
}
_RESULT: dict[str, object] = {
    "TenGiayTo": "Kết quả của Nguyễn Thị Mẫu.pdf",
    "MaThanhPhanHoSo": "",
    "GiayToId": "955",
    "DuongDanTepTinKetQua": "https://dvc.example.vn/f/955",
    "MaGiayToKetQua": "KQ.G99.000001",
}
_FEE: dict[str, object] = {
    "TenPhiLePhi": "Lệ phí mẫu",
    "MaPhiLePhi": "1",
    "HinhThucThu": "1",
    "LoaiPhiLePhi": "1",
}


def portal_object(portal: PortalObject, procedures: Mapping[str, str]) -> dict[str, object]:
    """The object of a dossier; ``procedures`` gives the names of procedures by code."""
    found = {
        "MaHoSo": portal.code,
        "MaTTHC": portal.procedure,
        "TenTTHC": procedures.get(portal.procedure, ""),
        **_PERSON,
        **_CONSTANT,
        **_traits(portal.traits),
        "NgayNopHoSo": _text(portal.received),
        "NgayTiepNhan": _text(portal.received),
        "NgayHenTra": _text(portal.due),
        "TrangThaiHoSo": str(portal.status),
        "NgayTra": _text(portal.returned),
        "NgayKetThucXuLy": _text(portal.ended),
        "DonViXuLy": portal.unit_name,
        "DanhSachTienDo": [_event(portal.code, at, status) for at, status in portal.events],
    }
    return found if portal.broken is None else found | _broken(portal, portal.broken)


def _traits(traits: int) -> dict[str, object]:
    """The fields that tell a dossier's traits; what costs nothing has a price of 0."""

    def mark(trait: Trait) -> str:
        return "1" if traits & trait else "0"

    paper = {
        "DuocSoHoa": mark(Trait.DIGITISED),
        "DuocTaiSuDung": mark(Trait.REUSED),
        "DuocLayTuKhoDMQG": mark(Trait.FROM_STORE),
    }
    return {
        "KenhThucHien": "2" if traits & Trait.FILED_ONLINE else "1",
        "DuocThanhToanTrucTuyen": mark(Trait.PAID_ONLINE),
        "HoSoCoThanhPhanSoHoa": mark(Trait.DIGITISED),
        "TaiKhoanDuocXacThucVoiVNeID": mark(Trait.IDENTIFIED),
        "TaiLieuNop": [_PAPER | paper],
        "DanhSachLePhi": [_FEE | {"Gia": "20000" if traits & Trait.HAS_FEE else "0"}],
        "DanhSachGiayToKetQua": [_RESULT] if traits & Trait.E_RESULT else [],
    }


def _broken(portal: PortalObject, fault: str) -> dict[str, object]:
    faults: dict[str, dict[str, object]] = {
        "date_format": {"NgayTiepNhan": _text(portal.received)[:8] + "T00"},
        "unknown_status": {"TrangThaiHoSo": "77"},
        "unknown_unit": {"DonViXuLy": UNKNOWN_UNIT_NAME},
    }
    return faults[fault]


def _event(code: str, at: datetime, status: int) -> dict[str, str]:
    return {
        "MaHoSo": code,
        "NguoiXuLy": "Trần Văn Mẫu",
        "ChucDanh": "",
        "ThoiDiemXuLy": _text(at),
        "PhongBanXuLy": "",
        "NoiDungXuLy": _CONTENT[status],
        "TrangThai": str(status),
        "NgayBatDau": "",
        "NgayKetThucTheoQuyDinh": "",
    }


def _text(instant: datetime | None) -> str:
    if instant is None:
        return ""
    day = f"{instant.year}{instant.month:02d}{instant.day:02d}"
    return f"{day}{instant.hour:02d}{instant.minute:02d}{instant.second:02d}"
