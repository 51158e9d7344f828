"""What is kept from one reconciliation to the next is never stale: news alone gives the whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, col, delete, select

from models.dossier import DossierCode
from models.pair import PairPart, PairTally
from models.reconciliation import Discrepancy, DiscrepancyChange, Reconciliation
from models.source import Quarantine, Source, SyncRun
from models.tables import metadata
from models.types import (
    Cause,
    LinkGround,
    RecordView,
    RunState,
    Side,
    Status,
    Trigger,
    Unreadable,
)
from tests.core.dossiers import UNITS
from tests.pair_histories import HOME, PORTAL, SOFTWARE, START, News, Terms, history_of
from tests.works import judged
from worker.core.link_evidence import Evidence
from worker.db import discrepancies, discrepancy_life, links, lookups, quarantine, records
from worker.db.cases import Scope, Sides, known_dossiers
from worker.db.discrepancies import Pair
from worker.db.engine import open_engine
from worker.db.links import Decision
from worker.db.pair_counts import presumed
from worker.db.pair_survey import PairSurvey, survey_pair
from worker.db.pair_verdicts import bring_up_to_date
from worker.db.records import Writing
from worker.db.survey import Survey, survey

seeds = st.integers(0, 2**32)


@dataclass(slots=True)
class Archive:
    """A store to which news comes, reconciled either by what is kept, or anew each time."""

    engine: Engine
    keeps: bool
    now: datetime = START
    runs: int = 0
    terms: Terms = field(default_factory=Terms)
    held_up: list[tuple[Writing, Sequence[RecordView]]] = field(default_factory=list)

    def take(self, happened: News) -> None:
        self.now += happened.wait / 2
        with Session(self.engine) as session, session.begin():
            self._let_in(session)
            self._tell(session, happened)
            if happened.broken is not None:
                self._break(session, happened.broken)
        if happened.linked is not None:
            self._link(*happened.linked)
        self.now += happened.wait / 2
        self.terms = happened.terms or self.terms

    def _let_in(self, session: Session) -> None:
        """Write what was held up, as of when it was told; the runs end with it."""
        for writing, told in self.held_up:
            records.upsert(session, told, writing)
            session.get_one(SyncRun, writing.run_id).state = RunState.COMPLETE
        self.held_up.clear()

    def _tell(self, session: Session, happened: News) -> None:
        for source in (HOME, PORTAL, SOFTWARE):
            self.runs += 1
            run = _run(self.runs, source, self.now)
            writing = Writing(source, self.runs, self.now, judged)
            told = happened.told.get(source, ())
            if happened.held_up:
                run.state = RunState.RUNNING
                self.held_up.append((writing, told))
            session.add(run)
            session.flush()
            if not happened.held_up:
                records.upsert(session, told, writing)
            if source == PORTAL:
                answers = {f"A-1-{number}": told for number, told in happened.answered.items()}
                lookups.note_answers(session, PORTAL, self.runs, answers, self.now)
            if source == HOME and happened.gone is not None:
                records.mark_code_gone(session, writing, [f"{happened.gone}/0"])

    def _break(self, session: Session, number: int) -> None:
        waiting = session.exec(select(Quarantine).where(col(Quarantine.solved_at).is_(None))).all()
        if waiting:
            waiting[0].solved_at = self.now
            return
        broken = Unreadable(
            reason="date_unreadable", detail="x", raw="{}", code=f"A-1-{number}", external_id="x"
        )
        quarantine.put(session, PORTAL, self.runs, [broken], self.now)

    def _link(self, number: int, other: int) -> None:
        codes = (f"A-1-{number}", f"G22.99-1-{other}")
        with Session(self.engine) as session, session.begin():
            known = session.exec(select(DossierCode.code).where(col(DossierCode.code).in_(codes)))
            if set(known) != set(codes):
                return
            decision = Decision(at=self.now, by="operator", reason="seen")
            made = links.link(session, codes, LinkGround.OPERATOR, Evidence(), decision)
            if not made:
                links.undo(session, codes, Evidence(), decision)

    def reconcile(self, sides: Sides, *, keep: bool = True) -> Survey:
        """As the stage does it; what is asked back is only looked at."""
        rules = self.terms.rulebook(sides.as_of)
        with Session(self.engine) as session, session.begin():
            bring_up_to_date(session, sides, rules, _unheard, self.now)
            if not self.keeps:
                session.exec(delete(PairPart))
                session.exec(delete(PairTally))
            found = survey_pair(
                PairSurvey(
                    session=session,
                    sides=sides,
                    book=rules,
                    heirs=self.terms.heirs,
                    progress=_unheard,
                    keep=keep,
                )
            )
            whole = survey(known_dossiers(session, sides), rules, _unheard, self.terms.heirs)
            assert found.tally == whole.tally
            assert found.findings == whole.findings
            if keep:
                self._live_on(session, sides, found)
        return found

    def _live_on(self, session: Session, sides: Sides, found: Survey) -> None:
        row = Reconciliation(
            as_of=sides.as_of,
            period_from=self.terms.period.first,
            period_to=self.terms.period.last,
            province_source_id=sides.province_id,
            portal_source_id=sides.portal_id,
            complete=True,
            by_hand=False,
            created_at=self.now,
            digest=f"{found.tally.prints:x}",
        )
        session.add(row)
        session.flush()
        pair = Pair(sides.province_id, sides.portal_id, row.id or 0, sides.as_of)
        if found.kept and self.keeps:
            discrepancy_life.follow(session, pair)
            return
        asked = set(discrepancies.open_in(session, pair))
        if found.kept:
            asked |= {each.dossier_id for each in found.findings}
        undecided = found.undecided | presumed(session, sides, asked)
        discrepancy_life.live_on(session, pair, found.findings, undecided)

    def lives(self) -> tuple[list[Any], list[Any]]:
        """Every discrepancy with all its steps, whatever their numbers."""
        with Session(self.engine) as session:
            rows = {
                row.id: row.model_dump(exclude={"id"}) | {"last_seen_at": row.last_seen_at}
                for row in session.exec(select(Discrepancy))
            }
            steps = [
                (each.model_dump(exclude={"id", "discrepancy_id"}), rows[each.discrepancy_id])
                for each in session.exec(select(DiscrepancyChange))
            ]
        return sorted(map(str, rows.values())), sorted(map(str, steps))


def _run(key: int, source: int, now: datetime) -> SyncRun:
    return SyncRun(
        id=key,
        source_id=source,
        trigger=Trigger.OPERATOR,
        stage="pull",
        state=RunState.COMPLETE,
        started_at=now,
        heartbeat_at=now,
        owner="here:1",
    )


def _unheard(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def _sides(as_of: datetime) -> Sequence[Sides]:
    return (
        Sides(HOME, PORTAL, as_of, (SOFTWARE,)),
        Sides(SOFTWARE, PORTAL, as_of, scope=Scope.HELD_AT_HOME),
        Sides(SOFTWARE, HOME, as_of, scope=Scope.HELD_BY_BOTH),
    )


def _sources(engine: Engine) -> None:
    sides = {HOME: Side.PROVINCE, PORTAL: Side.PORTAL, SOFTWARE: Side.MINISTRY}
    with Session(engine) as session, session.begin():
        for key, side in sides.items():
            session.add(Source(id=key, name=str(key), side=side, kind="x", rule="portal"))


def _goes_through(seed: int, kept: Archive, anew: Archive) -> None:
    for happened in history_of(seed):
        for archive in (kept, anew):
            archive.take(happened)
        as_of = kept.now - (happened.wait * 3 / 4 if happened.behind else timedelta())
        for sides in _sides(as_of):
            if happened.asked_back is not None:
                past = replace(sides, as_of=max(START, kept.now - happened.asked_back))
                kept.reconcile(past, keep=False)
            for archive in (kept, anew):
                archive.reconcile(sides)
        assert kept.lives() == anew.lives()


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seeds)
def test_any_history_ends_as_if_all_had_been_compared_anew_each_time(seed: int) -> None:
    engines = [create_engine("sqlite://", poolclass=StaticPool) for _ in range(2)]
    try:
        for engine in engines:
            metadata.create_all(engine)
            _sources(engine)
        _goes_through(seed, Archive(engines[0], keeps=True), Archive(engines[1], keeps=False))
    finally:
        for engine in engines:
            engine.dispose()


@pytest.fixture(scope="module")
def postgres_engines(new_postgres: Any) -> Iterator[list[Engine]]:
    engines = [open_engine(new_postgres()) for _ in range(2)]
    try:
        yield engines
    finally:
        for engine in engines:
            engine.dispose()


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(seed=seeds)
def test_so_it_does_on_postgresql(postgres_engines: list[Engine], seed: int) -> None:
    for engine in postgres_engines:
        _empty(engine)
        _sources(engine)
    kept, anew = postgres_engines
    _goes_through(seed, Archive(kept, keeps=True), Archive(anew, keeps=False))


def _empty(engine: Engine) -> None:
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


def test_what_may_have_been_on_its_way_is_named_otherwise_once_it_has_had_its_time(
    engine: Engine,
) -> None:
    _sources(engine)
    archive = Archive(engine, keeps=True)
    late = RecordView(
        external_id="0/0",
        codes=("A-1-0",),
        unit=UNITS[0],
        status=Status.IN_PROCESS,
        received_at=START,
        due_at=START,
    )
    archive.take(News(told={HOME: [late]}, answered={0: False}, wait=timedelta(minutes=10)))
    causes = []
    for _ in range(3):
        found = archive.reconcile(_sides(archive.now)[0])
        assert found.kept
        causes += [each.effect.cause for each in found.findings]
        archive.take(News(wait=timedelta(minutes=15)))
    assert causes == [Cause.IN_FLIGHT, Cause.IN_FLIGHT, Cause.NOT_ON_PORTAL]
