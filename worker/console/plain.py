"""What commands print as JSON, told by the API: instants with Vietnam's offset, enums by value."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from worker.core.times import VIETNAM


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of plain values as JSON has them."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return plain(value)
        case list() | tuple():
            return [_plain(each) for each in value]
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(VIETNAM).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return value
