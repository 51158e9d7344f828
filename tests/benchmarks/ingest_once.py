"""One pull of everything a source lists into a fresh store, in a process of its own.

``python -m tests.benchmarks.ingest_once URL STORE_URL ROWS_A_PAGE`` prints what it took as JSON.
"""

import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
from sqlmodel import Session

from models.types import Reading, RunState, SourceRecord, Trigger
from tests.benchmarks.pages import PATH
from tests.places import AS_OF
from worker.bootstrap import Services, is_alive, services
from worker.core.times import local_day
from worker.db import runs
from worker.db.runs import RunRequest
from worker.db.sources import source_id
from worker.journey import register_sources
from worker.ports import Page, Window
from worker.settings.load import load_settings
from worker.sources.body import decoded
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.opencps_rows import OpenCpsRow, StatusNames, record_of
from worker.sources.rows import RowReader
from worker.stages.pull import Pull, pull

_SETTINGS = """
now = "{now}"
data_dir = "data"
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
[sources.tinh]
side = "province"
kind = "opencps"
url = "{url}"
username = "doisoat"
group_id = "1"
rule = "opencps_month"
"""


class _List(msgspec.Struct):
    total: int
    data: list[msgspec.Raw]


class Lists:
    """OpenCPS's list through the parts of its real client, in larger pages than OpenCPS gives."""

    def __init__(self, url: str, page_size: int) -> None:
        self._url, self._page_size = url + PATH, page_size
        self._list = msgspec.json.Decoder(_List)
        self._names = StatusNames("tinh", {})
        self._rows = RowReader(OpenCpsRow, id_field="dossierId", code_field="dossierNo")
        self._client = UpstreamClient("tinh", ClientPolicy(), auth=httpx.BasicAuth("a", "b"))

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        self._client.close()

    def windows(
        self,
        *,
        since: date | None,  # noqa: ARG002 - the port's words
        until: date,  # noqa: ARG002
        changed_since: date | None,  # noqa: ARG002
    ) -> tuple[Window, ...]:
        return (Window("all", ()),)

    def page(self, window: Window, offset: int) -> Page:  # noqa: ARG002 - the port's word
        span = (("start", str(offset)), ("end", str(offset + self._page_size)))
        call = Call(method="GET", url=self._url, params=span)
        return self._client.ask(call, lambda body: self._page(body, offset))

    def _page(self, body: bytes, offset: int) -> Page:
        answer = decoded(self._list, body)
        return Page(offset, answer.total, tuple(map(self._reading, answer.data)))

    def _reading(self, raw: msgspec.Raw) -> Reading:
        return self._rows.read(raw, self._record)

    def _record(self, row: OpenCpsRow) -> SourceRecord:
        return record_of(row, self._names)


def ingest(url: str, store_url: str, page_size: int) -> dict[str, float]:
    """Read everything into a migrated store; how many records, and in how many seconds."""
    with TemporaryDirectory(prefix="doisoat-ingest-") as name:
        folder = Path(name)
        (folder / "doisoat.toml").write_text(_SETTINGS.format(url=url, now=AS_OF.isoformat()))
        told = {"DOISOAT_DATABASE_URL": store_url}
        settings = load_settings(environment=told, working_folder=folder)
        with services(settings) as at_work:
            register_sources(at_work)
            return _timed(at_work, Lists(url, page_size))


def _timed(at_work: Services, lists: Lists) -> dict[str, float]:
    seen: list[int] = []
    task = Pull(
        engine=at_work.engine,
        source=lists,
        directory=at_work.directory,
        judge=at_work.judge("opencps_month", "portal"),
        clock=at_work.clock,
        progress=lambda done, _total: seen.append(done),
        since=None,
        until=local_day(AS_OF),
        changed_since=None,
    )
    request = RunRequest(trigger=Trigger.OPERATOR, stage="pull", full=True)
    with Session(at_work.engine) as session, session.begin():
        key = source_id(session, "tinh")
        run = runs.claim(
            session, key, request, owner=at_work.owner, is_alive=is_alive, now=at_work.clock()
        )
    started, worked = time.perf_counter(), time.process_time()
    state = pull(task, run)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    lists.close()
    if state is not RunState.COMPLETE:
        raise SystemExit(f"the pull ended {state.value}")
    return {"records": seen[-1], "seconds": seconds, "cpu": cpu}


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    url, store_url, page_size = arguments
    sys.stdout.write(msgspec.json.encode(ingest(url, store_url, int(page_size))).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
