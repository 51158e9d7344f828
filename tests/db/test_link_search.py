"""The search for dossiers under two codes begins at what changed, and finds what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, func, select, update

from models.decision import LinkMark, LinkSearch
from models.dossier import DossierRecord
from models.types import LinkGround, Side
from tests.link_searches import News, Pair, found_plainly, history_of
from tests.records import DUE, NOW, enter, put, take, view
from worker.core.link_evidence import Evidence
from worker.core.linking import Proposals
from worker.db import link_search, links
from worker.db.link_search import Parties, Waiting
from worker.db.links import Decision
from worker.errors import NotFoundError

DAY = timedelta(days=1)
A, B, C = "H99.01-240701-0001", "G22.99-240701-000001", "G22.99-240701-000002"
_SIDES = (Side.PROVINCE, Side.PORTAL, Side.MINISTRY, Side.MINISTRY)


@dataclass
class Office:
    """A store with four sources, and its clock."""

    engine: Engine
    now: datetime = NOW
    parties: Parties = field(init=False)

    def __post_init__(self) -> None:
        names = ("tinh", "cong", "bo", "bo-2")
        keys = [enter(self.engine, *each) for each in zip(names, _SIDES, strict=True)]
        self.keys = keys
        self.parties = Parties(sides=dict(zip(keys, _SIDES, strict=True)), heirs={})

    def take_part(self, sources: int, heirs: Mapping[str, str]) -> None:
        sides = dict(zip(self.keys[:sources], _SIDES, strict=False))
        self.parties = Parties(sides=sides, heirs=heirs)

    def search(self) -> Proposals:
        """As before a reconciliation, but that nothing is linked."""
        with Session(self.engine) as session, session.begin():
            found = link_search.search(session, self.parties, self.now)
            link_search.keep_waiting(session, found)
        return found

    def link_all(self, found: Proposals) -> None:
        """As what follows the search does."""
        decision = Decision(at=self.now)
        with Session(self.engine) as session, session.begin():
            for each in found.certain:
                codes = each.one.code, each.other.code
                links.link(session, codes, LinkGround.AGREEMENT, each.evidence, decision)

    def plainly(self) -> Proposals:
        with Session(self.engine) as session:
            return found_plainly(session, self.parties.sides, self.parties.heirs)

    def live(self) -> Proposals:
        with Session(self.engine) as session:
            return link_search.search_live(session, self.parties, self.now)

    def waiting(self, part: slice = slice(0, 1000)) -> Waiting:
        with Session(self.engine) as session:
            return link_search.waiting(session, part)

    def decide(self, codes: Pair, *, are_one: bool) -> None:
        """As an operator does, about codes that there may be."""
        decision = Decision(at=self.now, by="ca trực")
        try:
            with Session(self.engine) as session, session.begin():
                link_search.hold(session)
                if are_one:
                    links.link(session, codes, LinkGround.OPERATOR, Evidence(), decision)
                else:
                    links.undo(session, codes, Evidence(), decision)
                link_search.follow_decision(session, self.parties)
        except NotFoundError:
            pass

    def live_through(self, news: News) -> None:
        self.now += news.wait
        for source, views in news.told.items():
            put(self.engine, self.keys[source], views, self.now)
        for source, codes in news.gone.items():
            take(self.engine, self.keys[source], codes, self.now)
        for pair, are_one in ((news.linked, True), (news.parted, False)):
            if pair is not None and pair[0] != pair[1]:
                self.decide(pair, are_one=are_one)
        self.take_part(news.sources, news.heirs)


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_what_comparing_every_record_finds(office: Office, seed: int) -> None:
    for news in history_of(seed):
        office.live_through(news)
        there = office.plainly()
        assert office.live() == there
        assert office.search() == there
        assert list(office.waiting().pairs) == [*there.doubtful, *there.certain]
        if news.links:
            office.link_all(there)


def test_the_histories_have_pairs_with_and_without_doubt(office: Office) -> None:
    seen = [0, 0]
    for news in history_of(0):
        office.live_through(news)
        there = office.plainly()
        seen = [seen[0] + len(there.certain), seen[1] + len(there.doubtful)]
    assert all(seen)


def test_what_did_not_change_is_not_looked_at_again(office: Office) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B, procedure="1.000001")])
    office.now += DAY
    assert office.search() == Proposals()
    office.now += DAY
    with Session(office.engine) as session, session.begin():
        # Behind everybody's back: nothing says that it changed.
        session.exec(update(DossierRecord).values(procedure="1.990003"))
    assert office.search() == Proposals()
    put(office.engine, office.keys[1], [view(B, due_at=DUE)], office.now)
    assert len(office.search().certain) == 1


def test_a_record_that_left_its_dossier_leaves_the_other_side_alone(office: Office) -> None:
    put(office.engine, office.keys[0], [view("H99-OLD", external_id="7"), view(A)])
    put(office.engine, office.keys[1], [view("H99-OLD")])
    office.now += DAY
    assert office.search() == Proposals()
    office.now += DAY
    recoded = view("H99-NEW", external_id="7", received_at=NOW)
    put(office.engine, office.keys[0], [recoded], office.now)
    (found,) = office.search().certain
    assert (found.one.code, found.other.code) == ("H99-OLD", A)


def test_nothing_waits_before_the_first_search(office: Office) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B)])
    assert office.waiting() == Waiting()
    office.decide((A, C), are_one=False)
    assert office.waiting() == Waiting()
    office.search()
    assert (office.waiting().total, office.waiting().searched_at) == (1, NOW)


def test_what_was_decided_waits_no_longer_and_frees_its_rivals(office: Office) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B), view(C)])
    office.search()
    assert [each.rivals for each in office.waiting().pairs] == [(C,), (B,)]
    office.now += DAY
    office.decide((A, B), are_one=False)
    (left,) = office.waiting().pairs
    assert (left.one.code, left.doubts, left.rivals) == (C, (), ())
    assert office.waiting().searched_at == NOW
    office.decide((A, C), are_one=True)
    assert office.waiting().total == 0


def test_what_was_decided_waits_no_longer_where_other_sources_take_part_by_now(
    office: Office,
) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B)])
    office.search()
    office.take_part(2, {})
    office.decide((A, B), are_one=False)
    assert office.waiting().total == 0


def test_what_is_decided_during_a_search_is_not_listed_by_it(office: Office) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B)])
    decided = Thread(target=partial(office.decide, (A, B), are_one=False))
    with Session(office.engine) as session, session.begin():
        found = link_search.search(session, office.parties, office.now)
        decided.start()
        decided.join(timeout=0.5)
        link_search.keep_waiting(session, found)
    decided.join()
    assert len(found.certain) == 1
    assert office.waiting().total == 0


def test_what_was_parted_may_be_one_with_another(office: Office) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B)])
    office.decide((A, B), are_one=True)
    put(office.engine, office.keys[0], [view("H99-AGAIN")])
    office.now += DAY
    assert office.search() == Proposals()
    office.now += DAY
    office.decide((A, B), are_one=False)
    (found,) = office.waiting().pairs
    assert (found.one.code, found.other.code) == (B, "H99-AGAIN")
    assert [*office.plainly().certain] == [*office.search().certain] == [found]


def test_a_part_of_the_list_is_told(office: Office) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B), view(C)])
    office.search()
    both = office.waiting()
    assert both.total == 2
    assert list(office.waiting(slice(1, 2)).pairs) == list(both.pairs)[1:]
    assert office.waiting(slice(1, 2)).total == 2


def test_marks_go_with_the_search_that_followed_them(office: Office) -> None:
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B)])
    office.decide((A, B), are_one=True)
    with Session(office.engine) as session:
        assert session.exec(select(func.count()).select_from(LinkMark)).one() > 0
    office.search()
    with Session(office.engine) as session:
        assert session.exec(select(func.count()).select_from(LinkMark)).one() == 0


def test_a_clock_set_back_lets_everything_be_searched(office: Office) -> None:
    office.now += DAY
    office.search()
    office.now -= DAY
    put(office.engine, office.keys[0], [view(A)])
    put(office.engine, office.keys[1], [view(B)])
    with Session(office.engine) as session, session.begin():
        session.exec(update(LinkSearch).values(searched_at=office.now + 2 * DAY))
        session.exec(update(DossierRecord).values(observed_at=office.now - 9 * DAY))
    assert len(office.search().certain) == 1
