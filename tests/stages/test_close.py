"""Closing a period, what later reconciliations correct, and what pruning leaves alone."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models.audit import AuditEntry
from models.figure import PublishedFigure
from models.indicator import IndicatorValue
from models.rates import Indicator, StatementKind
from models.reconciliation import Reconciliation
from models.source import SyncRun
from models.statement import Correction, Statement
from models.types import Period, RunState, Side
from tests.histories import History
from tests.places import AS_OF, JULY
from tests.stores import rows_of
from tests.upstreams import DAY, Lists, desk_of, going_down, late, on_portal, told
from tests.works import Works
from worker.core.look_up_plan import Appetite
from worker.core.retention import Retention
from worker.core.statement import Grounds, digest_of
from worker.core.statement_figures import Figure, figures_of
from worker.db import corrections, figures, statements
from worker.db.counting import count
from worker.db.statements import Seal
from worker.errors import NotFoundError, RunError, StatementError
from worker.stages.close import Close, Count, close, closed_again, counted_again, sign
from worker.stages.prune import Prune, prune

AFRESH = Appetite(everything=True, afresh=True, sample_share=0)
NOBODY = Appetite(everything=False, afresh=False, sample_share=0)
HOME = [told(number) for number in range(1, 11)]
STALE = on_portal(late(1))
GROUNDS = Grounds(
    province="tinh",
    portal="cong",
    province_rule="opencps_month",
    portal_rule="portal",
    settings="4f",
)
YEARS = timedelta(days=4000)


def honest(home: list[Any]) -> list[Any]:
    return [on_portal(each) for each in home]


def read(works: Works, portal: list[Any], home: list[Any] = HOME) -> None:
    assert works.pull(Lists(home, size=4)) is RunState.COMPLETE
    assert works.look_up(desk_of(portal), appetite=AFRESH) is RunState.COMPLETE


def asked(works: Works, number: int, *, role: str = "Chánh Văn phòng", **more: Any) -> Close:
    """To freeze what a reconciliation found, and nothing heard of later."""
    with Session(works.engine) as session:
        row = session.get_one(Reconciliation, number)
        period = Period(row.period_from, row.period_to)
        known = works.reconciling(row.as_of, period=period, by_hand=True, listed=False).counting
        again = replace(known, sides=replace(known.sides, known_by=row.created_at))
    seal = Seal(role=role, actor="an", by="an", at=works.now)
    counting = Count(engine=works.engine, again=again, grounds=GROUNDS, clock=lambda: works.now)
    return Close(counting=counting, reconciliation=number, seal=seal, **more)


def closed(works: Works, **more: Any) -> Statement:
    """The close of July as it stands now."""
    row, is_new = close(asked(works, works.reconcile()["reconciliation"], **more))
    assert is_new
    return row


def changes(works: Works) -> list[tuple[str, str, str, str]]:
    found = rows_of(works.engine, Correction)
    return [(row.unit, row.figure, row.before, row.after) for row in found]


def test_a_close_freezes_the_figures_with_their_hash_and_who_answers_for_them(works: Works) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    row = closed(works)
    assert (row.kind, row.unit, row.role, row.signed_by) == (
        StatementKind.CLOSE,
        "",
        "Chánh Văn phòng",
        "an",
    )
    assert (row.period_from, row.period_to, row.as_of) == (*_ends(JULY), AS_OF)
    found = figures_of(statements.content_of(row))
    assert found[Figure("", "late_portal")] == 1
    assert found[Figure("", "STATUS_BEHIND")] == 1
    assert found[Figure("H99.01", "late_portal.open_late")] == 1
    with Session(works.engine) as session:
        assert statements.is_intact(session, row)
        latest = statements.latest_close(session, JULY)
        assert latest is not None
        assert latest.id == row.id
        assert statements.latest_close(session, Period(date(2024, 6, 1), date(2024, 6, 30))) is None
    (entry,) = rows_of(works.engine, AuditEntry)
    assert (entry.by, entry.action, entry.subject) == ("an", "period_closed", f"statement {row.id}")
    assert entry.detail["digest"] == row.digest


def _ends(period: Period) -> tuple[date, date]:
    return period.first, period.last


def test_a_period_is_closed_once(works: Works) -> None:
    read(works, honest(HOME))
    first = closed(works)
    works.now += DAY
    read(works, [STALE, *honest(HOME[1:])])
    again, is_new = close(asked(works, works.reconcile()["reconciliation"], role="Giám đốc"))
    assert not is_new
    assert (again.id, again.digest, again.role) == (first.id, first.digest, first.role)
    assert len(rows_of(works.engine, Statement)) == 1


def test_a_side_that_was_not_read_completely_is_closed_only_where_somebody_says_so(
    works: Works,
) -> None:
    read(works, honest(HOME))
    works.now += DAY
    assert works.pull(Lists(HOME, size=4, before_page=going_down(4))) is RunState.INTERRUPTED
    number = works.reconcile()["reconciliation"]
    with pytest.raises(StatementError) as refused:
        close(asked(works, number))
    assert refused.value.key == "statement_incomplete"
    assert rows_of(works.engine, Statement) == []
    row, _ = close(asked(works, number, incomplete=True))
    assert statements.content_of(row).statement.complete is False


def test_figures_that_moved_since_the_reconciliation_are_not_closed(works: Works) -> None:
    read(works, honest(HOME))
    number = works.reconcile()["reconciliation"]
    read(works, [STALE, *honest(HOME[1:])])
    with pytest.raises(StatementError) as refused:
        close(asked(works, number))
    assert refused.value.key == "statement_moved"
    assert rows_of(works.engine, Statement) == []


def test_a_close_that_is_taken_over_in_the_middle_leaves_nothing(works: Works) -> None:
    read(works, honest(HOME))
    lost = works.claim(works.province_id, "close")
    works.claim(works.province_id, "close")
    task = asked(works, works.reconcile()["reconciliation"], incomplete=True)
    with pytest.raises(RunError):
        close(replace(task, counting=replace(task.counting, run=lost)))
    assert not rows_of(works.engine, Statement)
    assert not rows_of(works.engine, AuditEntry)
    _, is_new = close(task)
    assert is_new


def test_signing_the_same_figures_in_the_same_role_twice_is_signing_once(works: Works) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    number = works.reconcile()["reconciliation"]
    first, is_new = sign(asked(works, number), None)
    assert is_new
    again, is_new = sign(asked(works, works.reconcile(by_hand=True)["reconciliation"]), None)
    assert (again.id, is_new) == (first.id, False)
    other, is_new = sign(asked(works, number, role="Giám đốc"), None)
    assert is_new
    assert (other.digest, other.content) == (first.digest, first.content)
    unit = works.directory.get("H99.01")
    own, _ = sign(asked(works, number), unit)
    assert (own.unit, own.digest == first.digest) == ("H99.01", False)
    with Session(works.engine) as session:
        newest = statements.signed(session, JULY)
        assert [row.id for row in newest] == [own.id, other.id, first.id]


def test_what_is_frozen_can_be_computed_again_bit_for_bit_later(works: Works) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    row = closed(works)
    for _ in range(3):
        works.now += DAY
        read(works, honest(HOME))
        works.reconcile()
    count = asked(works, row.reconciliation_id).counting
    assert closed_again(count, row.reconciliation_id) == statements.content_of(row)
    now = asked(works, works.reconcile()["reconciliation"]).counting
    assert counted_again(now, None) != statements.content_of(row)


@pytest.mark.parametrize("asking", ["everybody", "nobody"])
def test_dossiers_heard_of_later_do_not_change_what_was_frozen(works: Works, asking: str) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    row = closed(works)
    works.now += DAY
    # Entered late: received and overdue long before the cut-off; one known to the portal alone.
    more = [*HOME, late(11), late(12, unit_code="H99.02")]
    there = [STALE, *honest(HOME[1:]), on_portal(late(11)), on_portal(late(13))]
    assert works.pull(Lists(more, size=4)) is RunState.COMPLETE
    works.look_up(desk_of(there), appetite=AFRESH if asking == "everybody" else NOBODY)
    works.reconcile()
    works.now += DAY
    read(works, honest(more), more)
    works.reconcile(by_hand=True)
    task = asked(works, row.reconciliation_id).counting
    assert closed_again(task, row.reconciliation_id) == statements.content_of(row)
    unbound = replace(task.again, sides=replace(task.again.sides, known_by=None))
    told_now = counted_again(replace(task, again=unbound), None)
    assert told_now.statement.main.count("late_province") == 2
    assert rows_of(works.engine, Correction)


@pytest.mark.parametrize("seed", range(4))
def test_every_reconciliation_of_a_random_history_is_found_again_bit_for_bit(
    works: Works, seed: int
) -> None:
    history = History(seed)
    found: dict[int, str] = {}
    for day in range(5):
        works.pull(history.lists())
        works.look_up(history.desk(), appetite=NOBODY if day % 2 else AFRESH)
        works.reconcile(by_hand=day % 2 == 0)
        works.now += DAY / 2
        works.reconcile(works.now - DAY / 4, by_hand=True)
        works.now += DAY / 2
        history.pass_a_day()
    for row in rows_of(works.engine, Reconciliation):
        again = asked(works, row.id or 0).counting.again
        with Session(works.engine) as session, session.begin():
            found[row.id or 0] = count(session, again, works.now).digest
    assert found == {row.id: row.digest for row in rows_of(works.engine, Reconciliation)}


def test_tampering_with_content_digest_or_role_is_seen(works: Works) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    row = closed(works)
    text = row.content.replace('"count":1', '"count":0')
    assert text != row.content
    for field, value in (
        ("content", text),
        ("role", "Giám đốc"),
        ("digest", digest_of(text)),
    ):
        with Session(works.engine) as session:
            stored = statements.get(session, row.id or 0)
            setattr(stored, field, value)
            assert not statements.is_intact(session, stored)
    with Session(works.engine) as session:
        both = statements.get(session, row.id or 0)
        both.content, both.digest = text, digest_of(text)
        assert not statements.is_intact(session, both)
    with Session(works.engine) as session, pytest.raises(NotFoundError):
        statements.get(session, 99)


def test_what_changes_after_a_close_is_kept_once_by_whomever_it_is_found(works: Works) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    row = closed(works)
    works.reconcile()
    works.reconcile(by_hand=True)
    assert changes(works) == []
    works.now += DAY
    read(works, honest(HOME))
    number = works.reconcile(by_hand=True)["reconciliation"]
    found = changes(works)
    assert ("", "late_portal", "1", "0") in found
    assert ("H99.01", "STATUS_BEHIND", "1", "0") in found
    assert ("H99.01", "late_portal.open_late", "1", "0") in found
    assert {each.reconciliation_id for each in rows_of(works.engine, Correction)} == {number}
    works.reconcile()
    works.reconcile(by_hand=True)
    assert changes(works) == found
    works.now += DAY
    read(works, [STALE, *honest(HOME[1:])])
    works.reconcile()
    assert [(each[0], each[1], each[3], each[2]) for each in changes(works)[len(found) :]] == found
    with Session(works.engine) as session:
        assert len(statements.corrections(session, JULY)) == 2 * len(found)
        known = corrections.known(session, row)
    assert known == figures_of(statements.content_of(row))


def test_only_the_newest_complete_state_of_the_closed_period_corrects(works: Works) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    works.now += DAY
    closed(works)
    works.now += DAY
    read(works, honest(HOME))
    works.reconcile(AS_OF - 5 * DAY, by_hand=True)
    works.reconcile(works.now + YEARS, by_hand=True)
    works.reconcile(period=Period(date(2024, 6, 1), date(2024, 6, 30)))
    assert works.pull(Lists(HOME, size=4, before_page=going_down(4))) is RunState.INTERRUPTED
    works.reconcile()
    assert changes(works) == []
    works.now += DAY
    read(works, honest(HOME))
    works.reconcile()
    found = changes(works)
    assert found
    works.reconcile(AS_OF + DAY, by_hand=True)
    assert changes(works) == found


def test_a_rate_that_is_measured_otherwise_later_is_a_correction(works: Works) -> None:
    read(works, honest(HOME))
    number = works.reconcile()["reconciliation"]
    _measured(works, number, 9)
    row, _ = close(asked(works, number))
    name = Figure("H99.01", "SYNC.portal")
    value = {"numerator": 9, "denominator": 10, "untold": 0}
    assert figures_of(statements.content_of(row))[name] == value
    works.reconcile(by_hand=True)
    assert changes(works) == []
    for _ in range(2):
        _measured(works, works.reconcile()["reconciliation"], 10)
    (found,) = changes(works)
    assert found == (
        *name,
        '{"denominator":10,"numerator":9,"untold":0}',
        '{"denominator":10,"numerator":10,"untold":0}',
    )


def _measured(works: Works, number: int, numerator: int) -> None:
    value = IndicatorValue(
        reconciliation_id=number,
        unit="H99.01",
        side=Side.PORTAL,
        indicator=Indicator.SYNC,
        numerator=numerator,
        denominator=10,
    )
    with Session(works.engine) as session, session.begin():
        session.add(value)
        corrections.after_measuring(session, number, works.now)


def test_published_scores_are_frozen_as_seen_and_corrected_when_revised(works: Works) -> None:
    read(works, honest(HOME))
    _published(works, "TDGQ", "17.5", AS_OF)
    row = closed(works)
    name = Figure("H99.01", "published.TDGQ.SCORE")
    shown = figures_of(statements.content_of(row))[name]
    assert isinstance(shown, dict)
    assert (shown["score"], shown["max_score"]) == ("17.5", "20")
    works.now += DAY
    _published(works, "TDGQ", "18", works.now)
    _published(works, "MDSH", "9", works.now)
    works.reconcile()
    (found,) = changes(works)
    assert found[:2] == tuple(name)
    assert '"score":"18"' in found[3]


def _published(works: Works, group: str, score: str, at: datetime) -> None:
    with Session(works.engine) as session, session.begin():
        run = works.last_run(works.portal_id)
        assert isinstance(run, SyncRun)
        figure = PublishedFigure(
            source_id=works.portal_id,
            run_id=run.id or 0,
            generation="reporting",
            period_from=JULY.first,
            period_to=JULY.last,
            unit="H99.01",
            group=group,
            metric="SCORE",
            observed_at=at,
            score=score,
            max_score="20",
        )
        figures.put(session, [figure])


def test_pruning_leaves_what_statements_and_corrections_rest_on(works: Works) -> None:
    read(works, [STALE, *honest(HOME[1:])])
    signed_on = works.reconcile(by_hand=True)["reconciliation"]
    row, _ = sign(asked(works, signed_on), None)
    close_on = closed(works).reconciliation_id
    works.now += DAY
    read(works, honest(HOME))
    works.reconcile()
    corrected_by = works.reconcile(by_hand=True)["reconciliation"] - 1
    works.reconcile()
    works.now += YEARS
    prune(Prune(engine=works.engine, retention=Retention(), now=works.now, progress=_quietly))
    left = {each.id for each in rows_of(works.engine, Reconciliation)}
    assert {signed_on, close_on, corrected_by} <= left
    assert corrected_by + 1 not in left
    assert len(rows_of(works.engine, Statement)) == 2
    assert rows_of(works.engine, Correction)
    with Session(works.engine) as session:
        assert statements.is_intact(session, row)


def _quietly(_done: int, _total: int | None) -> None:
    """Nobody looks on."""
