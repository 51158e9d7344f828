"""Both upstreams in a process of their own: ``simulation.py FOLDER CODE SEEDS DOSSIERS SEED``.

Tells their addresses as one line of JSON, and serves until it is ended.
"""

import sys
from pathlib import Path

import msgspec

from tests.places import Place
from worker.simulator.server import SimulatedEndpoints, serve


def main(folder: str, code: str, seeds: str, dossiers: str, seed: str) -> None:
    """Make a world and serve it."""
    place = Place(folder=Path(folder), code=code, seeds=seeds)
    world = place.world(dossiers=int(dossiers), seed=int(seed))

    def ready(at: SimulatedEndpoints) -> None:
        sys.stdout.write(msgspec.json.encode(at).decode() + "\n")
        sys.stdout.flush()

    serve(world, ready=ready)


if __name__ == "__main__":
    main(*sys.argv[1:])
