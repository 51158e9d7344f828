"""What goes on around the figures: the sources they come from, runs under way and runs to come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from worker.bootstrap import Services
from worker.console.overview.told import RunTold, SourceTold, TurnTold
from worker.core.alerts.signals import Health
from worker.db import alert_signals, letter_parts, runs
from worker.db.sources import identity, list_sources, source_names
from worker.journey.scheduled import turns_of
from worker.render.schedule import schedule_item

_MOST_RUNS, _MOST_TURNS = 8, 4
# What nobody reads outside of office hours is not old in the morning.
_FRESH_FOR = timedelta(days=1)
_TURNS_MISSED = 3


def sources_told(services: Services, session: Session) -> Sequence[SourceTold]:
    """Every configured source that was ever read, in the order of the settings."""
    kept = {each.name: each for each in list_sources(session)}
    rows = [kept[name] for name in services.settings.sources if name in kept]
    ids = [identity(each.id) for each in rows]
    now = services.clock()
    sights = alert_signals.source_sights(session, ids, now)
    ages = letter_parts.ages(session, ids)
    found = []
    for row, sight, age in zip(rows, sights, ages, strict=True):
        last = runs.last_run(session, sight.source_id)
        every = services.settings.sources[row.name].every
        found.append(
            SourceTold(
                name=row.name,
                side=row.side,
                kind=row.kind,
                read_at=age.read_at,
                state=last.state if last else None,
                is_stale=sight.health is Health.DOWN or _is_old(age.read_at, every, now),
                quarantined=sight.quarantined,
            )
        )
    return found


def _is_old(read_at: datetime | None, every: timedelta, now: datetime) -> bool:
    return read_at is None or now - read_at > max(_FRESH_FOR, _TURNS_MISSED * every)


def running_now(session: Session) -> Sequence[RunTold]:
    """What waits or is under way, the oldest first."""
    names = source_names(session)
    return [
        RunTold(
            id=identity(each.id),
            source=names[each.source_id] if each.source_id else None,
            stage=each.stage,
            state=each.state,
            by=each.by,
            begun_at=each.started_at if each.fence else None,
            done=each.done,
            total=each.total,
        )
        for each in runs.under_way(session)[:_MOST_RUNS]
    ]


def next_turns(services: Services) -> Sequence[TurnTold]:
    """What runs next by itself, the soonest first."""
    items = map(schedule_item, turns_of(services))
    return [
        TurnTold(
            name=item["name"],
            does=item["does"],
            source=item["source"],
            when=item["when"],
            next=item["next"],
        )
        for item in items
        if item["next"] is not None
    ][:_MOST_TURNS]
