"""Logs: one JSON object a line, for people who look after the program.

Stack traces stand only here. Records of dossiers never do; what slips into a log call under the
name of a personal or secret field is dropped, and numbers and addresses of people are blanked in
all other text.
"""

import logging
import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from typing_extensions import override

from worker.core.privacy import scrub

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
_MAX_TEXT = 20_000
_DEPTH = 6
# Written by ourselves, or by the logging below: constant names and times.
_OWN = frozenset({"timestamp", "level", "logger"})
# Libraries whose news concern those who look after the program; of others, warnings do.
_TOLD = ("celery", "uvicorn")


def start_logging(stream: "TextIO | LogFile | None" = None, level: str = "info") -> None:
    """Write JSON lines to ``stream`` (None: standard error) from now on.

    ``level``: debug, info, warning or error.
    """
    # It is only ever asked to write and to flush, as both kinds of stream do.
    target = cast("TextIO", stream or sys.stderr)
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
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )


@contextmanager
def logging_to(file: Path | None, level: str = "info") -> Iterator[None]:
    """Write the log to ``file`` (None: to standard error) inside the block."""
    if file is None:
        start_logging(level=level)
        try:
            yield
        finally:
            structlog.reset_defaults()
        return
    # Nobody else on the machine needs to read what lies there.
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stream = LogFile(file)
    start_logging(stream, level)
    try:
        yield
    finally:
        structlog.reset_defaults()
        stream.close()


def adopt_standard_logging(level: str = "info") -> None:
    """Let what libraries log through Python's own logging come out as our lines do.

    For processes that stay: celery and uvicorn must be told to set up no logging themselves. It
    goes wherever ``start_logging`` says at the time. A second call changes the level only.
    """
    root = logging.getLogger()
    if not any(isinstance(each, _Adopted) for each in root.handlers):
        root.addHandler(_Adopted())
    least = _LEVELS[level]
    # HTTP clients and databases name in their debug lines what nobody may read there.
    root.setLevel(max(least, logging.WARNING))
    for name in _TOLD:
        logging.getLogger(name).setLevel(least)


@contextmanager
def passed_on(*names: str) -> Iterator[None]:
    """What libraries log under these names comes out as our lines do, inside the block."""
    adopted = _Adopted()
    loggers = [logging.getLogger(name) for name in names]
    before = [(each.level, each.propagate) for each in loggers]
    for each in loggers:
        each.addHandler(adopted)
        each.setLevel(logging.INFO)
        each.propagate = False
    try:
        yield
    finally:
        for each, (level, propagate) in zip(loggers, before, strict=True):
            each.removeHandler(adopted)
            each.setLevel(level)
            each.propagate = propagate


def bound(**values: str | int) -> AbstractContextManager[None]:
    """Every log line inside the block carries ``values``, such as run and source."""
    return structlog.contextvars.bound_contextvars(**values)


def logger() -> structlog.typing.FilteringBoundLogger:
    """A logger; the event name is constant, data goes into fields."""
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return found


class LogFile:
    """A log that several processes append to; a full one is kept once as ``<file>.1``.

    A line is written whole. Every writer looks before each line whether its file is still the one
    of that name, for any of them may have put it aside.
    """

    def __init__(self, file: Path, most_bytes: int = _MAX_BYTES) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._descriptor = self._opened()

    def write(self, text: str) -> None:
        """Append a line."""
        line = text.encode("utf-8", "replace")
        if not self._is_current():
            self._open_again()
        if os.fstat(self._descriptor).st_size + len(line) > self._most_bytes:
            self._put_aside()
        os.write(self._descriptor, line)

    def flush(self) -> None:
        """Nothing waits: a line is handed over as it is written."""

    def close(self) -> None:
        """Give back the file."""
        os.close(self._descriptor)

    def _opened(self) -> int:
        return os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _open_again(self) -> None:
        former, self._descriptor = self._descriptor, self._opened()
        os.close(former)

    def _is_current(self) -> bool:
        try:
            there = self._file.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self._descriptor))

    def _put_aside(self) -> None:
        """Rename the full file, unless another process has done so while we waited for the lock."""
        if sys.platform == "win32":
            # A file that others have open can't be renamed there: it goes on growing.
            return
        from fcntl import LOCK_EX, flock

        flock(self._descriptor, LOCK_EX)
        if self._is_current():
            self._file.replace(self._file.with_name(self._file.name + ".1"))
        # Closing the former file lets go of the lock.
        self._open_again()


class _Adopted(logging.Handler):
    """Hands records of Python's own logging on to ours."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            logger().log(
                _nearest(record.levelno),
                "library",
                logger=record.name,
                message=record.getMessage(),
                exc_info=record.exc_info,
            )
        except Exception:  # noqa: BLE001 - logging must not break what is logged
            self.handleError(record)


def _nearest(level: int) -> int:
    """The level of ours that a library's own level is at least."""
    return max((each for each in _LEVELS.values() if each <= level), default=_LEVELS["debug"])


def _drop_private(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    return {
        key: value if key in _OWN else _clean(value, _DEPTH)
        for key, value in event.items()
        if not _is_private(key)
    }


def _clean(value: object, depth: int) -> object:
    if isinstance(value, Mapping):
        if not depth:
            return "…"
        return {k: _clean(v, depth - 1) for k, v in value.items() if not _is_private(k)}
    if isinstance(value, list | tuple):
        return [_clean(item, depth - 1) for item in value] if depth else "…"
    if isinstance(value, bool | int | float | None):
        return value
    return scrub(str(value), _MAX_TEXT)


def _is_private(key: object) -> bool:
    return str(key).replace("-", "_").lower() in _DROPPED
