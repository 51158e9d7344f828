"""What an iGate and its Keycloak answer, for tests of the client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx

from worker.ports import Window
from worker.sources.igate import IGateConfig

TOKEN_URL = "http://sso.example/auth/realms/digo/protocol/openid-connect/token"
URL = "http://api.example/pa/dossier/search"
CONFIG = IGateConfig(
    name="tinh",
    sso_url="http://sso.example",
    api_url="http://api.example/",
    client_id="test-public",
    username="doisoat",
    password="mat-khau",
    page_size=50,
)
ALL = Window("all", (("sort", "id,asc"),))
CANARIES = ("Canary Nguyễn", "079012345678", "0912345678", "canary@thu.example")

ROW: dict[str, Any] = {
    "id": "65f000000000000000000001",
    "code": "H51.12.03-240702-0007",
    "nationCode": "",
    "dossierStatus": {"id": 4, "name": "Đã trả kết quả"},
    "dossierTaskStatus": {"id": "60ebf17309cbf91d41f87f8e", "name": "Đã trả kết quả"},
    "applicant": {
        "userId": CANARIES[1],
        "data": {
            "fullname": CANARIES[0],
            "identityNumber": CANARIES[1],
            "phoneNumber": CANARIES[2],
            "email": CANARIES[3],
        },
    },
    "procedure": {"id": "aa", "code": "1.009999.000.00.00.H51", "translate": [{"name": "Mẫu"}]},
    "agency": {"id": "bb", "code": "H51.12.03", "name": "Sở Mẫu", "parent": {"id": "cc"}},
    "appliedDate": "2024-07-02T01:05:12.000+0000",
    "acceptedDate": "2024-07-02T02:30:00.000+0000",
    "appointmentDate": "2024-07-09T10:00:00.000+0000",
    "dueDate": "2024-07-08T10:00:00.000+0000",
    "completedDate": "2024-07-06T08:30:00.000+0000",
    "returnedDate": "2024-07-09T01:41:00.000+0000",
    "currentTask": [{"assignee": {"fullname": CANARIES[0]}}],
}


def listing(*rows: object, **page: object) -> httpx.Response:
    usual = {"totalElements": len(rows), "number": 0, "size": 50, "last": True}
    return httpx.Response(200, json={"content": rows} | usual | page)


def numbered(first: int, last: int, **more: object) -> list[dict[str, Any]]:
    return [ROW | {"id": f"{number:024x}"} | more for number in range(first, last)]


@contextmanager
def mocked() -> Iterator[respx.MockRouter]:
    """Keycloak hands out t1, t2 ...; what the list answers each test says."""
    made = iter(range(1, 100))
    with respx.mock(assert_all_called=False) as router:
        router.post(TOKEN_URL).mock(
            side_effect=lambda _: httpx.Response(
                200, json={"access_token": f"t{next(made)}", "expires_in": 300}
            )
        )
        yield router
