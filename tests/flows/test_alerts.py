"""Incidents and their mails over whole journeys, against both upstreams."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import Session

from models.dossier import DossierRecord
from models.event import Event
from models.incident import Incident, IncidentStep
from models.mail import OutboundMail
from models.source import SyncRun
from models.types import EventKind, IncidentKind, IncidentState, MailReason, Status
from tests.places import (
    AS_OF,
    JULY,
    Place,
    by_hand,
    connected,
    journey,
    opened,
    reported,
    serving,
    unwatched,
)
from tests.stores import rows_of
from tests.worlds import changed, put_right
from worker.core.outcome import Report
from worker.core.times import VIETNAM
from worker.flow import Stage
from worker.journey import Wish, reconcile_at
from worker.journey.operating import retry_run
from worker.journey.performing import perform
from worker.journey.scheduled import start_due
from worker.settings.model import Settings
from worker.simulator.faults import FaultPlan
from worker.simulator.world import World

HOUR = timedelta(hours=1)
TOLD = '[alerts]\nfrom = "doisoat@h99.example"\ndefault_to = ["vanphong@h99.example"]\n'


@dataclass(frozen=True)
class Office:
    """An installation at work on a world; what it keeps of incidents and mails."""

    place: Place
    settings: Settings

    def sync(self, at: datetime) -> Report:
        return reported(journey(self.settings, now=at))

    def incidents(self, *states: IncidentState) -> list[Incident]:
        with connected(self.settings) as engine:
            rows = rows_of(engine, Incident)
        return [row for row in rows if row.state in (states or (IncidentState.OPEN,))]

    def mails(self) -> list[OutboundMail]:
        with connected(self.settings) as engine:
            return rows_of(engine, OutboundMail)

    def steps(self) -> list[IncidentStep]:
        with connected(self.settings) as engine:
            return rows_of(engine, IncidentStep)


@contextmanager
def office(
    place: Place, world: World, more: str = TOLD, portal_faults: FaultPlan | None = None
) -> Iterator[Office]:
    with serving(world, portal_faults=portal_faults) as at:
        yield Office(place, place.configure(at, more=more))


def differing(report: Report) -> dict[str, int]:
    return {each["code"]: each["difference"] for each in report["units"] if each["difference"]}


def settled(report: Report) -> dict[str, int]:
    """The difference of each unit but for what may still be on its way."""
    found = Counter(differing(report))
    for each in report["discrepancies"]:
        if each["cause"] == "IN_FLIGHT":
            found[each["unit"]] -= each["contribution"]
    return {unit: count for unit, count in found.items() if count}


def differences(incidents: list[Incident]) -> dict[str, int]:
    return {
        each.unit: each.value["difference"]
        for each in incidents
        if each.kind is IncidentKind.LATE_DIFFERENCE
    }


def test_units_that_differ_are_told_once_it_is_seen_again(place: Place) -> None:
    with office(place, place.world()) as here:
        here.sync(AS_OF)
        assert here.incidents() == []
        assert here.mails() == []
        assert here.incidents(IncidentState.SEEN) != []
        report = here.sync(AS_OF + HOUR)
        expected = differing(report)
        assert len(expected) > 2
        assert differences(here.incidents()) == expected
        mails = here.mails()
        assert {mail.reason for mail in mails} == {MailReason.OPENED}
        assert len({mail.unit for mail in mails}) == len(mails)
        assert {mail.unit for mail in mails} == {each.unit for each in here.incidents()}
        assert all(mail.to == ["vanphong@h99.example"] for mail in mails)
        read = message_from_bytes(mails[0].content, policy=policy.default)
        assert read["Message-ID"] == mails[0].message_id


@pytest.mark.slow
def test_nothing_new_is_no_second_mail(light_place: Place) -> None:
    with office(light_place, light_place.world(), TOLD + 'quiet_for = "0s"\n') as here:
        here.sync(AS_OF)
        before = here.sync(AS_OF + HOUR)
        once = len(here.mails())
        for later in (1.25, 1.5, 2):
            assert differing(here.sync(AS_OF + later * HOUR)) == differing(before)
        assert len(here.mails()) == once


def test_without_time_to_confirm_the_first_sight_is_told(light_place: Place) -> None:
    with office(light_place, light_place.world(), TOLD + 'confirm_after = "0s"\n') as here:
        report = here.sync(AS_OF)
        assert differences(here.incidents()) == settled(report)
        assert {mail.unit for mail in here.mails()} >= differing(report).keys()


def test_what_is_put_right_is_told_once_more_and_then_never_again(place: Place) -> None:
    world = place.world()
    large = TOLD + "min_difference = 10\nmin_late_share = 1\n"
    with office(place, world, large) as here:
        here.sync(AS_OF)
        here.sync(AS_OF + HOUR)
        told = differences(here.incidents())
        assert len(told) > 1
    right = changed(world, [each.code for each in world.planted if each.homes], put_right(world))
    with office(place, right, large) as here:
        mended = reported(journey(here.settings, Wish(full=True), now=AS_OF + 2 * HOUR))
        assert max(map(abs, differing(mended).values()), default=0) < 10
        assert here.incidents() == []
        over = here.incidents(IncidentState.RESOLVED)
        assert differences(over).keys() == told.keys()
        last = [mail for mail in here.mails() if mail.created_at == AS_OF + 2 * HOUR]
        assert {mail.unit: mail.reason for mail in last} == dict.fromkeys(told, MailReason.RESOLVED)
        journey(here.settings, Wish(full=True), now=AS_OF + 3 * HOUR)
        assert [mail for mail in here.mails() if mail.created_at > AS_OF + 2 * HOUR] == []
        with connected(here.settings) as engine:
            kinds = [event.kind for event in rows_of(engine, Event)]
        assert kinds.count(EventKind.INCIDENT_RESOLVED) == len(over)


@pytest.mark.slow
def test_a_portal_that_is_down_is_one_incident_and_silences_the_rest(light_place: Place) -> None:
    world = light_place.world()
    repeated = TOLD + 'repeat_every = "1h"\nquiet_for = "1h"\n'
    with office(light_place, world, repeated) as here:
        here.sync(AS_OF)
        here.sync(AS_OF + HOUR)
        before = here.mails()
    with office(light_place, world, repeated, FaultPlan(down=True)) as here:
        for hours in range(2, 6):
            journey(here.settings, now=AS_OF + hours * HOUR)
        (down,) = [each for each in here.incidents() if each.source_id is not None]
        assert (down.kind, down.unit) == (IncidentKind.SOURCE_DOWN, "")
        new = here.mails()[len(before) :]
        assert {mail.unit for mail in new} == {""}
        assert new[0].reason is MailReason.OPENED
        assert all(mail.incidents == [down.id] for mail in new)
        assert len(differences(here.incidents())) > 2
    with office(light_place, world, repeated) as here:
        here.sync(AS_OF + 6 * HOUR)
        (ended,) = here.incidents(IncidentState.RESOLVED)
        assert ended.id == down.id


def test_a_reconciliation_by_hand_or_of_the_past_tells_nobody(light_place: Place) -> None:
    with office(light_place, light_place.world(), TOLD + 'confirm_after = "0s"\n') as here:
        journey(here.settings, Wish(pull_only=True), now=AS_OF)
        by_hand(here.settings, AS_OF)
        with opened(here.settings, AS_OF) as found:
            reconcile_at(found, AS_OF, JULY, unwatched, of_the_past=True)
        journey(here.settings, Wish(pull_only=True), now=AS_OF)
        assert here.incidents(*IncidentState) == []
        assert here.mails() == []


@pytest.mark.slow
def test_the_same_evaluation_once_more_tells_nobody_again(place: Place) -> None:
    with office(place, place.world(), TOLD + 'confirm_after = "0s"\nquiet_for = "0s"\n') as here:
        here.sync(AS_OF)
        once = here.mails()
        steps = len(here.steps())
        with opened(here.settings, AS_OF) as found:
            (key,) = [
                row.id for row in rows_of(found.engine, SyncRun) if row.stage == Stage.ALERT.value
            ]
            again = retry_run(found, key or 0, "somebody", "to see")
            assert perform(found, again.id or 0, unwatched)
        assert [mail.message_id for mail in here.mails()] == [mail.message_id for mail in once]
        assert len(here.steps()) == steps


def test_the_daily_mail_tells_what_becomes_late_next(place: Place) -> None:
    with office(place, place.world()) as here:
        here.sync(AS_OF)
        morning = datetime(2024, 7, 25, 7, 30, tzinfo=VIETNAM)
        with opened(here.settings, morning) as found:
            for key in start_due(found):
                with Session(found.engine) as session:
                    stage = session.get_one(SyncRun, key).stage
                if stage == Stage.DIGEST.value:
                    assert perform(found, key, unwatched)
            row = next(each for each in rows_of(found.engine, SyncRun) if each.stage == "digest")
            late = [each for each in rows_of(found.engine, DossierRecord) if soon(each, morning)]
        mails = here.mails()
        assert {mail.reason for mail in mails} == {MailReason.DIGEST}
        assert row.counts["warnings"] > 0
        assert {mail.unit for mail in mails} == {each.unit for each in late}
        told = "".join(map(plain_text, mails))
        assert any(each.codes.split(" ")[0] in told for each in late)


def plain_text(mail: OutboundMail) -> str:
    body = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def soon(record: DossierRecord, now: datetime) -> bool:
    """Whether the province still handles it, and it is due within three working days."""
    handled = not record.status.is_end and record.source_id == 1 and record.finished_at is None
    waiting = record.status in (Status.SUPPLEMENT_REQUESTED, Status.PAYMENT_REQUESTED)
    until = now + timedelta(days=5)  # Thursday morning to Tuesday morning
    due = record.due_at
    return handled and not waiting and due is not None and now < due <= until
