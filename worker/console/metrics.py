"""``/metrics``: the store's figures under the names Prometheus knows them by."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from models.types import RunState
from worker.bootstrap import Services
from worker.console.parts import parts_of
from worker.core.times import local_day
from worker.db import metrics
from worker.db.metrics import RecentRun
from worker.i18n import text
from worker.settings.model import PortalSettings, Settings

# Runs are kept for long and then pruned, so sums over all of them would fall; these don't.
LATELY = timedelta(days=1)
_THIS_WEEK = timedelta(days=7)
_NOT_ENDED = frozenset({RunState.QUEUED, RunState.RUNNING})
# What of a run's counts is a page, and what a record.
_READ = {"pages_read": ("pages",), "records_read": ("rows", "looked_up")}

Labelled = Iterable[tuple[Sequence[str], float]]


async def prometheus(request: Request) -> Response:
    """All figures, in the form the caller prefers."""
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    services = await run_in_threadpool(parts_of(request).joined.get)
    registry = CollectorRegistry()
    registry.register(StoreCollector(services))
    body = await run_in_threadpool(encode, registry)
    return Response(body, headers={"content-type": content_type})


class StoreCollector(Collector):
    """Reads everything in one transaction, anew for each that asks."""

    def __init__(self, services: Services) -> None:
        self._engine = services.engine
        self._settings = services.settings
        self._clock = services.clock

    @override
    def collect(self) -> Iterator[Metric]:
        """The families of metrics. Ages are in seconds."""
        now = self._clock()
        with Session(self._engine) as session:
            recent = list(metrics.recent_runs(session, now - LATELY))
            yield from _of_runs(recent)
            yield from _of_queue(session, now)
            yield from _of_sources(session, self._settings, now)
            yield from _of_dossiers(session, now)


def _of_runs(recent: Sequence[RecentRun]) -> Iterator[Metric]:
    runs = Counter((each.source, each.stage, each.state.value) for each in recent)
    yield _gauge("runs", ("source", "stage", "state"), runs.items())
    for name, keys in _READ.items():
        read: Counter[tuple[str]] = Counter()
        for each in recent:
            if each.source:
                read[(each.source,)] += sum(each.counts.get(key, 0) for key in keys)
        yield _gauge(name, ("source",), read.items())
    ended = [each for each in recent if each.source and each.state not in _NOT_ENDED]
    last = {each.source: each.error for each in ended}
    failed = {(source, str(error.get("key"))): 1 for source, error in last.items() if error}
    yield _gauge("source_error", ("source", "error"), failed.items())


def _of_queue(session: Session, now: datetime) -> Iterator[Metric]:
    queue = metrics.waiting(session)
    depth = {("sources",): queue.of_sources, ("compute",): queue.computing}
    yield _gauge("queue_depth", ("queue",), depth.items())
    yield _single("oldest_queued_run_age_seconds", _age(queue.since, now))
    yield _single("oldest_event_age_seconds", _age(metrics.oldest_event(session), now))
    turn = metrics.last_turn_done(session, now - _THIS_WEEK)
    if turn is not None:
        yield _single("last_scheduled_run_age_seconds", _age(turn, now))


def _of_sources(session: Session, settings: Settings, now: datetime) -> Iterator[Metric]:
    read = metrics.last_complete(session).items()
    ages = [((source,), _age(ended, now)) for source, ended in read]
    yield _gauge("last_complete_run_age_seconds", ("source",), ages)
    stuck = metrics.waiting_in_quarantine(session).items()
    yield _gauge("quarantine_waiting", ("source",), _by_one(stuck))
    used = metrics.calls_used(session, local_day(now))
    allowed = {
        name: each.lookups_per_day
        for name, each in settings.sources.items()
        if isinstance(each, PortalSettings)
    }
    made = {name: used.get(name, 0) for name in {**used, **allowed}}
    yield _gauge("calls_used_today", ("source",), _by_one(made.items()))
    yield _gauge("calls_allowed_a_day", ("source",), _by_one(allowed.items()))


def _of_dossiers(session: Session, now: datetime) -> Iterator[Metric]:
    differences = metrics.open_by_cause(session).items()
    labelled = [((cause.value, cause.kind.value), count) for cause, count in differences]
    yield _gauge("open_discrepancies", ("cause", "kind"), labelled)
    pairs = metrics.lags(session, now - _THIS_WEEK)
    lags = [
        ((each.home, each.other, percentile), seconds)
        for each in pairs
        for percentile, seconds in (("50", each.p50), ("95", each.p95))
        if seconds is not None
    ]
    yield _gauge("lag_seconds", ("home", "other", "percentile"), lags)
    unseen = [((each.home, each.other), each.waiting) for each in pairs]
    yield _gauge("changes_not_shown", ("home", "other"), unseen)


def _gauge(name: str, labels: Sequence[str], values: Labelled) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"doisoat_{name}", _meaning(name), labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family


def _single(name: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"doisoat_{name}", _meaning(name), value=value)


def _meaning(name: str) -> str:
    return text(f"console.metric.{name}")


def _by_one(values: Iterable[tuple[str, float]]) -> Labelled:
    return [((name,), value) for name, value in values]


def _age(since: datetime | None, now: datetime) -> float:
    """How long ago in seconds; 0 where there is nothing."""
    return 0 if since is None else max(0, (now - since).total_seconds())
