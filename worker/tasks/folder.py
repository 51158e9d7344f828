"""Messages as files in one folder, for the processes of one machine.

Kombu's own file transport lets a reader find a file that its writer has only just opened, and a
folder that was wiped stops everybody. Here a message appears whole under its name, and is taken by
renaming it, which succeeds for one reader only.
"""

import uuid
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import dumps, loads
from typing_extensions import override


class Channel(virtual.Channel):
    """Messages of a queue, the oldest first, in ``folder`` of the transport's options."""

    @override
    def get_table(self, exchange: str) -> list[tuple[str, str, str]]:
        """Queues have exchanges of their names: nothing needs to be kept of which has which."""
        return [(exchange, "", exchange)]

    @override
    def _put(self, queue: str, message: Any, **_: object) -> None:
        folder, number = self._made("messages"), uuid.uuid4().hex
        unready = self._made("unready") / number
        unready.write_text(dumps(message), encoding="utf-8")
        unready.rename(folder / f"{monotonic_ns():020d}-{number}.{queue}")

    @override
    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for file in sorted(self._waiting(queue)):
            mine = self._made("taken") / file.name
            try:
                file.rename(mine)
            except FileNotFoundError:
                # Another one was quicker.
                continue
            text = mine.read_text(encoding="utf-8")
            mine.unlink()
            return loads(text)
        raise Empty

    @override
    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    @override
    def _purge(self, queue: str) -> int:
        waiting = self._waiting(queue)
        for file in waiting:
            file.unlink(missing_ok=True)
        return len(waiting)

    def _waiting(self, queue: str) -> list[Path]:
        return list(self._made("messages").glob(f"*.{queue}"))

    def _made(self, name: str) -> Path:
        """A folder of the transport, there even after everything was wiped."""
        options: Any = self.connection.client
        folder = Path(options.transport_options["folder"]) / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


class Transport(virtual.Transport):
    """Passes messages through a folder."""

    Channel = Channel
    default_port = 0
    driver_type = driver_name = "filesystem"

    @override
    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Wait for the next message for one interval of polling at most.

        Celery confirms what its processes have done between two waits only, and takes up nothing
        more before: its own two seconds would stand between the stages of every journey.
        """
        interval = self.polling_interval or 0.0
        longest = interval if timeout is None else min(timeout, interval)
        super().drain_events(connection, longest, **kwargs)

    @override
    def driver_version(self) -> str:
        return "1"
