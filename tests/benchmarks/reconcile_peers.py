"""The peers that compare the same columns of both sides, row by row, without any causes.

reladiff joins two tables in PostgreSQL; its key is the dossier's number, since it takes a dotted
code for a UUID or fails on it. datacompy reads both sides from CSV files and joins them by code in
polars.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

COLUMNS = ("unit", "status", "received_at", "due_at", "finished_at")
_SIDES = {"home": "tinh", "portal": "cong"}
_OF_SIDE = (
    "SELECT record.dossier_id AS number, record.codes AS code, {columns}"
    " FROM dossierrecord AS record JOIN source ON source.id = record.source_id"
    " WHERE source.name = '{name}' AND record.gone_at IS NULL"
)

_TELL = """
import json
from pathlib import Path

def tell(seconds, rows, version):
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak, "rows": rows, "version": version}))
"""
_RELADIFF = """
import json, sys, time
from importlib.metadata import version
import reladiff
link, columns = json.loads(sys.argv[1]), sys.argv[2].split(",")
started = time.perf_counter()
sides = [reladiff.connect_to_table(link, name, "number") for name in ("peer_home", "peer_portal")]
found = reladiff.diff_tables(
    *sides, algorithm=reladiff.Algorithm.JOINDIFF, extra_columns=tuple(columns)
)
rows = len({values[0] for _sign, values in found})
tell(time.perf_counter() - started, rows, version("reladiff"))
"""
_DATACOMPY = """
import sys, time
from importlib.metadata import version
import polars
import datacompy
folder = sys.argv[1]
started = time.perf_counter()
home, portal = (polars.read_csv(f"{folder}/{name}.csv") for name in ("home", "portal"))
found = datacompy.PolarsCompare(home, portal, join_columns="code")
rows = len(found.all_mismatch()) + len(found.df1_unq_rows) + len(found.df2_unq_rows)
seconds = time.perf_counter() - started
tell(seconds, rows, f"{version('datacompy')}, polars {version('polars')}")
"""


def export(engine: Engine, folder: Path) -> dict[str, Any] | None:
    """Put both sides where the peers find them; how to reach PostgreSQL, None for SQLite."""
    for side, name in _SIDES.items():
        _write_csv(engine, folder / f"{side}.csv", _of_side(name))
    if engine.name != "postgresql":
        return None
    with engine.begin() as connection:
        for side, name in _SIDES.items():
            for statement in _tables(side, name):
                connection.execute(text(statement))
    url = engine.url
    return {
        "driver": "postgresql",
        "dbname": url.database,
        "user": url.username,
        "password": url.password or "",
        "host": url.query.get("host", url.host),
        "port": url.port or 5432,
    }


def _of_side(name: str) -> str:
    return _OF_SIDE.format(name=name, columns=", ".join(COLUMNS))


def _tables(side: str, name: str) -> Sequence[str]:
    table = f"peer_{side}"
    return (
        f"DROP TABLE IF EXISTS {table}",
        f"CREATE TABLE {table} AS {_of_side(name)}",
        f"ALTER TABLE {table} ADD PRIMARY KEY (number)",
        f"ANALYZE {table}",
    )


def _write_csv(engine: Engine, path: Path, query: str) -> None:
    with engine.connect() as connection, path.open("w", encoding="utf-8", newline="") as file:
        rows = connection.execution_options(yield_per=10_000).execute(text(query))
        writer = csv.writer(file)
        writer.writerow(["number", "code", *COLUMNS])
        writer.writerows(rows)


def reladiff_command(python: Path, link: dict[str, Any]) -> list[str | Path]:
    """The process that compares by reladiff joindiff."""
    return [python, "-c", _TELL + _RELADIFF, json.dumps(link), ",".join(COLUMNS)]


def datacompy_command(python: Path, folder: Path) -> list[str | Path]:
    """The process that compares by datacompy on polars."""
    return [python, "-c", _TELL + _DATACOMPY, str(folder)]
