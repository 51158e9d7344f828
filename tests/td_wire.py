"""What a TD answers, for tests of the client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx

from worker.ports import Window
from worker.sources.td import TdConfig

LOGIN_URL = "http://td.example/api/tokens"
URL = "http://td.example/api/v1/HoSos"
REPORT_URL = "http://td.example/api/v1/BaoCaoTongHops/DonVi"
CONFIG = TdConfig(
    name="tinh",
    url="http://td.example/",
    username="doisoat",
    password="mat-khau",
    page_size=3,
)
ALL = Window("all", ())
CANARIES = ("Canary Nguyễn", "079012345678", "0912345678", "canary@thu.example")

ROW: dict[str, Any] = {
    "id": "0d9a0001-0000-4000-8000-000000000001",
    "maHoSo": "H51.12.03-240702-0007",
    "maHoSoKhac": None,
    "maTTHC": "1.009999.000.00.00.H51",
    "trangThaiHoSoId": "10",
    "donViId": "0A97F0DB-325A-6205-69D4-F7131F368F64",
    "tenDonVi": "Sở Mẫu",
    "ngayNopHoSo": "2024-07-02T08:05:12",
    "ngayTiepNhan": "2024-07-02T09:30:00",
    "ngayHenTra": "2024-07-09T17:00:00",
    "ngayKetThucXuLy": "2024-07-06T15:30:00.123",
    "ngayTra": "2024-07-09T08:41:00",
    "ngayYeuCauBoSung": "2024-07-03T08:41:00",
    "chuHoSo": CANARIES[0],
    "soGiayToChuHoSo": CANARIES[1],
    "soDienThoaiChuHoSo": CANARIES[2],
    "emailChuHoSo": CANARIES[3],
    "trichYeuHoSo": f"Hồ sơ của {CANARIES[0]}",
}


def listing(*rows: object, **page: object) -> httpx.Response:
    """One page; by default the first and only one."""
    usual = {"data": rows, "currentPage": 1, "totalCount": len(rows), "pageSize": 3}
    return httpx.Response(200, json=usual | page)


def numbered(*numbers: int, **more: object) -> list[dict[str, Any]]:
    return [ROW | {"id": f"{number}"} | more for number in numbers]


def served(router: respx.MockRouter, rows: list[Any], **more: object) -> respx.Route:
    """A list that answers for the page asked for; ``rows`` may be changed between two questions."""

    def answer(request: httpx.Request) -> httpx.Response:
        number, size = (int(request.url.params[key]) for key in ("PageNumber", "PageSize"))
        shown = rows[(number - 1) * size : number * size]
        page = {"currentPage": number, "totalCount": len(rows) if shown else 0, "pageSize": size}
        return listing(*shown, **(page | more))

    return router.get(URL).mock(side_effect=answer)


@contextmanager
def mocked() -> Iterator[respx.MockRouter]:
    """TD hands out t1, t2 ...; what the list answers each test says."""
    made = iter(range(1, 100))
    with respx.mock(assert_all_called=False) as router:
        router.post(LOGIN_URL).mock(
            side_effect=lambda _: httpx.Response(200, json={"token": f"t{next(made)}"})
        )
        yield router
