"""Whole journeys run on both databases: one in the quick tests, the other in the slow ones."""

from zlib import crc32

import pytest

_BACKENDS = ("sqlite", "postgresql")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave every other database to the slow tests, each test always the same one."""
    for item in items:
        backend = getattr(getattr(item, "callspec", None), "params", {}).get("backend")
        if backend is None or "flows" not in item.path.parts:
            continue
        name = getattr(item, "originalname", item.name)
        if backend != _BACKENDS[crc32(name.encode()) % len(_BACKENDS)]:
            item.add_marker(pytest.mark.slow)
