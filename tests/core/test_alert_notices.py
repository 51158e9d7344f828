"""Who is told what, when, and how often."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import IncidentKind, IncidentState, MailReason
from worker.core.alerts.incidents import IncidentView
from worker.core.alerts.notices import Moment, Notice, digest, notices
from worker.core.alerts.policy import Policy
from worker.core.alerts.recipients import Levels
from worker.core.calendar import Calendar

# A Wednesday, 08:00 in Vietnam.
NOW = datetime(2024, 7, 24, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUIET = Policy().quiet_for
LEVELS: Levels = (("officer@h99.example",), ("head@h99.example",), ("office@h99.example",))


def incident(number: int = 1, difference: int = 5, **told: object) -> IncidentView:
    usual: dict[str, object] = {
        "id": number,
        "kind": IncidentKind.LATE_DIFFERENCE,
        "unit": "H99.01",
        "value": {"difference": difference},
        "state": IncidentState.OPEN,
        "seen_at": NOW - HOUR,
        "opened_at": NOW,
        "last_seen_at": NOW,
    }
    return IncidentView(**(usual | told))  # type: ignore[arg-type]


def moment(now: datetime = NOW, levels: Levels = LEVELS, policy: Policy | None = None) -> Moment:
    return Moment(
        now=now, policy=policy or Policy(), calendar=Calendar(), levels=lambda _unit: levels
    )


def told(view: IncidentView, at: datetime = NOW) -> IncidentView:
    """The same after its first mail."""
    (notice,) = notices([replace(view, notified_value=None, notified_at=None)], moment(at))
    return notice.told[0]


def worse(view: IncidentView, difference: int = 50) -> IncidentView:
    return replace(view, value={"difference": difference})


def over(view: IncidentView) -> IncidentView:
    return replace(view, state=IncidentState.RESOLVED, resolved_at=NOW)


def reasons(views: Sequence[IncidentView], at: Moment) -> list[MailReason]:
    return [notice.reason for notice in notices(views, at)]


def test_an_incident_is_told_of_once() -> None:
    (notice,) = notices([incident()], moment())
    assert notice.reason is MailReason.OPENED
    assert notice.to == ("officer@h99.example",)
    assert notices(notice.told, moment()) == []
    assert notices(notice.told, moment(NOW + QUIET)) == []


def test_what_is_not_confirmed_is_not_told() -> None:
    assert notices([incident(state=IncidentState.SEEN)], moment()) == []


def test_a_unit_gets_one_mail_with_all_its_incidents() -> None:
    share = incident(2, kind=IncidentKind.LATE_SHARE, value={"share": 0.3})
    elsewhere = incident(3, unit="H99.02")
    found = notices([incident(), share, elsewhere], moment())
    assert [(notice.unit, [each.id for each in notice.incidents]) for notice in found] == [
        ("H99.01", [1, 2]),
        ("H99.02", [3]),
    ]


def test_a_change_waits_until_the_quiet_time_is_over() -> None:
    view = worse(told(incident()))
    assert reasons([view], moment(NOW + QUIET - MINUTE)) == []
    assert reasons([view], moment(NOW + QUIET)) == [MailReason.CHANGED]


def test_a_change_hardly_worth_a_word_is_not_told() -> None:
    view = told(incident(difference=40))
    assert reasons([worse(view, 43)], moment(NOW + QUIET)) == []
    assert reasons([worse(view, 44)], moment(NOW + QUIET)) == [MailReason.CHANGED]
    assert reasons([worse(view, 30)], moment(NOW + QUIET)) == [MailReason.CHANGED]


def test_the_end_is_told_at_once_and_once() -> None:
    (notice,) = notices([over(told(incident()))], moment(NOW + MINUTE))
    assert notice.reason is MailReason.RESOLVED
    assert notices(notice.told, moment(NOW + 9 * DAY)) == []


def test_the_end_of_what_nobody_heard_of_is_not_told() -> None:
    assert notices([over(incident())], moment()) == []


def test_one_that_comes_back_soon_after_its_end_is_not_told_before_the_quiet_time_is_over() -> None:
    (notice,) = notices([over(told(incident()))], moment(NOW + MINUTE))
    back = replace(notice.told[0], state=IncidentState.OPEN, resolved_at=None)
    assert reasons([back], moment(NOW + QUIET)) == []
    assert reasons([back], moment(NOW + QUIET + MINUTE)) == [MailReason.OPENED]


def test_without_news_it_is_told_again_after_a_while_on_a_working_day() -> None:
    alone = (("officer@h99.example",),)
    friday = NOW + 2 * DAY
    view = told(incident(), friday - MINUTE)
    repeat = Policy(repeat_every=2 * DAY)
    for day in range(3):
        assert reasons([view], moment(friday + day * DAY, alone, repeat)) == []
    assert reasons([view], moment(friday + 3 * DAY, alone, repeat)) == [MailReason.REPEAT]


def test_where_nobody_acts_the_next_one_is_told_too() -> None:
    view = told(incident())
    assert notices([view], moment(NOW + DAY - MINUTE)) == []
    (first,) = notices([view], moment(NOW + DAY))
    assert first.reason is MailReason.ESCALATED
    assert first.to == ("officer@h99.example", "head@h99.example")
    assert notices(first.told, moment(NOW + DAY + QUIET)) == []
    (second,) = notices(first.told, moment(NOW + 2 * DAY))
    assert second.to == tuple(address for level in LEVELS for address in level)
    (last,) = notices(second.told, moment(NOW + 9 * DAY))
    assert (last.reason, last.told[0].level) == (MailReason.REPEAT, 2)


def test_nobody_is_told_in_the_place_of_another_at_a_weekend() -> None:
    friday = NOW + 2 * DAY
    view = told(incident(), friday)
    assert reasons([view], moment(friday + DAY)) == []
    assert reasons([view], moment(friday + 2 * DAY)) == []
    assert reasons([view], moment(friday + 3 * DAY)) == [MailReason.ESCALATED]


@pytest.mark.parametrize("days", [1, 3, 30])
def test_an_acknowledged_one_speaks_only_when_it_gets_worse_or_ends(days: int) -> None:
    view = replace(told(incident()), is_acknowledged=True)
    later = moment(NOW + days * DAY)
    assert notices([view], later) == []
    assert notices([worse(view, 2)], later) == []
    assert digest([view], (), later) == []
    assert reasons([worse(view)], later) == [MailReason.CHANGED]
    assert reasons([over(view)], later) == [MailReason.RESOLVED]


def test_a_muted_one_says_nothing_until_its_time_is_over() -> None:
    view = incident(muted_until=NOW + DAY)
    for each in (view, worse(told(incident(muted_until=None)))):
        silent = replace(each, muted_until=NOW + DAY)
        assert notices([silent], moment(NOW + DAY - MINUTE)) == []
        assert digest([silent], (), moment(NOW + DAY - MINUTE)) == []
    assert reasons([view], moment(NOW + DAY)) == [MailReason.OPENED]


def test_with_nobody_to_tell_it_waits_for_somebody() -> None:
    assert notices([incident()], moment(levels=())) == []
    assert reasons([incident()], moment(NOW + DAY)) == [MailReason.OPENED]


def test_what_rests_on_a_source_that_is_down_stays_silent() -> None:
    at = replace(moment(), may_speak=lambda view: view.kind is IncidentKind.SOURCE_DOWN)
    down = incident(2, kind=IncidentKind.SOURCE_DOWN, unit="", value={"run": 7})
    (notice,) = notices([incident(), down], at)
    assert [each.id for each in notice.incidents] == [2]


def test_the_daily_mail_goes_to_units_with_open_incidents_or_warnings() -> None:
    calm = told(incident(1), NOW - DAY)
    found = digest([calm, over(incident(2, unit="H99.02"))], ["H99.03"], moment())
    assert [(notice.unit, notice.reason) for notice in found] == [
        ("H99.01", MailReason.DIGEST),
        ("H99.03", MailReason.DIGEST),
    ]


def test_the_daily_mail_counts_as_being_told() -> None:
    (notice,) = digest([incident()], (), moment())
    assert notices(notice.told, moment(NOW + MINUTE)) == []
    assert digest(notice.told, (), moment(NOW + MINUTE)) == []


_moves = st.lists(
    st.tuples(
        st.integers(1, 2000),
        st.sampled_from(["same", "worse", "better", "end", "back", "ack", "mute"]),
    ),
    max_size=25,
)


def _moved(view: IncidentView, move: str, now: datetime) -> IncidentView:
    number = view.value["difference"]
    changes: dict[str, dict[str, object]] = {
        "same": {},
        "worse": {"value": {"difference": number * 2}},
        "better": {"value": {"difference": max(number // 2, 1)}},
        "end": {"state": IncidentState.RESOLVED},
        "back": {"state": IncidentState.OPEN},
        "ack": {"is_acknowledged": True},
        "mute": {"muted_until": now + 6 * HOUR},
    }
    return replace(view, **changes[move])  # type: ignore[arg-type]


@given(_moves)
def test_whatever_happens_nobody_is_told_twice_of_the_same(moves: list[tuple[int, str]]) -> None:
    view, now = incident(), NOW
    spoken: list[tuple[datetime, Notice]] = []
    for minutes, move in [(1, "same"), *moves]:
        now += minutes * MINUTE
        view = _moved(view, move, now)
        found = notices([view], moment(now))
        assert not (found and view.is_muted(now))
        for notice in found:
            spoken.append((now, notice))
            view = notice.told[0]
        assert notices([view], moment(now)) == []
    for (earlier, _), (later, notice) in pairwise(spoken):
        assert notice.reason is MailReason.RESOLVED or later - earlier >= QUIET
