"""Several processes kept alive as one: started, restarted when they end, stopped together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from worker.log import logger

_LOOK_EVERY = 0.5
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
# One that lived so long ended for a new reason.
_STEADY_AFTER = 120.0


@dataclass(slots=True)
class Member:
    """One process of the group, by its name and the program's arguments. Times in seconds."""

    name: str
    arguments: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = _FIRST_PAUSE
    start_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps members alive until told to stop by SIGTERM or SIGINT.

    Whoever gets no time to stop its members, killed itself, need not worry: they look for it and
    end by themselves. ``patience``: how long members may take to stop, in seconds.
    """

    members: Sequence[Member]
    environment: Mapping[str, str]
    patience: float = 15.0
    _told: threading.Event = field(default_factory=threading.Event)

    def run(self, started: Callable[[], None]) -> None:
        """Keep the members alive; returns once all have ended after the signal."""
        before = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        try:
            self._look_after()
            started()
            while not self._told.wait(_LOOK_EVERY):
                self._look_after()
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._told.set()

    def _look_after(self) -> None:
        now = time.monotonic()
        for member in self.members:
            if member.process is not None and member.process.poll() is not None:
                self._note_end(member, now)
            if member.process is None and now >= member.start_at:
                self._start(member, now)

    def _start(self, member: Member, now: float) -> None:
        # In a session of its own: Ctrl-C reaches only us, and we tell the members in order.
        member.process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "worker.cli.main", *member.arguments],
            env=dict(self.environment),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        member.started = now
        logger().info("process_started", name=member.name, process=member.process.pid)

    def _note_end(self, member: Member, now: float) -> None:
        process, member.process = member.process, None
        if now - member.started > _STEADY_AFTER:
            member.pause = _FIRST_PAUSE
        member.start_at = now + member.pause
        code = process.returncode if process else None
        logger().warning("process_ended", name=member.name, code=code, again_in=member.pause)
        member.pause = min(member.pause * 2, _LONGEST_PAUSE)

    def _end(self) -> None:
        running = [each.process for each in self.members if each.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + self.patience
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger().warning("process_killed", process=process.pid)
                # With its children: a member leads a group of its own.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


_SIGNALS = (signal.SIGINT, signal.SIGTERM)
