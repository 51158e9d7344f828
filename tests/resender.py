"""A worker in a process of its own, to be killed while it sends: ``resender.py SETTINGS RUN``.

Tells each dossier that went on standard output.
"""

import sys
from pathlib import Path

from worker.bootstrap import services
from worker.flow import Stage
from worker.journey import perform
from worker.log import start_logging
from worker.ports import Progress
from worker.settings.load import load_settings


def main(file: str, run: str) -> None:
    """Take a run up and do it."""
    start_logging()
    path = Path(file)
    settings = load_settings(path, environment={}, working_folder=path.parent)
    with services(settings) as found:
        perform(found, int(run), _watch)
    _tell("done")


def _watch(stage: Stage, _name: str) -> Progress:
    def heard(done: int, _total: int | None) -> None:
        _tell(f"{stage.value} {done}")

    return heard


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
