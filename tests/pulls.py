"""The province's pull with pages and patience of the test's own choice."""

from sqlmodel import Session

from models.types import RunState, Trigger
from worker.bootstrap import Services, is_alive
from worker.core.times import local_day
from worker.db import runs, sources
from worker.db.runs import RunRequest
from worker.journey import register_sources
from worker.ports import PageSource
from worker.simulator.server import SimulatedEndpoints
from worker.sources.http import ClientPolicy
from worker.sources.opencps import OpenCpsConfig, OpenCpsSource
from worker.stages.pull import Pull, pull

QUICK = ClientPolicy(first_wait=0.01, longest_wait=0.05)


def pull_in_pages(services: Services, at: SimulatedEndpoints, size: int) -> RunState:
    """Read everything in pages of ``size`` rows."""
    config = OpenCpsConfig(
        name="tinh",
        url=at.province_url,
        username=at.username,
        password=at.password,
        group_id=at.group_id,
        page_size=size,
    )
    source = OpenCpsSource(config, QUICK)
    try:
        return _pull_everything(services, source)
    finally:
        source.close()


def _pull_everything(services: Services, source: PageSource) -> RunState:
    register_sources(services)
    request = RunRequest(trigger=Trigger.OPERATOR, stage="pull", full=True, scope={"since": None})
    with Session(services.engine) as session, session.begin():
        run = runs.claim(
            session,
            sources.source_id(session, "tinh"),
            request,
            owner=services.owner,
            is_alive=is_alive,
            now=services.clock(),
        )
    task = Pull(
        engine=services.engine,
        source=source,
        directory=services.directory,
        judge=services.judge("opencps_month", "portal"),
        clock=services.clock,
        progress=lambda _done, _total: None,
        since=None,
        until=local_day(services.clock()),
        changed_since=None,
    )
    return pull(task, run)
