"""A journey in a process of its own, to be killed: ``traveller.py SETTINGS [wait]``.

Tells each step on standard output. With ``wait`` it stops at the first step until it reads a line.
"""

import sys
from pathlib import Path

from worker.bootstrap import services
from worker.errors import DoisoatError
from worker.flow import Stage
from worker.journey import Wish, travel
from worker.log import start_logging
from worker.ports import Progress
from worker.settings.load import load_settings


def main(file: str, *manner: str) -> int:
    """Travel once; 1 where the journey was refused or stayed incomplete."""
    start_logging()
    path = Path(file)
    waiting = [*manner]

    def watch(stage: Stage, _name: str) -> Progress:
        def heard(done: int, _total: int | None) -> None:
            _tell(stage.value, done)
            if waiting:
                waiting.pop()
                sys.stdin.readline()

        return heard

    settings = load_settings(path, environment={}, working_folder=path.parent)
    try:
        with services(settings) as found:
            travelled = travel(found, Wish(), watch)
    except DoisoatError as error:
        _tell("error", error.key)
        return 1
    _tell("done", *sorted(travelled.states.values()))
    return 0 if travelled.is_complete else 1


def _tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
