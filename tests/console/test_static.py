import re

from tests.console.conftest import Console


def test_what_belongs_to_pages_is_kept_by_browsers_and_pages_are_not(console: Console) -> None:
    page = console.get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(addresses) == 3
    for address in addresses:
        answer = console.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
    assert console.get("/static/khong-co.css").headers["cache-control"] == "no-store"
