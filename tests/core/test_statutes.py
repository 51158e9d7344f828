"""The statutory maximum where a dossier has no due date, in days of either kind."""

from datetime import date, timedelta

import pytest

from models.types import DayKind
from tests.core.dossiers import AS_OF, JULY, at, view
from worker.core.calendar import Calendar
from worker.core.facts import facts_of
from worker.core.limits import Limit
from worker.core.rules.catalogue import OPENCPS_MONTH, PORTAL
from worker.core.rules.judge import Statutes, judge
from worker.core.verdict import late_count, span_of

SECOND = timedelta(seconds=1)
# 2024-07-01 is a Monday; the 8th is taken off.
CALENDAR = Calendar(days_off=frozenset({date(2024, 7, 8)}))


@pytest.mark.parametrize(
    ("limit", "until"),
    [
        (Limit(5, DayKind.WORKING), at(9)),
        (Limit(4, DayKind.WORKING), at(5)),
        (Limit(4, DayKind.CALENDAR), at(5)),
        (Limit(5, DayKind.CALENDAR), at(9)),
        (Limit(14, DayKind.CALENDAR), at(15)),
    ],
)
def test_the_portal_counts_by_the_limit_in_its_own_kind_of_days(
    limit: Limit, until: object
) -> None:
    statutes = Statutes(CALENDAR, {"1.000001": limit})
    record = view(due_at=None)
    verdict = judge(PORTAL, facts_of(record), statutes)
    assert verdict.late_from == until + SECOND  # type: ignore[operator]
    assert late_count(verdict, span_of(JULY, AS_OF)) == 1


def test_only_a_rule_that_goes_by_limits_looks_at_them() -> None:
    statutes = Statutes(CALENDAR, {"1.000001": Limit(1, DayKind.WORKING)})
    record = view(due_at=None)
    assert judge(OPENCPS_MONTH, facts_of(record), statutes).late_from is None
    assert judge(PORTAL, facts_of(view(due_at=None, procedure="1.9")), statutes).late_from is None
