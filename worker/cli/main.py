"""The entry point, and the edge where every error becomes one sentence and an exit code.

Exit codes: 0 done, 1 failed and said why, 2 wrong usage, 3 done with differences where that was
asked, 4 done but a pull stayed incomplete, 130 interrupted.
"""

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import typer
from typer.exceptions import TyperException

from worker.cli.app import build_app
from worker.cli.invocation import Invocation
from worker.cli.output import complain
from worker.cli.usage import USAGE_EXIT, WrongUsage, translated
from worker.errors import DoisoatError
from worker.i18n import sentence, text, use_language
from worker.settings.environment import early_language, process_environment

FAILED = 1
INTERRUPTED = 130


def main() -> None:
    """Run the program with this process's arguments and environment."""
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    sys.exit(run(sys.argv[1:], process_environment(), Path.cwd()))


def run(arguments: Sequence[str], environment: Mapping[str, str], working_folder: Path) -> int:
    """Run one command and return its exit code; everything it has to say is printed."""
    use_language(early_language(environment))
    call = Invocation(environment, working_folder)
    try:
        result = build_app().main(
            args=list(arguments) or ["--help"],
            prog_name="doisoat",
            standalone_mode=False,
            obj=call,
        )
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except BrokenPipeError:
        _close_quietly()
        return FAILED
    except Exception as error:  # noqa: BLE001 - the outermost edge: nobody sees a stack trace
        return explain(error, call)
    if result == INTERRUPTED:
        complain(text("errors.interrupted"))
    return result if isinstance(result, int) else 0


def explain(error: Exception, call: Invocation) -> int:
    """Say what went wrong in one sentence and choose the exit code."""
    if isinstance(error, TyperException):
        error = translated(error)
    if isinstance(error, DoisoatError):
        complain(sentence(error))
        return USAGE_EXIT if isinstance(error, WrongUsage) else FAILED
    _log_unexpected(error, call.log_file)
    complain(text("errors.unexpected", name=type(error).__name__, file=call.log_file or "stderr"))
    return FAILED


def _log_unexpected(error: Exception, file: Path | None) -> None:
    from worker.log import logger, logging_to

    with suppress(OSError), logging_to(file):
        logger().error("unexpected", exc_info=error)


def _speak_utf8(stream: TextIO) -> None:
    """Vietnamese needs UTF-8, which not every console says it speaks."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and stream.encoding.lower().replace("-", "") != "utf8":
        reconfigure(encoding="utf-8", errors="replace")


def _close_quietly() -> None:
    """The reader of our output left; Python would complain once more when it ends."""
    sys.stderr.close()


if __name__ == "__main__":
    main()
