"""Logs: one JSON object a line, for people who look after the program.

Stack traces stand only here. Records of dossiers never do; what slips into a log call under the
name of a personal or secret field is dropped.
"""

import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TextIO

import structlog

_DROPPED = frozenset(
    {
        "password",
        "secret",
        "token",
        "authorization",
        "cookie",
        "session",
        "session_access",
        "raw",
        "body",
        "applicantname",
        "applicantidno",
        "address",
        "contactname",
        "contacttelno",
        "contactemail",
        "delegatename",
        "delegateidno",
        "delegatetelno",
        "delegateemail",
        "chuhoso",
        "sogiaytochuhoso",
        "dinhdanhchs",
        "email",
        "fax",
        "phone",
        "sodienthoai",
        "trichyeuhoso",
        "ghichu",
        "tailieunop",
        "danhsachgiaytoketqua",
        "nguoixuly",
        "noidungxuly",
        "madoituong",
    }
)
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_MAX_BYTES = 10_000_000
_DEPTH = 6


def start_logging(stream: TextIO = sys.stderr, level: str = "info") -> None:
    """Write JSON lines to ``stream`` from now on; ``level``: debug, info, warning or error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _drop_private,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


@contextmanager
def logging_to(file: Path, level: str = "info") -> Iterator[None]:
    """Write the log to ``file`` inside the block; a full one is kept once as ``<file>.1``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > _MAX_BYTES:
        file.replace(file.with_name(file.name + ".1"))
    with file.open("a", encoding="utf-8") as stream:
        start_logging(stream, level)
        try:
            yield
        finally:
            structlog.reset_defaults()


def bound(**values: str | int) -> AbstractContextManager[None]:
    """Every log line inside the block carries ``values``, such as run and source."""
    return structlog.contextvars.bound_contextvars(**values)


def logger() -> structlog.typing.FilteringBoundLogger:
    """A logger; the event name is constant, data goes into fields."""
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return found


def _drop_private(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    return {key: _clean(value, _DEPTH) for key, value in event.items() if not _is_private(key)}


def _clean(value: object, depth: int) -> object:
    if isinstance(value, Mapping):
        if not depth:
            return "…"
        return {k: _clean(v, depth - 1) for k, v in value.items() if not _is_private(k)}
    if isinstance(value, list | tuple):
        return [_clean(item, depth - 1) for item in value] if depth else "…"
    return value


def _is_private(key: object) -> bool:
    return str(key).replace("-", "_").lower() in _DROPPED
