"""Sync health: measured over the store, kept beside its reconciliation."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, delete, exists, func, select

from models.dossier import LookupAnswer
from models.reconciliation import Discrepancy, DiscrepancyChange, Reconciliation, SyncHealth
from models.source import SyncRun
from models.types import Cause, CauseKind, DiscrepancyStep, Period, RunState
from worker.core.health import Health, UnitHealth, Yardstick, signs_of
from worker.core.lag import Readings, Sight, Watch
from worker.core.lineage import rolled_up_counts
from worker.core.percentiles import percentile
from worker.db import pair_counts, stored
from worker.db.cases import KnownDossier, Sides, known_dossiers
from worker.db.figures import figures_at
from worker.ports import Progress

WHOLE = ""  # the unit of the row for the whole province
_SYNC = "DOSSIER_SYNC"
_PORTION = 400
_NEVER_ASKED = Watch()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the portal has been answering for a code ``since`` then; asked last at ``asked_at``."""

    code: str
    since: datetime
    asked_at: datetime


def read(
    session: Session, sides: Sides, by: Yardstick, heirs: Mapping[str, str], progress: Progress
) -> Health:
    """The health of every unit as both sides were known at the as-of instant.

    Where the pair's verdicts are up to date only the dossiers that may have a part in it are read.
    """
    health = Health(heirs)
    done = 0
    concerned = pair_counts.concerned(session, sides, by.span)
    for portion in _portions(known_dossiers(session, sides, concerned, with_history=False)):
        watches = _watches(session, sides, [known.dossier_id for known in portion])
        for known in portion:
            signs = signs_of(known.case, watches.get(known.dossier_id, _NEVER_ASKED), by)
            if signs is not None:
                health.add(signs)
        done += len(portion)
        progress(done, None if concerned is None else len(concerned))
    for unit, opened_at in _open_discrepancies(session, sides):
        health.add_open(unit, _seconds(opened_at, sides.as_of))
    return health


def _portions(dossiers: Iterable[KnownDossier]) -> Iterator[list[KnownDossier]]:
    rest = iter(dossiers)
    while portion := list(islice(rest, _PORTION)):
        yield portion


def _watches(session: Session, sides: Sides, ids: Sequence[int]) -> dict[int, Watch]:
    """By dossier: what our readings of the portal had shown of it by the as-of instant."""
    sights = _sights(session, sides, ids)
    answers = _answers(session, sides, ids)
    return {
        dossier: Watch(
            sights=tuple(sorted(sights[dossier], key=lambda sight: sight.since)),
            first_asked=min((each.since for each in answers[dossier]), default=None),
            last_asked=_last_asked(answers[dossier], sides.as_of),
        )
        for dossier in {*sights, *answers}
    }


def _sights(session: Session, sides: Sides, ids: Sequence[int]) -> defaultdict[int, list[Sight]]:
    """Every view of the portal's records that had been seen by the as-of instant."""
    records = {each.id: each for each in stored.records(session, (sides.portal_id,), ids)}
    found: defaultdict[int, list[Sight]] = defaultdict(list)
    for record in records.values():
        found[record.dossier_id].append(Sight(record.view, record.observed_at))
    for key, earlier in stored.versions(session, list(records)).items():
        sights = (Sight(each.view, each.observed_at) for each in earlier)
        found[records[key].dossier_id].extend(sights)
    for dossier, sights_of_it in found.items():
        found[dossier] = [each for each in sights_of_it if each.since <= sides.as_of]
    return found


def _answers(session: Session, sides: Sides, ids: Sequence[int]) -> defaultdict[int, list[_Answer]]:
    query = select(
        LookupAnswer.dossier_id, LookupAnswer.code, LookupAnswer.since, LookupAnswer.asked_at
    ).where(
        LookupAnswer.source_id == sides.portal_id,
        col(LookupAnswer.dossier_id).in_(ids),
        col(LookupAnswer.since) <= sides.as_of,
    )
    found: defaultdict[int, list[_Answer]] = defaultdict(list)
    for dossier, code, since, asked_at in session.exec(query.order_by(col(LookupAnswer.id))):
        found[dossier].append(_Answer(code, since, asked_at))
    return found


def _last_asked(answers: Iterable[_Answer], as_of: datetime) -> datetime | None:
    """When the portal last answered for the code it was not asked for the longest."""
    newest = {answer.code: min(answer.asked_at, as_of) for answer in answers}
    return min(newest.values(), default=None)


