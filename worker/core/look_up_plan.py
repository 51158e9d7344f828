"""Planning look-ups: who is asked for first, and from where to drill down."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.types import Period
from worker.core.drill_down import Candidate, DrillDown, in_daily_sample
from worker.core.times import local_day, month_of
from worker.core.verdict import Span, Verdict, is_counted, late_count, span_of

Codes = tuple[str, ...]

_STANDSTILL = timedelta(days=3)
_LONG_GONE = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHome:
    """What the planning of look-ups needs of a dossier as the province tells it.

    ``verdict`` is the portal's rule on the province's record alone. ``asked_run`` and ``asked_at``
    tell when the portal last answered for every code the dossier bears, None if it never did.
    ``is_elsewhere`` says that line-ministry software holds it, and the province's system does not.
    """

    dossier_id: int
    codes: tuple[str, ...]
    unit: str
    due_at: datetime | None
    finished_at: datetime | None
    received_at: datetime | None
    verdict: Verdict
    changed_run: int
    asked_run: int | None
    asked_at: datetime | None
    is_elsewhere: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the portal has been asked since the dossier last changed at home."""
        return self.asked_run is not None and self.asked_run >= self.changed_run


@dataclass(frozen=True, slots=True)
class OnPortal:
    """A portal record as the portal's rule counts it."""

    dossier_id: int
    unit: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before anything is asked.

    ``gone`` are the codes of dossiers the province no longer has. ``last_complete`` tells which
    reading of the portal was the last complete one, by run and by time.
    """

    home: Sequence[AtHome]
    portal: Mapping[int, Sequence[OnPortal]]
    disputed: frozenset[int]
    gone: Sequence[Codes]
    last_complete: datetime | None
    last_complete_run: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appetite:
    """How much is asked for.

    ``everything`` asks for all that is open or changed, ``afresh`` for all there is; otherwise only
    what changed or became late, and a ``sample_share`` of the rest each day.
    """

    everything: bool
    afresh: bool
    sample_share: float


@dataclass(frozen=True, slots=True)
class PublishedLate:
    """A unit's published late count, and the run that first saw it."""

    late: int
    run_id: int


def first_to_ask(known: Known, appetite: Appetite, run_id: int, now: datetime) -> list[Codes]:
    """What is asked before any drilling.

    First what changed at home since the portal was asked, then what became late since, both the
    current period and newest first; then the rest, the one longest not asked first, so that a
    small budget comes round to all. What was answered in this very run, before it was interrupted,
    is not asked again.
    """
    wanted = [
        entry
        for entry in known.home
        if _not_yet(entry, run_id) and _matters(entry, known, appetite, now)
    ]
    span = span_of(month_of(now), now)
    wanted.sort(key=lambda entry: _urgency(entry, known, appetite, span))
    return list(dict.fromkeys([*known.gone, *(entry.codes for entry in wanted)]))


def _urgency(
    entry: AtHome, known: Known, appetite: Appetite, span: Span
) -> tuple[int, float, bool, float]:
    """A sort key, the most urgent first."""
    later = not is_counted(entry.verdict, span)
    if _changed(entry, known, appetite):
        return (0, 0.0, later, -_recency(entry))
    if _became_late(entry, known, span.cutoff) and not _seen_late(entry):
        return (1, 0.0, later, -_recency(entry))
    asked = entry.asked_at.timestamp() if entry.asked_at else 0.0
    return (2, asked, later, -_recency(entry))


def _not_yet(entry: AtHome, run_id: int) -> bool:
    return entry.asked_run is None or entry.asked_run < run_id


def _matters(entry: AtHome, known: Known, appetite: Appetite, now: datetime) -> bool:
    if appetite.afresh or _changed(entry, known, appetite):
        return True
    if appetite.everything:
        return _unsettled(entry, known)
    if _late_elsewhere(entry, now):
        return True
    return _became_late(entry, known, now) or _sampled(entry, appetite.sample_share, now)


def _late_elsewhere(entry: AtHome, now: datetime) -> bool:
    """Whether presuming it on the portal would name a dossier that may not be there.

    Late ones that only line-ministry software has are a step of the bridge by themselves.
    """
    late_from = entry.verdict.late_from
    return entry.is_elsewhere and not entry.is_known and late_from is not None and late_from <= now


def _changed(entry: AtHome, known: Known, appetite: Appetite) -> bool:
    """Whether it changed at home since the portal was asked.

    Where not everything is asked, never-asked ones count only if they came after the last complete
    reading: the others are presumed.
    """
    if entry.is_known:
        return False
    if appetite.everything or entry.asked_run is not None:
        return True
    return known.last_complete_run is not None and entry.changed_run > known.last_complete_run


def _seen_late(entry: AtHome) -> bool:
    """Whether the portal has been asked since the dossier became late."""
    late_from, asked_at = entry.verdict.late_from, entry.asked_at
    return late_from is not None and asked_at is not None and late_from <= asked_at


