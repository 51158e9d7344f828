"""Upserts: any order and any batching of the same views end in the same store."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from models.dossier import DossierCode, DossierRecord, ProgressEvent, RecordVerdict, RecordVersion
from models.source import Source, SyncRun
from models.tables import metadata
from models.types import Progress, RecordView, RunState, Side, Status, Trigger
from tests.stores import contents, rows_of
from worker.core.verdict import Verdict
from worker.db.records import Judgement, Writing, judge_again, upsert
from worker.db.views import views_of

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
_POOL = [f"H99.01-240701-{number:04d}" for number in range(8)]

instants = st.integers(0, 10**6).map(lambda seconds: NOW - timedelta(seconds=seconds))
events = st.lists(st.builds(Progress, instants, st.sampled_from(Status)), max_size=4).map(tuple)


@st.composite
def batches_of_views(draw: st.DrawFn) -> list[RecordView]:
    """Records of one source, one each external id, some of which share codes."""
    ids = draw(st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=10))
    codes = st.lists(st.sampled_from(_POOL), unique=True, min_size=1, max_size=3).map(tuple)
    return [
        RecordView(
            external_id=str(each),
            codes=draw(codes),
            unit="H99.01",
            status=draw(st.sampled_from(Status)),
            received_at=draw(st.none() | instants),
            due_at=draw(st.none() | instants),
            system=draw(st.none() | st.integers(0, 3)),
            events=draw(st.none() | events),
        )
        for each in ids
    ]


@contextmanager
def memory_store() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    prepare(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def prepare(engine: Engine) -> None:
    """A source with a run, for records to belong to."""
    with Session(engine) as session, session.begin():
        session.add(Source(id=1, name="tinh", side=Side.PROVINCE, kind="opencps", rule="portal"))
        session.flush()
        session.add(
            SyncRun(
                id=1,
                source_id=1,
                trigger=Trigger.OPERATOR,
                stage="pull",
                state=RunState.RUNNING,
                started_at=NOW,
                heartbeat_at=NOW,
                owner="here:1",
            )
        )


def judged(view: RecordView) -> list[Judgement]:
    return [Judgement("portal", "1", Verdict(reason="open", counted_from=view.received_at))]


def write(engine: Engine, batches: Sequence[Sequence[RecordView]], now: datetime = NOW) -> None:
    for batch in batches:
        with Session(engine) as session, session.begin():
            upsert(session, batch, Writing(1, 1, now, judged))


def stored(engine: Engine) -> dict[str, RecordView]:
    with Session(engine) as session:
        records = rows_of(engine, DossierRecord)
        views = views_of(session, records)
    return {view.external_id: view for view in views.values()}


def partition(engine: Engine) -> set[frozenset[str]]:
    """Which codes are of one dossier."""
    dossiers: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows_of(engine, DossierCode):
        dossiers[row.dossier_id].add(row.code)
    return {frozenset(codes) for codes in dossiers.values()}


def joined(views: Sequence[RecordView]) -> set[frozenset[str]]:
    """The same by the meaning of it: whatever shares a code is one dossier."""
    groups: list[set[str]] = []
    for view in views:
        touching = [group for group in groups if group.intersection(view.codes)]
        groups = [group for group in groups if group not in touching]
        groups.append(set(view.codes).union(*touching))
    return {frozenset(group) for group in groups}


@given(views=batches_of_views(), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_and_any_batching_end_in_the_same_store(
    views: list[RecordView], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(views))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(order)))))
    edges = list(zip([0, *cuts], [*cuts, len(order)], strict=True))
    with memory_store() as engine:
        write(engine, [order[start:end] for start, end in edges])
        assert stored(engine) == {view.external_id: view for view in views}
        assert partition(engine) == joined(views)
        owners = {row.code: row.dossier_id for row in rows_of(engine, DossierCode)}
        for record in rows_of(engine, DossierRecord):
            assert {owners[code] for code in record.codes.split(" ")} == {record.dossier_id}
        assert len(rows_of(engine, RecordVerdict)) == len(views)
        assert rows_of(engine, RecordVersion) == []


@given(views=batches_of_views())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_writing_twice_changes_nothing(views: list[RecordView]) -> None:
    tables = [*metadata.tables]
    with memory_store() as engine:
        write(engine, [views])
        before = contents(engine, *tables)
        write(engine, [views, views[::-1]], NOW + timedelta(days=1))
        assert contents(engine, *tables) == before


@given(views=batches_of_views(), data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_change_is_stored_and_its_earlier_view_kept(
    views: list[RecordView], data: st.DataObject
) -> None:
    others = [data.draw(batches_of_views()) for _ in range(data.draw(st.integers(1, 3)))]
    latest = {view.external_id: view for batch in [views, *others] for view in batch}
    with memory_store() as engine:
        seen: defaultdict[str, list[RecordView]] = defaultdict(list)
        for day, batch in enumerate([views, *others]):
            write(engine, [batch], NOW + timedelta(days=day))
            for view in batch:
                if seen[view.external_id][-1:] != [view]:
                    seen[view.external_id].append(view)
        assert stored(engine) == latest
        versions = rows_of(engine, RecordVersion)
        assert len(versions) == sum(len(each) - 1 for each in seen.values())
        assert all(version.observed_at < version.until for version in versions)


def test_two_codes_join_two_known_dossiers_whichever_side_comes_last(engine: Engine) -> None:
    prepare(engine)
    first, second, both = (
        RecordView(external_id=name, codes=codes, unit="H99.01", status=Status.NEW)
        for name, codes in (("1", ("A",)), ("2", ("B",)), ("3", ("C", "A", "B")))
    )
    write(engine, [[second], [first], [both]])
    assert partition(engine) == {frozenset("ABC")}
    assert len({each.dossier_id for each in rows_of(engine, DossierRecord)}) == 1


def test_records_and_events_survive_both_databases(engine: Engine) -> None:
    prepare(engine)
    view = RecordView(
        external_id="1",
        codes=("H99.01-240701-0001", "H99.02-240701-0001"),
        unit="H99.01",
        status=Status.FINISHED,
        procedure="1.990001",
        submitted_at=NOW - timedelta(days=3),
        received_at=NOW - timedelta(days=2),
        due_at=NOW,
        finished_at=NOW - timedelta(hours=1),
        returned_at=NOW,
        system=1,
        events=(Progress(NOW, Status.FINISHED), Progress(NOW - timedelta(1), Status.RECEIVED)),
    )
    write(engine, [[view]])
    assert stored(engine) == {"1": view}
    silent = RecordView(external_id="1", codes=("X",), unit="H99.02", status=Status.NEW, events=())
    write(engine, [[silent]], NOW + timedelta(days=1))
    assert stored(engine) == {"1": silent}
    assert rows_of(engine, ProgressEvent) == []


def test_many_records_at_once_fit_any_statement(engine: Engine) -> None:
    prepare(engine)
    views = [
        RecordView(
            external_id=str(n), codes=(f"H99.01-240701-{n:04d}",), unit="H99.01", status=Status.NEW
        )
        for n in range(1, 3001)
    ]
    write(engine, [views])
    write(engine, [views[::-1]])
    assert len(stored(engine)) == 3000
    assert len(partition(engine)) == 3000


def test_verdicts_on_another_basis_are_judged_anew(engine: Engine) -> None:
    prepare(engine)
    views = [
        RecordView(external_id=str(n), codes=(f"C{n}",), unit="H99.01", status=Status.NEW)
        for n in range(3)
    ]
    write(engine, [views])

    def anew(_view: RecordView) -> list[Judgement]:
        return [Judgement("portal", "2", Verdict(reason="open", late_from=NOW))]

    with Session(engine) as session, session.begin():
        assert judge_again(session, 1, ["1"], anew) == 0
        assert judge_again(session, 1, ["2"], anew) == 3
    found = rows_of(engine, RecordVerdict)
    assert [(each.basis, each.late_from) for each in found] == [("2", NOW)] * 3
