"""Strategies and builders of records as both sides may tell them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from models.types import DayKind, Period, Progress, RecordView, Status
from worker.core.bridge import Bridge
from worker.core.calendar import Calendar
from worker.core.compare import Comparison
from worker.core.course import EndEvent
from worker.core.judged import DossierCase, Rulebook
from worker.core.limits import Limit
from worker.core.rules.catalogue import OPENCPS_MONTH, PORTAL
from worker.core.rules.judge import Statutes
from worker.core.times import VIETNAM
from worker.core.verdict import span_of

JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
AS_OF = datetime(2024, 7, 24, 16, tzinfo=VIETNAM).astimezone(UTC)
STATUTES = Statutes(
    Calendar(),
    {"1.000001": Limit(5, DayKind.WORKING), "1.000002": Limit(20, DayKind.WORKING)},
)
UNITS = ("H51.01", "H51.02", "H51.03")


def at(day: int, hour: int = 9, minute: int = 0, month: int = 7) -> datetime:
    """A local instant of 2024, in UTC."""
    return datetime(2024, month, day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)


def view(**told: object) -> RecordView:
    """A record finished in time, but for what is told."""
    usual: dict[str, object] = {
        "external_id": "1",
        "codes": ("H51.01-240701-0001",),
        "unit": "H51.01",
        "status": Status.IN_PROCESS,
        "procedure": "1.000001",
        "received_at": at(1),
        "due_at": at(10),
    }
    return RecordView(**(usual | told))  # type: ignore[arg-type]


def on_portal(*events: tuple[Status, datetime], **told: object) -> RecordView:
    """The portal's record with these progress events, in order of arrival."""
    return view(events=tuple(Progress(when, status) for status, when in events), **told)


def book(**changes: object) -> Rulebook:
    """OpenCPS's month against the portal, at the as-of of the sample world."""
    as_of = changes.pop("as_of", AS_OF)
    assert isinstance(as_of, datetime)
    usual: dict[str, object] = {
        "own": OPENCPS_MONTH,
        "portal": PORTAL,
        "end_event": EndEvent.LAST,
        "statutes": STATUTES,
        "span": span_of(JULY, as_of),
        "as_of": as_of,
        "grace": timedelta(minutes=30),
    }
    return Rulebook(**(usual | changes))  # type: ignore[arg-type]


def case(
    province: RecordView | tuple[RecordView, ...],
    portal: RecordView | tuple[RecordView, ...],
    *,
    presumed: bool = False,
) -> DossierCase:
    """A dossier with these records on either side."""
    home = province if isinstance(province, tuple) else (province,)
    there = portal if isinstance(portal, tuple) else (portal,)
    return DossierCase(province=home, portal=there, presumed=presumed)


instants = st.integers(0, 45 * 24 * 12).map(lambda n: at(20, 0, month=6) + timedelta(minutes=5 * n))
maybe_instants = st.none() | instants
events = st.lists(st.builds(Progress, instants, st.sampled_from(Status)), max_size=6).map(tuple)


def views(*, told_events: st.SearchStrategy[object]) -> st.SearchStrategy[RecordView]:
    """Any record at all, sensible or not."""
    return st.builds(
        RecordView,
        external_id=st.just("1"),
        codes=st.sampled_from([("A-1",), ("A-1", "G22.99-1"), ("G22.99-1",)]),
        unit=st.sampled_from(UNITS),
        status=st.sampled_from(Status),
        procedure=st.sampled_from([None, "1.000001", "1.000002", "1.999999"]),
        received_at=maybe_instants,
        due_at=maybe_instants,
        finished_at=maybe_instants,
        returned_at=maybe_instants,
        system=st.sampled_from([None, 0, 1, 5]),
        events=told_events,
    )


home_views = views(told_events=st.none())
portal_views = views(told_events=events)
any_views = home_views | portal_views
cases = st.builds(
    DossierCase,
    province=st.lists(home_views, max_size=2).map(tuple),
    portal=st.lists(portal_views, max_size=2).map(tuple),
    presumed=st.booleans(),
).filter(lambda each: each.province or not each.presumed)
cases_elsewhere = st.builds(
    DossierCase,
    province=st.just(()),
    portal=st.lists(portal_views, max_size=2).map(tuple),
    presumed=st.booleans(),
    elsewhere=st.lists(home_views, min_size=1, max_size=2).map(tuple),
)
as_ofs = st.integers(0, 40 * 24 * 60).map(lambda n: at(25, 0, month=6) + timedelta(minutes=n))


def bridge_of(comparisons: Iterable[Comparison]) -> Bridge:
    """The bridge over all of these dossiers."""
    bridge = Bridge()
    for comparison in comparisons:
        bridge.add(comparison)
    return bridge