def _unsettled(entry: AtHome, known: Known) -> bool:
    """Open on either side, unknown to the portal, or in dispute: it may change without us."""
    there = known.portal.get(entry.dossier_id, [])
    return (
        entry.verdict.ends_at is None
        or not there
        or any(record.verdict.ends_at is None for record in there)
        or entry.dossier_id in known.disputed
    )


def _became_late(entry: AtHome, known: Known, now: datetime) -> bool:
    late_from, last = entry.verdict.late_from, known.last_complete
    return late_from is not None and last is not None and last < late_from <= now


def _sampled(entry: AtHome, share: float, now: datetime) -> bool:
    today = local_day(now)
    if not is_counted(entry.verdict, span_of(month_of(now), now)):
        return False
    fresh = entry.asked_at is not None and local_day(entry.asked_at) == today
    return not fresh and in_daily_sample(entry.codes[0], today.isoformat(), share)


def _recency(entry: AtHome) -> float:
    newest = entry.finished_at or entry.received_at
    return newest.timestamp() if newest else 0.0


def comparable_span(period: Period, now: datetime, newest: datetime | None) -> Span:
    """The window in which published counts of ``period`` can be compared with a recount.

    Usually up to now, or to the period's end. Where the province's own times stop days before
    that, both systems stand still (a training set, a copy, a long shutdown), and the figures were
    counted where the data ends: at the first full hour after ``newest``.
    """
    span = span_of(period, now)
    if newest is None or newest > span.cutoff - _STANDSTILL:
        return span
    ended = newest + timedelta(seconds=-newest.timestamp() % 3600)
    return Span(span.start, min(span.cutoff, ended))


def drill_down(known: Known, span: Span, published: Mapping[str, PublishedLate]) -> DrillDown:
    """A drill-down over every dossier that could stand behind a gap in the window."""
    drill = DrillDown({unit: each.late for unit, each in published.items()}, Counter())
    home: defaultdict[int, list[AtHome]] = defaultdict(list)
    for entry in known.home:
        home[entry.dossier_id].append(entry)
    for dossier, there in known.portal.items():
        if dossier not in home:
            drill.recounted.update(late_by_unit(there, span))
    newest = max((each.run_id for each in published.values()), default=0)
    for entries in home.values():
        candidate = _candidate(entries, known, span)
        if any(_could_explain(entry, newest) for entry in entries):
            drill.add(candidate)
        else:
            drill.recounted.update(candidate.counted)
    return drill


def _could_explain(entry: AtHome, newest_figures: int) -> bool:
    """Whether asking can explain a gap: not where the portal was asked since the figures moved."""
    return not entry.is_known or entry.asked_run is None or entry.asked_run < newest_figures


def _candidate(entries: Sequence[AtHome], known: Known, span: Span) -> Candidate:
    """One dossier to ask for; the province may hold it twice."""
    first = entries[0]
    presumed: Counter[str] = Counter()
    for entry in entries:
        presumed[entry.unit] += late_count(entry.verdict, span)
    there = known.portal.get(first.dossier_id, [])
    asked = all(entry.is_known for entry in entries)
    return Candidate(
        dossier_id=first.dossier_id,
        codes=tuple(dict.fromkeys(code for entry in entries for code in entry.codes)),
        unit=first.unit,
        counted=late_by_unit(there, span) if asked else presumed,
        disputed=first.dossier_id in known.disputed,
        overdue=_would_be_late(first, span),
        recency=_recency(first),
        slack=_slack(first, span).total_seconds(),
    )


def _would_be_late(entry: AtHome, span: Span) -> bool:
    """Whether it would count as late if the portal had missed its end.

    What left long before the window would be, too, but then it had been late for long.
    """
    if entry.received_at is None:
        return False
    if _left_before(entry, span) > _LONG_GONE:
        return False
    return entry.due_at is None or entry.due_at <= span.cutoff


def _slack(entry: AtHome, span: Span) -> timedelta:
    """By how much the portal must be wrong for it to count as late in the window.

    What is not due yet, by the time until then; what ended before a due time that has passed, by as
    much as it ended before; what left before the window, by as much as it left before. What waits
    beyond its due time, or has none, by nothing that could be told.
    """
    if entry.received_at is None:
        return timedelta.max
    before = _left_before(entry, span)
    if before > timedelta() or entry.due_at is None:
        return before
    is_due = entry.due_at <= span.cutoff
    ended = entry.finished_at if is_due and not entry.verdict.waiting else None
    return max(entry.due_at - (ended or span.cutoff), timedelta())


def _left_before(entry: AtHome, span: Span) -> timedelta:
    """How long before the window it left the population; nothing where it belongs to it."""
    left = entry.verdict.leaves_at
    return max(span.start - left, timedelta()) if left is not None else timedelta()


def late_by_unit(there: Iterable[OnPortal], span: Span) -> Counter[str]:
    """How often these portal records count as late in the window, per unit."""
    late: Counter[str] = Counter()
    for record in there:
        late[record.unit] += late_count(record.verdict, span)
    return late
