"""Programs that read the same list into the same kind of store, run in environments of their own.

Each merges the rows by their id into one table, and does nothing else with them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

# What both begin with: the pages of the list, one after the other.
_PAGES = """
import json, os, subprocess, sys, time
from importlib.metadata import version
from tempfile import TemporaryDirectory
import requests

def pages(url, rows_a_page):
    session, start = requests.Session(), 0
    while True:
        span = {"start": start, "end": start + rows_a_page}
        answer = session.get(url + "/o/rest/v2/dossiers", params=span, timeout=30).json()
        yield answer["data"]
        start += len(answer["data"])
        if start >= answer["total"]:
            return

url, store, rows_a_page = sys.argv[1], sys.argv[2], int(sys.argv[3])
"""

_DLT = """
import dlt

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
lite = store.startswith("sqlite")
to = dlt.destinations.sqlalchemy(store) if lite else dlt.destinations.postgres(store)
with TemporaryDirectory() as folder:
    pipeline = dlt.pipeline(
        "dossiers",
        pipelines_dir=folder,
        destination=to,
        dataset_name="main" if lite else "peer",
    )
    listed = dlt.resource(
        pages(url, rows_a_page),
        name="dossiers",
        primary_key="dossierId",
        write_disposition="merge",
    )
    started, worked = time.perf_counter(), time.process_time()
    pipeline.run(listed).raise_on_failed_jobs()
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    records = pipeline.last_trace.last_normalize_info.row_counts["dossiers"]
print(json.dumps(dict(
    records=records, seconds=seconds, cpu=cpu, version=version("dlt")
)))
"""

_SINGER = """
def schema_of(row):
    kinds = {bool: "boolean", int: "integer", float: "number"}
    return {name: {"type": [kinds.get(type(each), "string"), "null"]} for name, each in row.items()}

def say(**message):
    target.stdin.write(json.dumps(message) + "\\n")

with TemporaryDirectory() as folder:
    config = os.path.join(folder, "config.json")
    with open(config, "w") as file:
        json.dump({"sqlalchemy_url": store, "default_target_schema": "peer"}, file)
    program = os.path.join(os.path.dirname(sys.executable), "target-postgres")
    started, records = time.perf_counter(), 0
    target = subprocess.Popen(
        [program, "--config", config], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, text=True,
    )
    for page in pages(url, rows_a_page):
        if not records:
            say(type="SCHEMA", stream="dossiers", key_properties=["dossierId"],
                schema={"type": "object", "properties": schema_of(page[0])})
        for row in page:
            say(type="RECORD", stream="dossiers", record=row)
        records += len(page)
    target.stdin.close()
    if target.wait():
        sys.exit("target-postgres failed")
    seconds, used = time.perf_counter() - started, os.times()
print(json.dumps(dict(
    records=records, seconds=seconds, version=version("meltanolabs-target-postgres"),
    cpu=used.user + used.system + used.children_user + used.children_system,
)))
"""


def libpq_address(store_url: str) -> str:
    """A store as dlt wants to be told of it.

    A server's own socket is a folder, and dlt insists on a host and on a password.
    """
    at = urlsplit(store_url)
    if at.scheme == "sqlite":
        return store_url
    folder = parse_qs(at.query).get("host")
    host = quote(folder[0], safe="") if folder else at.hostname
    who = f"{at.username}:{at.password or 'none'}"
    return f"postgresql://{who}@{host}:{at.port or 5432}{at.path}"


@dataclass(frozen=True, slots=True)
class Peer:
    """What to install, the program, the kinds of store it writes, and how it is told of one."""

    packages: tuple[str, ...]
    script: str
    stores: tuple[str, ...]
    address: Callable[[str], str] = str

    def command(self, python: Path) -> Sequence[str | Path]:
        """The program by the Python that has the packages; behind it come URL, store and rows."""
        return (python, "-c", _PAGES + self.script)


PEERS = {
    "dlt": Peer(
        ("dlt[postgres,sqlalchemy]",), _DLT, stores=("sqlite", "postgresql"), address=libpq_address
    ),
    "singer": Peer(("meltanolabs-target-postgres", "requests"), _SINGER, stores=("postgresql",)),
}
