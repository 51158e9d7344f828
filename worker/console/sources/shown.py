"""What the pages of sources and their API show: health from the store, settings, trials."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import SecretStr
from sqlmodel import Session

from models.source import SyncRun
from models.types import RunState, Side
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.core.times import local_day
from worker.db import metrics, runs
from worker.db.sources import list_sources
from worker.errors import DoisoatError, NotFoundError
from worker.i18n import sentence, text
from worker.journey.trying import Tried
from worker.settings.model import AnySource, PortalSettings, Settings

_SECRETS: Final = frozenset({"password", "webhook_secret"})
# What is said of them in the table above the settings.
_SAID_ELSEWHERE: Final = frozenset({"side", "kind", "rule"})
# A reading or two may fail without anything being wrong; then somebody should look.
_OLD_AFTER: Final = 3
_LENGTHS: Final = {"d": 86_400, "h": 3_600, "m": 60}


class Condition(StrEnum):
    """How well a source is read: completely and lately, or not."""

    GOOD = "good"
    OLD = "old"
    FAILING = "failing"
    NEVER = "never"


class LastRun(Told):
    """The last reading of everything; ``error`` is a sentence, ``error_key`` is for programs."""

    id: int
    stage: str
    state: RunState
    started_at: Moment
    ended_at: Moment | None
    error: str | None
    error_key: str | None


class Setting(Told):
    """One key of a source's table; a secret only says whether it is set."""

    key: str
    value: str


class SourceTold(Told):
    """A configured source. ``every`` and ``age`` (of ``read_at``, its data) are seconds.

    ``condition``: ``good``; ``old``, where the data are older than three times ``every``;
    ``failing``, where the last reading came to nothing whole; ``never``, where none ever did.
    ``calls_today`` is None where calls are not counted.
    """

    name: str
    side: Side
    kind: str
    rule: str
    condition: Condition
    every: int
    read_at: Moment | None
    age: int | None
    last_run: LastRun | None
    quarantined: int
    calls_today: int | None
    calls_per_day: int | None


class TriedPart(Told):
    """What came of asking for one thing a source offers.

    ``answers`` is None where there was no time left to ask; ``seconds`` is how long it took.
    """

    part: str | None
    answers: bool | None
    seconds: float | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What the store knows of all sources, by their names."""

    last: Mapping[str, SyncRun]
    read_at: Mapping[str, datetime]
    quarantined: Mapping[str, int]
    calls: Mapping[str, int]


def sources_told(services: Services) -> list[SourceTold]:
    """Every configured source, in the order of the configuration."""
    now = services.clock()
    with Session(services.engine) as session:
        stored = _stored(session, now)
        return [
            _told(name, source, stored, now) for name, source in services.settings.sources.items()
        ]


def source_told(services: Services, name: str) -> SourceTold:
    """One configured source.

    Raises:
        NotFoundError: none is called so.
    """
    require_source(services.settings, name)
    return next(each for each in sources_told(services) if each.name == name)


def require_source(settings: Settings, name: str) -> AnySource:
    """The settings of a source.

    Raises:
        NotFoundError: none is called so.
    """
    found = settings.sources.get(name)
    if found is None:
        raise NotFoundError("source_unknown", source=name)
    return found


def _stored(session: Session, now: datetime) -> _Stored:
    last = {
        source.name: run
        for source in list_sources(session)
        if source.id is not None and (run := runs.last_run(session, source.id))
    }
    return _Stored(
        last=last,
        read_at=metrics.last_complete(session),
        quarantined=metrics.waiting_in_quarantine(session),
        calls=metrics.calls_used(session, local_day(now)),
    )


def _told(name: str, source: AnySource, stored: _Stored, now: datetime) -> SourceTold:
    read_at, last = stored.read_at.get(name), stored.last.get(name)
    age = now - read_at if read_at else None
    return SourceTold(
        name=name,
        side=source.side,
        kind=source.kind,
        rule=source.rule,
        condition=_condition(last, age, source.every),
        every=int(source.every.total_seconds()),
        read_at=read_at,
        age=int(age.total_seconds()) if age is not None else None,
        last_run=_last_run(last) if last else None,
        quarantined=stored.quarantined.get(name, 0),
        calls_today=stored.calls.get(name),
        calls_per_day=source.lookups_per_day if isinstance(source, PortalSettings) else None,
    )


def _condition(last: SyncRun | None, age: timedelta | None, every: timedelta) -> Condition:
    if last is not None and last.state in (RunState.FAILED, RunState.INCOMPLETE):
        return Condition.FAILING
    if age is None:
        return Condition.NEVER
    return Condition.OLD if age > _OLD_AFTER * every else Condition.GOOD


def _last_run(run: SyncRun) -> LastRun:
    error = DoisoatError(run.error["key"], **run.error["values"]) if run.error else None
    return LastRun(
        id=run.id or 0,
        stage=run.stage,
        state=run.state,
        started_at=run.started_at,
        ended_at=run.ended_at,
        error=sentence(error) if error else None,
        error_key=error.key if error else None,
    )


def settings_told(source: AnySource) -> list[Setting]:
    """A source's keys as they are set, its secrets left out."""
    return [
        Setting(key=key, value=_value(key, getattr(source, key)))
        for key in type(source).model_fields
        if key not in _SAID_ELSEWHERE
    ]


def _value(key: str, value: object) -> str:
    if key in _SECRETS or isinstance(value, SecretStr):
        return text("pages.sources.set" if value else "pages.sources.not_set")
    match value:
        case None:
            return text("pages.sources.none")
        case bool():
            return text("pages.sources.yes" if value else "pages.sources.no")
        case timedelta():
            return _as_written(value)
        case dict():
            pairs = (f"{name} = {int(code)}" for name, code in value.items())
            return "; ".join(pairs) or text("pages.sources.none")
        case _:
            return str(value)


def _as_written(length: timedelta) -> str:
    """A duration as it stands in the file: "15m", "31d"."""
    seconds = int(length.total_seconds())
    whole = (unit for unit, size in _LENGTHS.items() if seconds and not seconds % size)
    unit = next(whole, "s")
    return f"{seconds // _LENGTHS.get(unit, 1)}{unit}"


def tried_told(tried: Iterator[Tried]) -> Sequence[TriedPart]:
    """What came of trying a source's connection."""
    return [
        TriedPart(
            part=each.part,
            answers=each.error is None if each.seconds is not None or each.error else None,
            seconds=each.seconds,
            error=sentence(each.error) if each.error else None,
        )
        for each in tried
    ]
