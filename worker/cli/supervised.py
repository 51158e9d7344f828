"""A process that another one started, and that must not outlive it."""

import os
import signal
import threading
import time
from typing import Annotated

import typer

SupervisedOption = Annotated[bool, typer.Option("--supervised", hidden=True)]

_PAUSE = 1.0


def end_with_parent() -> None:
    """Stop as if told to once the process that started this one is gone, killed or not."""
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PAUSE)
    os.kill(os.getpid(), signal.SIGTERM)
