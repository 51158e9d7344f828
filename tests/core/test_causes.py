"""Causes: each planted alone is found by name, and every found one holds as a counterfactual."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings

from models.types import Cause, CauseKind, RecordView, Status
from tests.core.dossiers import (
    AS_OF,
    as_ofs,
    at,
    book,
    case,
    home_views,
    on_portal,
    portal_views,
    view,
)
from worker.core.causes import Field, corrected, data_cause
from worker.core.compare import compare
from worker.core.effects import Effect
from worker.core.facts import facts_of
from worker.core.judged import DossierCase
from worker.core.rules.judge import judge
from worker.core.verdict import late_count

DONE = view(status=Status.FINISHED, finished_at=at(9))
OPEN = view(status=Status.IN_PROCESS)
RECEIVED = (Status.RECEIVED, at(1))
ENDED = (Status.FINISHED, at(9))
ENDED_LATE = (Status.FINISHED, at(12))


def _data(dossier: DossierCase) -> Effect:
    return next(each for each in compare(dossier, book()).effects if each.kind is CauseKind.DATA)


def _rule(dossier: DossierCase) -> Effect:
    return next(each for each in compare(dossier, book()).effects if each.kind is CauseKind.RULE)


SHIFT = timedelta(hours=7)
DATA_CASES = {
    "never arrived": (Cause.NOT_ON_PORTAL, -1, case(OPEN, ())),
    "gone at home": (Cause.ONLY_ON_PORTAL, 1, case((), on_portal(RECEIVED))),
    "handled in line-ministry software": (
        Cause.IN_MINISTRY_SOFTWARE,
        1,
        DossierCase(province=(), portal=(on_portal(RECEIVED),), presumed=False, elsewhere=(OPEN,)),
    ),
    "known by its second code alone": (
        Cause.TWO_CODES,
        1,
        case(DONE, on_portal(RECEIVED, codes=("G22.99-240701-000001",))),
    ),
    "stale under its second code as well": (
        Cause.TWO_CODES,
        1,
        case(
            DONE,
            (
                on_portal(RECEIVED, ENDED, status=Status.FINISHED),
                on_portal(RECEIVED, codes=("G22.99-240701-000001",), external_id="2"),
            ),
        ),
    ),
    "twice at home": (
        Cause.DUPLICATE,
        -1,
        case((OPEN, view(external_id="2")), on_portal(RECEIVED)),
    ),
    "twice on the portal": (
        Cause.DUPLICATE,
        1,
        case(OPEN, (on_portal(RECEIVED), on_portal(RECEIVED, external_id="2"))),
    ),
    "under another unit": (
        Cause.UNIT_DIFFERS,
        0,
        case(OPEN, on_portal(RECEIVED, unit="H51.02")),
    ),
    "still open on the portal": (Cause.STATUS_BEHIND, 1, case(DONE, on_portal(RECEIVED))),
    "withdrawn at home only": (
        Cause.STATUS_BEHIND,
        1,
        case(view(status=Status.WITHDRAWN, finished_at=at(5)), on_portal(RECEIVED)),
    ),
    "resumed at home, still waiting on the portal": (
        Cause.STATUS_BEHIND,
        -1,
        case(
            OPEN,
            on_portal(
                RECEIVED,
                (Status.SUPPLEMENT_REQUESTED, at(5)),
                status=Status.SUPPLEMENT_REQUESTED,
            ),
        ),
    ),
    "header without its end event": (
        Cause.END_EVENT_MISSING,
        1,
        case(DONE, on_portal(RECEIVED, status=Status.FINISHED)),
    ),
    "another end": (
        Cause.END_DIFFERS,
        1,
        case(DONE, on_portal(RECEIVED, ENDED_LATE, status=Status.FINISHED)),
    ),
    "extension not sent": (
        Cause.DUE_DIFFERS,
        1,
        case(
            view(status=Status.FINISHED, finished_at=at(12), due_at=at(15)),
            on_portal(RECEIVED, ENDED_LATE, status=Status.FINISHED),
        ),
    ),
    "waiting at home only": (
        Cause.PAUSE_NOT_SYNCED,
        1,
        case(view(status=Status.SUPPLEMENT_REQUESTED), on_portal(RECEIVED)),
    ),
    "stopped at home only": (
        Cause.PAUSE_NOT_SYNCED,
        1,
        case(view(status=Status.STOPPED, finished_at=at(5)), on_portal(RECEIVED)),
    ),
    "payment sent as finished at receipt": (
        Cause.REWRITTEN,
        -1,
        case(
            view(status=Status.PAYMENT_REQUESTED),
            on_portal(RECEIVED, (Status.FINISHED, at(1)), status=Status.FINISHED),
        ),
    ),
    "reopened at home": (Cause.REOPENED, -1, case(OPEN, on_portal(RECEIVED, ENDED))),
    "received in another month": (
        Cause.RECEIPT_DIFFERS,
        1,
        case(
            view(
                status=Status.FINISHED,
                received_at=at(3, month=6),
                due_at=at(10, month=6),
                finished_at=at(20, month=6),
            ),
            on_portal(
                RECEIVED,
                (Status.FINISHED, at(20, month=6)),
                status=Status.FINISHED,
                due_at=at(10, month=6),
            ),
        ),
    ),
    "all times seven hours off": (
        Cause.CLOCK_SHIFT,
        -1,
        case(
            view(due_at=AS_OF - timedelta(hours=3)),
            on_portal(
                (Status.RECEIVED, at(1) + SHIFT),
                received_at=at(1) + SHIFT,
                due_at=AS_OF + timedelta(hours=4),
            ),
        ),
    ),
    "another procedure without a due date": (
        Cause.PROCEDURE_DIFFERS,
        1,
        case(
            view(status=Status.FINISHED, due_at=None, finished_at=at(12), procedure="1.000002"),
            on_portal(RECEIVED, ENDED_LATE, status=Status.FINISHED, due_at=None),
        ),
    ),
    "finished ten minutes ago": (
        Cause.IN_FLIGHT,
        1,
        case(
            view(
                status=Status.FINISHED,
                due_at=AS_OF - timedelta(minutes=5),
                finished_at=AS_OF - timedelta(minutes=10),
            ),
            on_portal(RECEIVED, due_at=AS_OF - timedelta(minutes=5)),
        ),
    ),
}


@pytest.mark.parametrize("name", DATA_CASES)
def test_a_planted_data_cause_is_found(name: str) -> None:
    cause, contribution, dossier = DATA_CASES[name]
    effect = _data(dossier)
    assert (effect.cause, effect.contribution) == (cause, contribution)


def test_every_data_cause_has_a_planted_case_but_the_one_for_what_has_no_name() -> None:
    planted = {cause for cause, _, _ in DATA_CASES.values()}
    assert {cause for cause in Cause if cause.kind is CauseKind.DATA} - planted == {Cause.OTHER}


RULE_CASES = {
    "due in this very second": (
        Cause.GRANULARITY,
        -1,
        case(view(due_at=AS_OF), on_portal(RECEIVED, due_at=AS_OF)),
    ),
    "two requests, finished in time": (
        Cause.SUPPLEMENTS,
        1,
        case(
            DONE,
            on_portal(
                RECEIVED,
                (Status.SUPPLEMENT_REQUESTED, at(3)),
                (Status.IN_PROCESS, at(4)),
                (Status.SUPPLEMENT_REQUESTED, at(5)),
                (Status.IN_PROCESS, at(6)),
                ENDED,
                status=Status.FINISHED,
            ),
        ),
    ),
    "an answered round credited": (
        Cause.SUPPLEMENTS,
        -1,
        case(
            view(status=Status.FINISHED, finished_at=at(12)),
            on_portal(
                RECEIVED,
                (Status.SUPPLEMENT_REQUESTED, at(3)),
                (Status.IN_PROCESS, at(7)),
                ENDED_LATE,
                status=Status.FINISHED,
            ),
        ),
    ),
    "born on the portal": (
        Cause.POPULATION,
        1,
        case(view(system=5), on_portal(RECEIVED)),
    ),
    "refused after receipt, late": (
        Cause.POPULATION,
        1,
        case(
            view(status=Status.NOT_ACCEPTED, finished_at=at(12)),
            on_portal(RECEIVED, (Status.NOT_ACCEPTED, at(12)), status=Status.NOT_ACCEPTED),
        ),
    ),
    "no due date, over the statutory maximum": (
        Cause.NO_DUE_DATE,
        1,
        case(
            view(status=Status.FINISHED, due_at=None, finished_at=at(12)),
            on_portal(RECEIVED, ENDED_LATE, status=Status.FINISHED, due_at=None),
        ),
    ),
    "asked for supplements after the due date": (
        Cause.WAITING,
        1,
        case(
            view(status=Status.SUPPLEMENT_REQUESTED),
            on_portal(
                RECEIVED,
                (Status.SUPPLEMENT_REQUESTED, at(12)),
                status=Status.SUPPLEMENT_REQUESTED,
            ),
        ),
    ),
    "withdrawn after the due date": (
        Cause.WITHDRAWN_OR_STOPPED,
        1,
        case(
            view(status=Status.WITHDRAWN, finished_at=at(12)),
            on_portal(RECEIVED, (Status.WITHDRAWN, at(12)), status=Status.WITHDRAWN),
        ),
    ),
    "finished late last month, handed over in this": (
        Cause.PERIOD,
        -1,
        case(
            view(
                status=Status.RETURNED,
                received_at=at(3, month=6),
                due_at=at(10, month=6),
                finished_at=at(20, month=6),
                returned_at=at(2),
            ),
            on_portal(
                (Status.RECEIVED, at(3, month=6)),
                (Status.FINISHED, at(20, month=6)),
                status=Status.RETURNED,
                received_at=at(3, month=6),
                due_at=at(10, month=6),
            ),
        ),
    ),
    "handed over in time, release never noted": (
        Cause.END_CHOICE,
        -1,
        case(
            view(status=Status.RETURNED, returned_at=at(9)),
            on_portal(RECEIVED, (Status.RETURNED, at(9)), status=Status.RETURNED),
        ),
    ),
}


@pytest.mark.parametrize("name", RULE_CASES)
def test_a_planted_rule_cause_is_found_and_nothing_else(name: str) -> None:
    cause, contribution, dossier = RULE_CASES[name]
    effect = _rule(dossier)
    assert (effect.cause, effect.contribution) == (cause, contribution)
    assert len(compare(dossier, book()).effects) == 1


def test_every_rule_cause_has_a_planted_case() -> None:
    planted = {cause for cause, _, _ in RULE_CASES.values()}
    assert planted == {cause for cause in Cause if cause.kind is CauseKind.RULE}


def test_a_dossier_late_under_two_units_takes_from_one_and_gives_to_the_other() -> None:
    effect = _data(case(OPEN, on_portal(RECEIVED, unit="H51.02")))
    assert effect.contributions == {"H51.01": -1, "H51.02": 1}
    assert (effect.unit, effect.portal_unit) == ("H51.01", "H51.02")


def test_the_fields_at_fault_stand_in_the_evidence() -> None:
    effect = _data(case(DONE, on_portal(RECEIVED)))
    assert effect.fields["status"] == {"province": 9, "portal": 4}
    assert effect.fields["ended_at"] == {"province": "2024-07-09T09:00:00+07:00", "portal": None}


def test_a_change_older_than_the_grace_time_is_not_in_flight() -> None:
    finished = AS_OF - timedelta(minutes=30)
    dossier = case(
        view(status=Status.FINISHED, due_at=finished, finished_at=finished),
        on_portal(RECEIVED, due_at=finished),
    )
    assert _data(dossier).cause is Cause.STATUS_BEHIND


@settings(max_examples=300, suppress_health_check=[HealthCheck.filter_too_much])
@given(home_views, portal_views, as_ofs)
def test_correcting_the_fields_of_a_cause_makes_both_sides_agree_and_no_fewer_do(
    home: RecordView, portal: RecordView, as_of: datetime
) -> None:
    rules = book(as_of=as_of)
    mine, theirs = facts_of(home, portal), facts_of(portal, home)

    def late(facts: object) -> int:
        return late_count(judge(rules.portal, facts, rules.statutes), rules.span)  # type: ignore[arg-type]

    assume(late(mine) != late(theirs))
    found = data_cause(mine, theirs, lambda facts: late(facts) == late(mine))
    assert found.cause is not Cause.OTHER
    if found.cause is not Cause.CLOCK_SHIFT:
        assert late(corrected(theirs, mine, found.fields)) == late(mine)
        if len(found.fields) > 1:
            assert all(late(corrected(theirs, mine, [each])) != late(mine) for each in Field)


@pytest.mark.parametrize(
    "name", ["known by its second code alone", "stale under its second code as well"]
)
def test_the_evidence_of_two_codes_names_both(name: str) -> None:
    _, _, dossier = DATA_CASES[name]
    assert _data(dossier).fields == {
        "code": {"province": "H51.01-240701-0001", "portal": "G22.99-240701-000001"}
    }
