"""Two codes of one dossier: only where one candidate fits on both sides, whatever the order."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.dossiers import at
from worker.core.link_evidence import Candidate, evidence_of, filed_apart
from worker.core.linking import Doubt, LinkProposal, Proposals, proposals

HOME, PORTAL, MINISTRY = 1, 2, 3
MIDNIGHT = at(1, 0)
RECEIVED = at(1, 8, 15)


def record(dossier: int, source: int = HOME, /, **told: object) -> Candidate:
    usual: dict[str, object] = {
        "dossier_id": dossier,
        "source_id": source,
        "held_by": frozenset({source}),
        "code": f"C{dossier:03d}",
        "unit": "H51.01",
        "procedure": "1.000001",
        "received_at": RECEIVED,
        "due_at": at(10),
    }
    return Candidate(**(usual | told))  # type: ignore[arg-type]


def found(*records: Candidate, **more: object) -> Proposals:
    return proposals(records, {}, **more)  # type: ignore[arg-type]


def codes(proposed: Sequence[LinkProposal]) -> list[tuple[str, str]]:
    return [(each.one.code, each.other.code) for each in proposed]


def test_one_record_on_either_side_that_agrees_leaves_no_doubt() -> None:
    linked = found(record(1), record(2, PORTAL))
    assert codes(linked.certain) == [("C001", "C002")]
    assert linked.certain[0].evidence.second_keys == ("due_at",)
    assert linked.doubtful == ()


@pytest.mark.parametrize(
    "told",
    [
        {"procedure": "1.000002"},
        {"procedure": None},
        {"received_at": RECEIVED + timedelta(seconds=1)},
        {"received_at": RECEIVED + timedelta(hours=7)},
        {"received_at": None},
        {"unit": "H51.02"},
        {"due_at": None},
        {"due_at": at(11)},
        {"source_id": HOME, "held_by": frozenset({HOME})},
        {"held_by": frozenset({PORTAL, HOME})},
        {"held_by": frozenset({PORTAL, MINISTRY})},
    ],
)
def test_without_the_first_keys_a_second_one_and_free_dossiers_nothing_is_proposed(
    told: dict[str, object],
) -> None:
    held = record(1, held_by=frozenset({HOME, MINISTRY}))
    assert found(held, record(2, **({"source_id": PORTAL} | told))) == Proposals()


def test_the_code_alone_is_no_evidence_but_is_shown_beside_it() -> None:
    one, other = "H51.01-240701-0012", "G22.99-240701-000012"
    home = record(1, code=one)
    assert found(home, record(2, PORTAL, code=other, due_at=None)) == Proposals()
    (linked,) = found(home, record(2, PORTAL, code=other)).certain
    assert linked.evidence.same_sequence
    assert (linked.one.code, linked.other.code) == (other, one)
    another = evidence_of(home, record(2, PORTAL, code="G22.99-240701-000013"), {})
    assert not another.same_sequence


def test_a_unit_and_its_heir_are_one() -> None:
    pair = record(1, unit="H51.07"), record(2, PORTAL, unit="H51.01")
    assert found(*pair) == Proposals()
    (linked,) = proposals(pair, {"H51.07": "H51.01"}).certain
    assert linked.evidence.unit == "H51.01"


def test_where_two_fit_on_one_side_an_operator_decides_among_all() -> None:
    linked = found(record(1), record(2, PORTAL), record(3, PORTAL))
    assert linked.certain == ()
    assert codes(linked.doubtful) == [("C001", "C002"), ("C001", "C003")]
    assert {each.doubts for each in linked.doubtful} == {(Doubt.SEVERAL,)}
    assert [each.rivals for each in linked.doubtful] == [("C003",), ("C002",)]


def test_a_filing_on_another_day_speaks_against_one_dossier() -> None:
    home = record(1, submitted_at=RECEIVED - timedelta(hours=30))
    assert found(home, record(2, PORTAL, submitted_at=RECEIVED - timedelta(hours=2))) == Proposals()
    assert filed_apart(home, record(2, PORTAL, submitted_at=RECEIVED - timedelta(hours=2)))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"submitted_at": at(1, 7)}, {"submitted_at": at(1, 8)}),
        ({"finished_at": at(5)}, {"finished_at": at(6)}),
    ],
)
def test_what_stays_as_it_is_and_differs_is_for_an_operator(
    ours: dict[str, object], theirs: dict[str, object]
) -> None:
    linked = found(record(1, **ours), record(2, PORTAL, **theirs))
    assert linked.certain == ()
    assert [each.doubts for each in linked.doubtful] == [(Doubt.DIFFERS,)]
    assert linked.doubtful[0].evidence.differing == tuple(ours)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"finished_at": at(5)}, {"finished_at": None}),
        ({"finished_at": at(5)}, {"finished_at": RECEIVED}),
        ({"submitted_at": at(1, 7)}, {"submitted_at": RECEIVED}),
        ({"submitted_at": at(1, 7)}, {"submitted_at": at(1, 0)}),
        ({"finished_at": at(5), "due_at": at(12)}, {"finished_at": at(5)}),
    ],
)
def test_a_sync_that_lags_coarsens_or_rewrites_raises_no_doubt(
    ours: dict[str, object], theirs: dict[str, object]
) -> None:
    linked = found(record(1, **ours), record(2, PORTAL, **theirs))
    assert codes(linked.certain) == [("C001", "C002")]


def test_the_receipt_in_the_place_of_another_instant_is_no_second_key() -> None:
    told = {"submitted_at": RECEIVED, "finished_at": RECEIVED, "due_at": None}
    assert found(record(1, **told), record(2, PORTAL, **told)) == Proposals()


@pytest.mark.parametrize(
    ("told", "links"),
    [
        ({"due_at": at(10)}, 0),
        ({"due_at": at(10), "submitted_at": MIDNIGHT}, 0),
        ({"due_at": at(10), "finished_at": at(10)}, 0),
        ({"due_at": at(10), "finished_at": at(8)}, 1),
        ({"due_at": at(10), "submitted_at": MIDNIGHT - timedelta(hours=9)}, 1),
    ],
)
def test_a_receipt_without_a_time_of_day_needs_two_second_instants(
    told: dict[str, object], links: int
) -> None:
    pair = [record(n, n, received_at=MIDNIGHT, **told) for n in (HOME, PORTAL)]
    assert len(found(*pair).certain) == links


def test_what_an_operator_took_apart_is_never_proposed_again() -> None:
    pair = record(1), record(2, PORTAL)
    assert found(*pair, refused={frozenset({1, 2})}) == Proposals()
    linked = found(*pair, record(3, PORTAL), refused={frozenset({1, 2})})
    assert codes(linked.certain) == [("C001", "C003")]


def test_the_best_of_several_records_of_a_dossier_speaks_for_it() -> None:
    held = frozenset({HOME, MINISTRY})
    home = record(1, held_by=held)
    ministry = record(1, MINISTRY, held_by=held, code="M1", finished_at=at(5))
    (linked,) = found(home, ministry, record(2, PORTAL, finished_at=at(5))).certain
    assert (linked.one.code, linked.other.code) == ("C002", "M1")


def test_crowds_of_the_same_second_are_counted_and_left_alone() -> None:
    home = [record(n) for n in range(1, 102)]
    portal = [record(n, PORTAL) for n in range(201, 302)]
    assert found(*home, *portal) == Proposals(crowded=202)


def few(*values: datetime | None) -> st.SearchStrategy[datetime | None]:
    return st.sampled_from(values)


@st.composite
def worlds(draw: st.DrawFn) -> list[Candidate]:
    """Dossiers of three sources, some held by two of them, drawn from few values each."""
    records = []
    for dossier in range(draw(st.integers(0, 9))):
        sources = draw(st.sets(st.integers(1, 3), min_size=1, max_size=2))
        for source in sorted(sources):
            told = {
                "received_at": draw(few(RECEIVED, MIDNIGHT, None)),
                "submitted_at": draw(few(None, at(1, 7), RECEIVED)),
                "due_at": draw(few(None, at(10), at(12))),
                "finished_at": draw(few(None, at(5), at(10))),
                "unit": draw(st.sampled_from(["H51.01", "H51.07"])),
            }
            code = f"C{dossier}{source}"
            records.append(record(dossier, source, held_by=frozenset(sources), code=code, **told))
    return records


@given(records=worlds(), data=st.data())
def test_the_order_of_records_is_nothing(records: list[Candidate], data: st.DataObject) -> None:
    heirs = {"H51.07": "H51.01"}
    shuffled = data.draw(st.permutations(records))
    assert proposals(shuffled, heirs) == proposals(records, heirs)


@given(records=worlds())
def test_a_dossier_that_fits_two_others_is_never_linked_by_itself(records: list[Candidate]) -> None:
    heirs = {"H51.07": "H51.01"}
    linked = proposals(records, heirs)
    fits: defaultdict[int, set[int]] = defaultdict(set)
    for one in records:
        for other in records:
            free = one.held_by.isdisjoint(other.held_by)
            enough = evidence_of(one, other, heirs).is_enough and not filed_apart(one, other)
            if free and enough:
                fits[one.dossier_id].add(other.dossier_id)
    for each in (*linked.certain, *linked.doubtful):
        assert each.other.dossier_id in fits[each.one.dossier_id]
    for each in linked.certain:
        assert fits[each.one.dossier_id] == {each.other.dossier_id}
        assert fits[each.other.dossier_id] == {each.one.dossier_id}
    assert sum(map(len, fits.values())) == 2 * (len(linked.certain) + len(linked.doubtful))


@given(records=worlds())
def test_no_source_ever_holds_a_linked_dossier_twice(records: list[Candidate]) -> None:
    linked = proposals(records, {})
    for each in (*linked.certain, *linked.doubtful):
        assert each.one.held_by.isdisjoint(each.other.held_by)
    touched = [each.dossier_id for link in linked.certain for each in (link.one, link.other)]
    assert len(touched) == len(set(touched))
