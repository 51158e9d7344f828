"""Open discrepancies as a re-send sees them, read in portions: the same as if read at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.dossier import Dossier, DossierCode, DossierRecord
from models.reconciliation import Discrepancy, Reconciliation
from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendResult, ResendState
from models.types import Cause, CauseKind, DiscrepancyState, Flag, Side, Status
from tests.places import JULY
from worker.core.resend.selection import Candidate, LeftOut, Obstacle, Selection
from worker.db import resends, sources
from worker.db.resend_candidates import Between, candidates, filled_in
from worker.db.views import CHUNK

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MANY = 2 * CHUNK + 7
UNITS = ("H99.01", "H99.02", "H99.03")
CAUSES = (Cause.STATUS_BEHIND, Cause.NOT_ON_PORTAL, Cause.UNIT_DIFFERS)


def code_of(dossier: int) -> str:
    return f"H99.01-240701-{dossier:05d}"


@dataclass
class Shelf:
    """A store with many dossiers that differ."""

    engine: Engine
    between: Between

    def candidates(self, **selection: Any) -> tuple[list[Candidate], list[LeftOut]]:
        with Session(self.engine) as session:
            return candidates(session, self.between, Selection(**selection))

    def filled_in(self, chosen: list[Candidate]) -> tuple[Candidate, ...]:
        with Session(self.engine) as session:
            return filled_in(session, self.between, chosen)

    def add(self, *rows: Any) -> None:
        with Session(self.engine) as session, session.begin():
            session.add_all(rows)

    def record(self, dossier: int, source: int, **more: Any) -> DossierRecord:
        usual: dict[str, Any] = {
            "external_id": f"{source}-{dossier}",
            "codes": code_of(dossier),
            "unit": UNITS[dossier % 2],
            "status": Status.FINISHED,
            "observed_at": NOW - HOUR,
            "fingerprint": "x",
            "changed_run": 1,
        }
        return DossierRecord(dossier_id=dossier, source_id=source, **(usual | more))


def discrepancy(dossier: int, between: Between, made: int, **more: Any) -> Discrepancy:
    usual: dict[str, Any] = {
        "id": dossier,
        "kind": CauseKind.DATA,
        "code": code_of(dossier),
        "cause": CAUSES[dossier % len(CAUSES)],
        "unit": UNITS[dossier % 2],
        "portal_unit": UNITS[2],
        "contribution": 0,
        "contributions": {UNITS[dossier % 2]: -1, UNITS[2]: 1},
        "fields": {"status": {"province": dossier, "portal": 4}},
        "state": DiscrepancyState.OPEN,
        "opened_at": NOW - HOUR,
        "seen_until": NOW,
    }
    return Discrepancy(
        dossier_id=dossier,
        province_source_id=between.province_id,
        portal_source_id=between.portal_id,
        seen_by=made,
        **(usual | more),
    )


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    with Session(engine) as session, session.begin():
        between = Between(
            *(
                sources.ensure_source(session, name=name, side=side, kind="x", rule="portal")
                for name, side in (("tinh", Side.PROVINCE), ("cong", Side.PORTAL))
            )
        )
        made = Reconciliation(
            as_of=NOW,
            period_from=JULY.first,
            period_to=JULY.last,
            province_source_id=between.province_id,
            portal_source_id=between.portal_id,
            complete=True,
            by_hand=False,
            created_at=NOW,
            digest="",
        )
        session.add(made)
        session.add_all(Dossier(id=each, created_at=NOW) for each in range(1, MANY + 1))
        session.flush()
        session.add_all(
            DossierCode(code=code_of(each), dossier_id=each) for each in range(1, MANY + 1)
        )
        # One is over, one is flagged.
        more: dict[int, dict[str, Any]] = {
            2: {"state": DiscrepancyState.CLOSED},
            4: {"flags": [Flag.END_EQUALS_DUE.value]},
        }
        session.add_all(
            discrepancy(each, between, made.id or 0, **more.get(each, {}))
            for each in range(1, MANY + 1)
        )
    shelf = Shelf(engine, between)
    shelf.add(
        *(shelf.record(each, between.province_id) for each in range(1, MANY + 1) if each != 3),
        *(shelf.record(each, between.portal_id) for each in range(1, MANY + 1, 2)),
    )
    return shelf


def test_all_that_are_open_come_in_their_order_with_what_is_at_home(shelf: Shelf) -> None:
    found, missing = shelf.candidates()
    assert missing == []
    assert [each.dossier_id for each in found] == [1, *range(3, MANY + 1)]
    third, fourth, last = found[1], found[2], found[-1]
    assert (third.external_id, third.status) == (None, None)
    assert (fourth.flags, fourth.cause) == (("END_EQUALS_DUE",), CAUSES[4 % 3])
    assert (last.code, last.unit, last.contribution) == (code_of(MANY), UNITS[MANY % 2], -1)
    assert (last.external_id, last.status) == (f"1-{MANY}", Status.FINISHED)
    assert (last.opened_at, last.last_seen_at) == (NOW - HOUR, NOW)


def test_what_either_side_shows_is_told_of_those_that_were_chosen(shelf: Shelf) -> None:
    found, _ = shelf.candidates()
    chosen = shelf.filled_in(found)
    assert [each.discrepancy_id for each in chosen] == [each.discrepancy_id for each in found]
    assert all(each.shows["status"]["province"] == each.dossier_id for each in chosen)
    assert all(each.is_known == bool(each.dossier_id % 2) for each in chosen)
    assert shelf.filled_in([]) == ()


def test_a_unit_a_cause_and_codes_limit_what_is_read(shelf: Shelf) -> None:
    of_unit, _ = shelf.candidates(unit=UNITS[0], cause=CAUSES[0])
    assert [each.dossier_id for each in of_unit] == list(range(6, MANY + 1, 6))
    named, missing = shelf.candidates(codes=(code_of(1), code_of(2), "KHÔNG-CÓ"))
    assert [each.dossier_id for each in named] == [1]
    assert missing == [
        LeftOut(code_of(2), Obstacle.NOT_OPEN),
        LeftOut("KHÔNG-CÓ", Obstacle.UNKNOWN),
    ]
    every = tuple(code_of(each) for each in range(1, MANY + 1))
    assert shelf.candidates(codes=every)[0] == shelf.candidates()[0]


def test_of_two_records_at_home_the_one_that_bears_the_code_is_sent(shelf: Shelf) -> None:
    home = shelf.between.province_id
    with Session(shelf.engine) as session, session.begin():
        old = session.get_one(DossierRecord, 1)
        old.codes = "H99.01-240701-99999"
        session.add(old)
    shelf.add(shelf.record(1, home, external_id="right"))
    shelf.add(shelf.record(1, home, external_id="gone", gone_at=NOW))
    assert shelf.candidates()[0][0].external_id == "right"


def test_what_is_asked_for_and_what_was_sent_in_vain_is_said(shelf: Shelf) -> None:
    found, _ = shelf.candidates()
    request = ResendRequest(
        source_id=shelf.between.province_id,
        portal_source_id=shelf.between.portal_id,
        unit=UNITS[1],
        by_hand=False,
        state=ResendState.ASKED,
        asked_by="an",
        asked_at=NOW,
        reason="thử",
    )
    with Session(shelf.engine) as session, session.begin():
        number = resends.add(session, request, shelf.filled_in([found[0], found[-1]]))
        first, second = resends.items_of(session, number)
        first.is_open, first.sent_at, first.result = False, NOW, ResendResult.UNCHANGED
        session.add_all([first, second])
        sent = first.id
    again, _ = shelf.candidates()
    assert (again[0].tried, again[0].in_request) == (True, None)
    assert (again[-1].tried, again[-1].in_request) == (False, number)
    assert {(each.tried, each.in_request) for each in again[1:-1]} == {(False, None)}
    with Session(shelf.engine) as session, session.begin():
        item = session.get_one(ResendItem, sent)
        item.sent_at = NOW - 2 * HOUR
        session.add(item)
    assert not shelf.candidates()[0][0].tried