def _open_discrepancies(session: Session, sides: Sides) -> Iterator[tuple[str, datetime]]:
    """Unit and opening of each discrepancy of data that was open at the as-of instant.

    Differences of counting do not age: they last as long as the rules differ. What is still on
    its way (IN_FLIGHT) is no discrepancy to be settled yet.
    """
    last = (
        select(func.max(DiscrepancyChange.id))
        .where(col(DiscrepancyChange.at) <= sides.as_of)
        .group_by(col(DiscrepancyChange.discrepancy_id))
    )
    query = (
        select(DiscrepancyChange.unit, Discrepancy.opened_at)
        .join(Discrepancy, col(Discrepancy.id) == col(DiscrepancyChange.discrepancy_id))
        .where(
            col(DiscrepancyChange.id).in_(last),
            Discrepancy.province_source_id == sides.province_id,
            Discrepancy.portal_source_id == sides.portal_id,
            Discrepancy.kind == CauseKind.DATA,
            DiscrepancyChange.step != DiscrepancyStep.CLOSED,
            DiscrepancyChange.cause != Cause.IN_FLIGHT,
        )
    )
    yield from session.exec(query)


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())


def readings_of(session: Session, portal_id: int, as_of: datetime) -> Readings:
    """The readings of the portal that were complete by an instant; not those of one unit alone."""
    query = (
        select(SyncRun.started_at, SyncRun.ended_at, SyncRun.request)
        .where(
            SyncRun.source_id == portal_id,
            SyncRun.state == RunState.COMPLETE,
            col(SyncRun.ended_at) <= as_of,
        )
        .order_by(col(SyncRun.started_at), col(SyncRun.id))
    )
    whole = [
        (begun, ended)
        for begun, ended, request in session.exec(query)
        if ended is not None and request.get("unit") is None
    ]
    return Readings(tuple(begun for begun, _ in whole), tuple(ended for _, ended in whole))


def store(session: Session, reconciliation_id: int, health: Health) -> None:
    """Keep the figures of a reconciliation in place of those kept before."""
    session.exec(delete(SyncHealth).where(col(SyncHealth.reconciliation_id) == reconciliation_id))
    session.add(_row(reconciliation_id, WHOLE, health.total()))
    session.add_all(_row(reconciliation_id, unit, line) for unit, line in health.units.items())


def _row(reconciliation_id: int, unit: str, line: UnitHealth) -> SyncHealth:
    return SyncHealth(
        reconciliation_id=reconciliation_id,
        unit=unit,
        received=line.received,
        on_portal=line.on_portal,
        presumed=line.presumed,
        lag_samples=line.arrived.total(),
        lag_waiting=line.waiting.total(),
        lag_p50=line.lag(50),
        lag_p95=line.lag(95),
        events_told=line.events_told,
        events_missing=line.events_missing,
        open_discrepancies=line.ages.total(),
        age_p50=percentile(line.ages, 50),
        age_max=max(line.ages, default=None),
        filed_online=line.filed_online,
        received_late=line.received_late,
    )


def health_of(session: Session, reconciliation_id: int) -> list[SyncHealth]:
    """The figures kept with a reconciliation, the whole province (unit ``WHOLE``) first."""
    query = select(SyncHealth).where(SyncHealth.reconciliation_id == reconciliation_id)
    return list(session.exec(query.order_by(col(SyncHealth.unit))))


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sources whose health is asked for."""

    province_id: int
    portal_id: int


def latest(session: Session, pair: Pair, period: Period | None = None) -> Reconciliation | None:
    """The newest reconciliation of two sources with figures; of one period, where it is named."""
    query = select(Reconciliation).where(
        Reconciliation.province_source_id == pair.province_id,
        Reconciliation.portal_source_id == pair.portal_id,
        exists().where(col(SyncHealth.reconciliation_id) == col(Reconciliation.id)),
    )
    if period is not None:
        query = query.where(
            Reconciliation.period_from == period.first, Reconciliation.period_to == period.last
        )
    newest = query.order_by(col(Reconciliation.as_of).desc(), col(Reconciliation.id).desc())
    return session.exec(newest.limit(1)).one_or_none()


@dataclass(frozen=True, slots=True)
class PublishedSync:
    """The portal's own count: of ``due`` dossiers it should have, ``synced`` are there."""

    synced: int | None
    due: int | None


def published_sync(
    session: Session, row: Reconciliation, heirs: Mapping[str, str]
) -> dict[str, PublishedSync]:
    """By unit (``WHOLE``: the province) what the portal showed of sync by a reconciliation's as-of.

    Ended units are summed into their heirs.
    """
    period = Period(row.period_from, row.period_to)
    shown = {
        figure.unit: figure
        for figure in figures_at(session, (row.portal_source_id,), period, row.as_of)
        if figure.metric == _SYNC and not figure.procedure
    }
    synced = rolled_up_counts({unit: each.numerator for unit, each in shown.items()}, heirs)
    due = rolled_up_counts({unit: each.denominator for unit, each in shown.items()}, heirs)
    return {unit: PublishedSync(count, due[unit]) for unit, count in synced.items()}
