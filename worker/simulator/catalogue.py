"""The national catalogue behind the simulated adapter: which procedures there are, and each one.

Shapes as in wire.md section 2.4, decisions as ``worker.sources.portal_publication`` expects them.
The longest limit of a procedure is the one of the province's folder, told in several units over
several channels of filing.
"""

from collections.abc import Mapping
from typing import Final

from worker.core.reference import Procedure
from worker.simulator.publication import Publications, Published
from worker.simulator.world import World

LIST_SERVICE: Final = "LayDanhSachTTHC"
ONE_SERVICE: Final = "LayThuTuc"
DECISION_SERVICE: Final = "LayQDCB"
SERVICES: Final = frozenset({LIST_SERVICE, ONE_SERVICE, DECISION_SERVICE})

_ONE_DAY_IN_HOURS = "8"
_A_WEEK = 5
_IN_PERSON, _ONLINE, _BY_POST = "1", "2", "3"
# Known to the nation, handled by nobody here.
_ELSEWHERE = Procedure(code="3.990001", name="Thủ tục mẫu của bộ, ngành khác", field="Mẫu")

Row = dict[str, object]


class Catalogue:
    """Answers for the procedures of one world."""

    def __init__(self, world: World) -> None:
        self._procedures = {each.code: each for each in world.frame.procedures}
        self._publications = Publications(world)

    def result(self, given: Mapping[str, object]) -> list[Row]:
        """The ``result`` of one of the ``SERVICES``; empty for what nobody knows."""
        if given.get("service") == LIST_SERVICE:
            return [_listed(each) for each in (*self._procedures.values(), _ELSEWHERE)]
        if given.get("service") == DECISION_SERVICE:
            decision = self._publications.decision(str(given.get("idQDCB")))
            return [] if decision is None else [decision]
        known = self._procedures.get(str(given.get("maTTHC")))
        return [] if known is None else [_told(known, self._publications.of(known.code))]


def _listed(procedure: Procedure) -> Row:
    return {"MATTHC": procedure.code, "TENTTHC": procedure.name}


def _told(procedure: Procedure, published: Published) -> Row:
    paper = {"MAGIAYTO": "1", "TENGIAYTO": "Tờ khai", "SOBANCHINH": "1", "TENMAUDON": ""}
    row: Row = {
        "ID": "1",
        **_listed(procedure),
        "LOAITTHC": "TTHC được luật giao quy định chi tiết",
        "TRANGTHAI": "Công khai",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "G99-MM01", "TENLINHVUC": procedure.field}],
        "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Nộp hồ sơ"}]}],
        "CACHTHUCTHUCHIEN": _channels(procedure.statutory_days),
        "THANHPHANHOSO": [{"TRUONGHOP": "", "GIAYTO": [paper]}],
        "KETQUATHUCHIEN": [{"MAKETQUA": "KQ.G99.000001", "TENKETQUA": "Kết quả mẫu"}],
        "CANCUPHAPLY": [{"SOVANBAN": "", "TENVANBAN": ""}],
        "COQUANTHUCHIEN": [{"MADONVI": "G99", "TENDONVI": "Cơ quan mẫu"}],
        "MOTACOQUANTHUCHIEN": "",
        "DOITUONGTHUCHIEN": [{"MADOITUONG": "1", "TENDOITUONG": "Công dân Việt Nam"}],
        "MOTADOITUONGTHUCHIEN": "",
        "YEUCAU": "",
        "IDQUYETDINHCONGBO": published.key,
    }
    row |= {name: [] for name in published.without}
    return {name: value for name, value in row.items() if name not in published.silent}


def _channels(days: int | None) -> list[Row]:
    """The limits of each channel; the longest of them all is ``days`` working days."""
    if days is None:
        return [{"KENH": _IN_PERSON, "THOIGIAN": [_limit(None, "", "Trong ngày làm việc")]}]
    if days == 1:
        return [{"KENH": _IN_PERSON, "THOIGIAN": [_limit(_ONE_DAY_IN_HOURS, "Giờ làm việc")]}]
    online = [_limit(days - 1, "Ngày")]
    if days > _A_WEEK:
        online.append(_limit("1", "Tuần"))
    return [
        {"KENH": _IN_PERSON, "THOIGIAN": [_limit(days, "Ngày làm việc")]},
        {"KENH": _ONLINE, "THOIGIAN": online},
        {"KENH": _BY_POST, "THOIGIAN": [_limit(f"{days - 1},5", "ngày  làm việc")]},
    ]


def _limit(number: int | str | None, unit: str, words: str = "") -> Row:
    fee = {"MAPHILEPHI": "1", "SOTIEN": "0", "DONVI": "Đồng", "MOTA": ""}
    return {"THOIGIANGIAIQUYET": number, "DONVITINH": unit, "MOTA": words, "PHILEPHI": [fee]}
