"""A backup or a restoration to be killed: ``keeper.py STORE backup|restore FILE``.

Says so on standard output once it is half way, and waits there for a line.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from worker.db.backup import backup
from worker.db.backup_restore import Restore, restore
from worker.db.engine import open_engine

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)


def main(store: str, what: str, file: str) -> None:
    """Do it, with a stop in the middle."""
    engine = open_engine(store)
    if what == "backup":
        backup(engine, Path(file), province="H99", now=NOW, progress=_stop)
        return
    task = Restore(
        engine=engine,
        file=Path(file),
        province="H99",
        is_alive=lambda _owner: False,
        lease=timedelta(minutes=5),
        now=NOW,
    )
    restore(task, _stop)


def _stop(done: int, total: int | None) -> None:
    if total is not None and done > total / 2:
        sys.stdout.write("half way\n")
        sys.stdout.flush()
        sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
