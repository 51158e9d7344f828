"""One dossier, many verdicts: the research's matrix (wire.md section 14), by all six rules.

A cell tells the category and the reason, and in ``but`` what the research says beyond them that
this model doesn't express, and why. A cell that is a text has no verdict to expect.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from msgspec import structs

from models.types import Category, Cause, RecordView, Status
from tests.core.dossiers import AS_OF, JULY, STATUTES, at, on_portal
from worker.core.causes import rule_cause
from worker.core.facts import facts_of
from worker.core.rules.catalogue import PORTAL, RULES, looking_ahead
from worker.core.rules.judge import judge
from worker.core.rules.rule import Rule
from worker.core.verdict import Verdict, category, late_count, span_of

ON_TIME, LATE = Category.RESOLVED_ON_TIME, Category.RESOLVED_LATE
OPEN_LATE, OPEN_IN_TIME, WAITING = Category.OPEN_LATE, Category.OPEN_IN_TIME, Category.WAITING

NO_CHANNEL = "filed online it is another verdict, but no record tells the channel (KenhThucHien)"
NO_EXTENSION = "betimes where extendDate is set, but no record tells it; in time either way"
NO_SECOND_BUCKET = "also in time, but a dossier has one category: the late one"


@dataclass(frozen=True)
class Cell:
    """What one rule says of a case."""

    category: Category | None
    reason: str
    but: str = ""


@dataclass(frozen=True)
class Case:
    """A dossier, and the six verdicts on it, in the order of the research's columns.

    ``causes`` names the rules whose late count parts from the portal's, and why. ``to_period_end``
    has the rules whose report is run early for the whole month.
    """

    record: RecordView
    cells: tuple[Cell | str, ...]
    causes: dict[str, Cause] = field(default_factory=dict)
    as_of: datetime = AS_OF
    to_period_end: tuple[str, ...] = ()


def _told(*events: tuple[Status, datetime], **told: object) -> RecordView:
    """A record whose events begin with its receipt."""
    return on_portal((Status.RECEIVED, at(1)), *events, **told)


def _finished(when: datetime, *before: tuple[Status, datetime], **told: object) -> RecordView:
    """A record finished and at once handed over, its header and events telling the same."""
    usual = {"status": Status.FINISHED, "finished_at": when, "returned_at": when}
    return _told(*before, (Status.FINISHED, when), **(usual | told))


def _ended_as(status: Status, when: datetime) -> RecordView:
    return _told((status, when), status=status, finished_at=when)


def _asked(day: int) -> tuple[Status, datetime]:
    return Status.SUPPLEMENT_REQUESTED, at(day)


def _resumed(day: int) -> tuple[Status, datetime]:
    return Status.IN_PROCESS, at(day)


COLUMNS = ("portal", "opencps_month", "opencps_range", "td_general", "td_766", "td_indicator")
OPENCPS, TD = COLUMNS[1:3], COLUMNS[3:]

IN_TIME, EARLY = Cell(ON_TIME, "ended_in_time"), Cell(ON_TIME, "ended_early")
TOO_LATE = Cell(LATE, "ended_late")
OPEN, OVERDUE = Cell(OPEN_IN_TIME, "open"), Cell(OPEN_LATE, "open")
PAUSED, LEFT_OUT = Cell(WAITING, "waiting"), Cell(None, "halted_left_out")
IN_BOTH = Cell(OPEN_LATE, "halted_in_both", NO_SECOND_BUCKET)
REFUSED = Cell(None, "refused")
NO_DUE_DATE = Cell(ON_TIME, "no_due_date")
BETIMES = Cell(ON_TIME, "no_due_date_early")
NO_BUCKET = Cell(
    None, "no_due_date_left_out", "a slip of operators adds it to 'in time or paused' all the same"
)

MATRIX = {
    "1 due at 10, finished at 16 the same day": Case(
        _finished(at(10, 16), due_at=at(10, 10)),
        (TOO_LATE, TOO_LATE, TOO_LATE, IN_TIME, replace(IN_TIME, but=NO_CHANNEL), IN_TIME),
        dict.fromkeys(TD, Cause.GRANULARITY),
    ),
    "2 due at 16, finished at 15:30 the same day": Case(
        _finished(at(10, 15, 30), due_at=at(10, 16)),
        (IN_TIME, replace(IN_TIME, but=NO_EXTENSION), IN_TIME, IN_TIME, IN_TIME, IN_TIME),
    ),
    "2b due at 16, finished in the morning of the same day": Case(
        _finished(at(10, 11), due_at=at(10, 16)),
        (IN_TIME, replace(IN_TIME, but=NO_EXTENSION), EARLY, IN_TIME, IN_TIME, IN_TIME),
    ),
    "3 finished the day before": Case(
        _finished(at(9, 16)),
        (IN_TIME, replace(IN_TIME, but=NO_EXTENSION), EARLY, EARLY, IN_TIME, EARLY),
    ),
    "4 no due date, finished within the maximum": Case(
        _finished(at(5), due_at=None),
        (
            IN_TIME,
            NO_DUE_DATE,
            BETIMES,
            NO_DUE_DATE,
            replace(NO_DUE_DATE, but=NO_CHANNEL),
            NO_BUCKET,
        ),
    ),
    "4 no due date, finished over the maximum": Case(
        _finished(at(12), due_at=None),
        (
            TOO_LATE,
            NO_DUE_DATE,
            BETIMES,
            NO_DUE_DATE,
            replace(NO_DUE_DATE, but=NO_CHANNEL),
            NO_BUCKET,
        ),
        dict.fromkeys((*OPENCPS, *TD), Cause.NO_DUE_DATE),
    ),
    "5 waiting since one request before due, now past due": Case(
        _told(_asked(5), status=Status.SUPPLEMENT_REQUESTED),
        (Cell(WAITING, "ended_in_time"), PAUSED, PAUSED, PAUSED, LEFT_OUT, IN_BOTH),
        {"td_indicator": Cause.WAITING},
    ),
    "6 two requests, finished before due": Case(
        _finished(at(9), _asked(3), _resumed(4), _asked(5), _resumed(6)),
        (Cell(LATE, "many_rounds"), IN_TIME, EARLY, EARLY, IN_TIME, EARLY),
        dict.fromkeys((*OPENCPS, *TD), Cause.SUPPLEMENTS),
    ),
    "7 resumed, due moved, finished before the new due": Case(
        _finished(at(12), _asked(5), _resumed(8), due_at=at(15)),
        (
            replace(IN_TIME, but="the pause is credited twice where the moved due date is sent"),
            IN_TIME,
            EARLY,
            EARLY,
            IN_TIME,
            EARLY,
        ),
    ),
    "8 open, due at 10 today, report run to today": Case(
        _told(due_at=at(24, 10)),
        (OVERDUE, OVERDUE, OVERDUE, OPEN, OVERDUE, OPEN),
        dict.fromkeys(("td_general", "td_indicator"), Cause.GRANULARITY),
    ),
    "8b open, due on the 20th, report run on the 10th for the whole month": Case(
        _told(due_at=at(20)),
        (
            replace(OPEN, but="late if the period's end is meant literally, which isn't published"),
            OPEN,
            OPEN,
            OVERDUE,
            OVERDUE,
            OVERDUE,
        ),
        dict.fromkeys(TD, Cause.PERIOD),
        as_of=at(10, 16),
        to_period_end=TD,
    ),
    "8b the same, run to the 10th, and the portal meaning the period's end literally": Case(
        _told(due_at=at(20)),
        (OVERDUE, OPEN, OPEN, OPEN, OPEN, OPEN),
        dict.fromkeys((*OPENCPS, *TD), Cause.PERIOD),
        as_of=at(10, 16),
        to_period_end=("portal",),
    ),
    "9 withdrawn after due": Case(
        _ended_as(Status.WITHDRAWN, at(12)),
        (
            TOO_LATE,
            Cell(ON_TIME, "withdrawn_or_stopped", "cancelled, a bucket outside the released ones"),
            Cell(ON_TIME, "withdrawn_or_stopped", "not told; taken to be as in the month"),
            Cell(ON_TIME, "withdrawn_or_stopped"),
            LEFT_OUT,
            TOO_LATE,
        ),
        dict.fromkeys(
            (*OPENCPS, "td_general", "td_766"),
            Cause.WITHDRAWN_OR_STOPPED,
        ),
    ),
    "10 refused before receipt": Case(
        on_portal(status=Status.NOT_ACCEPTED, received_at=None),
        (Cell(None, "not_received"), REFUSED, REFUSED, REFUSED, REFUSED, REFUSED),
    ),
    "11 stopped after due": Case(
        _ended_as(Status.STOPPED, at(12)),
        (
            replace(TOO_LATE, but="TD sends it as finished, which is a data cause: REWRITTEN"),
            replace(TOO_LATE, but="also unresolved, a column of its own"),
            TOO_LATE,
            PAUSED,
            LEFT_OUT,
            IN_BOTH,
        ),
        dict.fromkeys(("td_general", "td_766"), Cause.WITHDRAWN_OR_STOPPED),
    ),
    "12 received last period, finished late in this": Case(
        _finished(at(12), received_at=at(20, month=6)),
        (
            replace(TOO_LATE, but="absent if only what was received in the period counts"),
            *[TOO_LATE] * 4,
            replace(TOO_LATE, but="not in KyTruoc if finished on the first day: no such column"),
        ),
    ),
    "12 finished late last period, handed over in this": Case(
        _finished(
            at(28, month=6), received_at=at(3, month=6), due_at=at(20, month=6), returned_at=at(3)
        ),
        (
            Cell(None, "ended_late"),
            TOO_LATE,
            TOO_LATE,
            Cell(None, "ended_late"),
            Cell(None, "ended_late"),
            Cell(None, "ended_late"),
        ),
        dict.fromkeys(OPENCPS, Cause.PERIOD),
    ),
    "12 finished late, handed over after the as-of": Case(
        _finished(at(12), returned_at=at(25)),
        (TOO_LATE, TOO_LATE, TOO_LATE, TOO_LATE, Cell(None, "ended_late"), TOO_LATE),
        {"td_766": Cause.PERIOD},
    ),
    "12 finished late, never handed over": Case(
        _finished(at(12), returned_at=None),
        (TOO_LATE, TOO_LATE, TOO_LATE, TOO_LATE, Cell(None, "not_handed_over"), TOO_LATE),
        {"td_766": Cause.PERIOD},
    ),
    "13 finished in time, handed over after due": Case(
        _finished(at(9), status=Status.RETURNED, returned_at=at(15)),
        (IN_TIME, IN_TIME, EARLY, EARLY, replace(IN_TIME, but=NO_CHANNEL), EARLY),
    ),
    "14 late, then the end set back to the due time; the old event was sent": Case(
        structs.replace(_finished(at(12)), finished_at=at(10)),
        (
            replace(TOO_LATE, but="on time by the header; the portal goes by events"),
            "the reset is a function of TD alone",
            "the reset is a function of TD alone",
            IN_TIME,
            IN_TIME,
            IN_TIME,
        ),
        dict.fromkeys(TD, Cause.END_CHOICE),
    ),
    "15 two payment rows": Case(
        _finished(at(12)),
        (
            *[TOO_LATE] * 4,
            replace(TOO_LATE, but="counted twice, but no record tells payment rows: weight 1"),
            TOO_LATE,
        ),
    ),
}

CELLS = [
    (name, column, cell)
    for name, case in MATRIX.items()
    for column, cell in zip(COLUMNS, case.cells, strict=True)
    if isinstance(cell, Cell)
]


def _rule(case: Case, column: str) -> Rule:
    rule = RULES[column]
    return looking_ahead(rule) if column in case.to_period_end else rule


def _verdict(case: Case, rule: Rule) -> Verdict:
    return judge(rule, facts_of(case.record), STATUTES)


def _late(case: Case, rule: Rule) -> int:
    return late_count(_verdict(case, rule), span_of(JULY, case.as_of))


def test_the_matrix_has_every_case_and_every_rule() -> None:
    numbers = {name.split()[0] for name in MATRIX}
    assert numbers >= {*map(str, range(1, 16)), "8b"}
    assert tuple(RULES) == COLUMNS


@pytest.mark.parametrize(("name", "column", "cell"), CELLS)
def test_a_cell_of_the_matrix_is_as_the_research_says(name: str, column: str, cell: Cell) -> None:
    case = MATRIX[name]
    verdict = _verdict(case, _rule(case, column))
    assert category(verdict, span_of(JULY, case.as_of)) is cell.category
    assert verdict.reason == cell.reason
    assert verdict.weight == 1


def _cause(case: Case, own: Rule, portal: Rule) -> Cause | None:
    late = _late(case, own)
    if late == _late(case, portal):
        return None
    return rule_cause(own, portal, lambda rule: _late(case, rule) == late)


@pytest.mark.parametrize("name", MATRIX)
def test_every_rule_that_counts_otherwise_than_the_portal_has_its_cause_named(name: str) -> None:
    case = MATRIX[name]
    portal = _rule(case, PORTAL.name)
    found = {
        column: _cause(case, _rule(case, column), portal)
        for column, cell in zip(COLUMNS, case.cells, strict=True)
        if isinstance(cell, Cell)
    }
    assert {column: cause for column, cause in found.items() if cause is not None} == case.causes
