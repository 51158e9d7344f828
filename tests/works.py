"""Running single stages of the journey on one store, over upstreams at the ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from models.source import SyncRun
from models.types import Period, RecordView, RunState, Side, Trigger
from tests.places import AS_OF, JULY
from worker.core.calendar import Calendar
from worker.core.course import EndEvent
from worker.core.facts import facts_of
from worker.core.judged import Rulebook
from worker.core.look_up_plan import Appetite
from worker.core.outcome import Report
from worker.core.rules.catalogue import OPENCPS_MONTH, PORTAL
from worker.core.rules.judge import Statutes, judge
from worker.core.times import local_day
from worker.core.units import UnitDirectory
from worker.core.verdict import span_of
from worker.db import runs, sources
from worker.db.cases import Sides
from worker.db.records import Judgement
from worker.db.runs import Run, RunRequest
from worker.ports import LookupSource, PageSource, Progress, PublishedSource
from worker.stages.look_up import LookUp, look_up
from worker.stages.pull import Pull, pull
from worker.stages.read_published import ReadPublished, read_published
from worker.stages.reconcile import Reconcile, reconcile

EVERYTHING = Appetite(everything=True, afresh=False, sample_share=0)
DRILLING = Appetite(everything=False, afresh=False, sample_share=0)


@dataclass
class Works:
    """The stages over one store. ``now`` is what the clock shows; tests move it."""

    engine: Engine
    directory: UnitDirectory
    now: datetime = AS_OF
    owner: str = "here:1"

    def __post_init__(self) -> None:
        with Session(self.engine) as session, session.begin():
            self.province_id = sources.ensure_source(
                session, name="tinh", side=Side.PROVINCE, kind="opencps", rule="opencps_month"
            )
            self.portal_id = sources.ensure_source(
                session, name="cong", side=Side.PORTAL, kind="portal", rule="portal"
            )

    def claim(self, source_id: int, stage: str, *, full: bool = False) -> Run:
        """A run of a source; whoever held it is taken for dead."""
        request = RunRequest(trigger=Trigger.OPERATOR, stage=stage, full=full)
        with Session(self.engine) as session, session.begin():
            return runs.claim(
                session,
                source_id,
                request,
                owner=self.owner,
                is_alive=lambda _owner: False,
                now=self.now,
            )

    def pull(
        self,
        source: PageSource,
        *,
        since: date | None = None,
        changed_since: date | None = None,
        run: Run | None = None,
        progress: Progress | None = None,
    ) -> RunState:
        """Read the province's lists; everything, unless ``changed_since`` says otherwise."""
        task = Pull(
            engine=self.engine,
            source=source,
            directory=self.directory,
            judge=judged,
            clock=lambda: self.now,
            progress=progress or _unheard,
            since=since,
            until=local_day(self.now),
            changed_since=changed_since,
        )
        return pull(task, run or self.claim(self.province_id, "pull", full=task.is_full))

    def look_up(
        self,
        source: LookupSource,
        *,
        appetite: Appetite = EVERYTHING,
        board: PublishedSource | None = None,
        calls_per_day: int = 1000,
        run: Run | None = None,
    ) -> RunState:
        """Ask the portal; with a ``board`` its published counts are read first."""
        run = run or self.claim(self.portal_id, "look_up")
        if board is not None:
            read_published(
                ReadPublished(
                    engine=self.engine,
                    source=board,
                    directory=self.directory,
                    clock=lambda: self.now,
                    progress=_unheard,
                    periods=(JULY,),
                ),
                run,
            )
        task = LookUp(
            engine=self.engine,
            source=source,
            source_name="cong",
            home_ids=(self.province_id,),
            rule="portal",
            directory=self.directory,
            judge=judged,
            clock=lambda: self.now,
            progress=_unheard,
            periods=(JULY,) if board is not None else (),
            appetite=appetite,
            calls_per_day=calls_per_day,
        )
        return look_up(task, run)

    def reconcile(
        self,
        as_of: datetime | None = None,
        *,
        period: Period = JULY,
        by_hand: bool = False,
        listed: bool = True,
    ) -> Report:
        """Compare both sides as known at ``as_of``, by default now."""
        return reconcile(self.reconciling(as_of, period=period, by_hand=by_hand, listed=listed))

    def reconciling(
        self,
        as_of: datetime | None = None,
        *,
        period: Period = JULY,
        by_hand: bool = False,
        listed: bool = True,
    ) -> Reconcile:
        """How that is asked for."""
        as_of = as_of or self.now
        book = Rulebook(
            own=OPENCPS_MONTH,
            portal=PORTAL,
            end_event=EndEvent.LAST,
            statutes=STATUTES,
            span=span_of(period, as_of),
            as_of=as_of,
            grace=timedelta(minutes=30),
        )
        return Reconcile(
            engine=self.engine,
            sides=Sides(self.province_id, self.portal_id, as_of),
            period=period,
            rulebook=book,
            directory=self.directory,
            clock=lambda: self.now,
            progress=_unheard,
            by_hand=by_hand,
            listed=listed,
        )

    def last_run(self, source_id: int) -> SyncRun:
        """The newest run of a source."""
        with Session(self.engine, expire_on_commit=False) as session:
            run = runs.last_run(session, source_id)
        assert run is not None
        return run


STATUTES = Statutes(Calendar(), {})


def judged(view: RecordView) -> Sequence[Judgement]:
    """Both rules' verdicts on a record."""
    return [
        Judgement(rule.name, "test", judge(rule, facts_of(view), STATUTES))
        for rule in (PORTAL, OPENCPS_MONTH)
    ]


def _unheard(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def causes(report: Report) -> dict[str, str]:
    """The data causes of a report by dossier."""
    return {
        each["dossier"]: each["cause"] for each in report["discrepancies"] if each["kind"] == "data"
    }
