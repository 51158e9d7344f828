"""Spoiling answers: bodies that are JSON still, but not as agreed."""

from random import Random

import msgspec

from worker.simulator.exchange import Asked, Reply
from worker.simulator.faults import Fault

_LISTS = ("data", "content")

HTML_PAGE = (
    "<!DOCTYPE html><html lang='vi'><head><title>Bảo trì hệ thống</title></head>"
    "<body><h1>Hệ thống đang bảo trì, vui lòng quay lại sau.</h1></body></html>"
)


def instead(fault: Fault, number: int, retry_after: int) -> Reply | None:
    """The answer a fault gives in place of the application's; None where it gives none.

    ``number`` counts requests, so that 500 and 503 take turns.
    """
    match fault:
        case Fault.THROTTLE:
            return Reply(b'{"message":"Too Many Requests"}', 429, _retry(retry_after))
        case Fault.SERVER_ERROR:
            return Reply(b"", 503 if number % 2 else 500)
        case Fault.HTML:
            return Reply(HTML_PAGE.encode(), 200, {"content-type": "text/html; charset=utf-8"})
        case Fault.EMPTY_OBJECT:
            return Reply(b"{}")
        case _:
            return None


def _retry(seconds: int) -> dict[str, str]:
    return {"content-type": "application/json", "retry-after": str(seconds)}


def previous_page(asked: Asked) -> Asked:
    """The request for the page before the one asked for, by its number or by its rows."""
    if "page" in asked.query:
        return asked.asking_for(page=str(max(0, int(asked.query["page"]) - 1)))
    if "PageNumber" in asked.query:
        return asked.asking_for(PageNumber=str(max(1, int(asked.query["PageNumber"]) - 1)))
    start, end = int(asked.query["start"]), int(asked.query["end"])
    before = max(0, start - max(1, end - start))
    return asked.asking_for(start=str(before), end=str(start))


def spoiled(fault: Fault, answer: Reply, number: int) -> Reply:
    """The application's answer after the fault has been at its body."""
    match fault:
        case Fault.WRONG_ORDER:
            value = _shuffled(msgspec.json.decode(answer.body), number)
        case Fault.NUMBERS_AS_TEXT:
            value = _numbers_as_text(msgspec.json.decode(answer.body))
        case Fault.UNKNOWN_FIELDS:
            value = _with_unknown_fields(msgspec.json.decode(answer.body))
        case _:
            return answer
    return Reply(msgspec.json.encode(value), answer.status, answer.headers)


def _shuffled(value: object, seed: int) -> object:
    name = next((name for name in _LISTS if isinstance(value, dict) and name in value), None)
    if name is None or not isinstance(value, dict) or not isinstance(value[name], list):
        return value
    rows = list(value[name])
    Random(seed).shuffle(rows)  # noqa: S311 - not for secrets
    return {**value, name: rows}


def _numbers_as_text(value: object) -> object:
    if isinstance(value, dict):
        return {key: _numbers_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _with_unknown_fields(value: object) -> object:
    if isinstance(value, dict):
        known = {key: _with_unknown_fields(inner) for key, inner in value.items()}
        return {"truongMoi": {"phienBan": 2, "ghiChu": None}, **known}
    if isinstance(value, list):
        return [_with_unknown_fields(inner) for inner in value]
    return value
