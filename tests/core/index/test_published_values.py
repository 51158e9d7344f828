"""What the portal published of one province for 8/2026, held against the rules of 2026."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from models.figure import PublishedFigure
from worker.core.index.checks import NoteKind, cross_checks
from worker.core.index.rules import RANK, TOTAL, IndexRules, Reason
from worker.core.index.scoring import Score, Standing, component_scores, scores
from worker.core.index.values import LATE, Origin, Value, counted_value, published_values
from worker.sources.index_rules import read_index_rules

AT = datetime(2026, 9, 26, 2, tzinfo=UTC)
WITH_ALL_GROUPS = ["H44", "H44.01", "H44.03", "H44.08", "H44.100"]


@dataclass(frozen=True)
class Shown:
    group: str
    metric: str
    numerator: int | None = None
    denominator: int | None = None
    ratio: str | None = None
    score: str | None = None
    max_score: str | None = None
    observed_at: datetime = AT


@pytest.fixture(scope="module")
def rules() -> IndexRules:
    return read_index_rules()[1]


def figures_of(unit: str) -> list[Shown]:
    file = Path(__file__).parent / "portal_2026_08.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return [figure_of(row) for row in csv.DictReader(lines) if row["unit"] == unit]


def figure_of(row: dict[str, str]) -> Shown:
    return Shown(
        row["group"],
        row["metric"],
        numerator=int(row["numerator"]) if row["numerator"] else None,
        denominator=int(row["denominator"]) if row["denominator"] else None,
        ratio=row["ratio"] or None,
        score=row["score"] or None,
        max_score=row["max_score"] or None,
    )


def scores_of(rules: IndexRules, unit: str) -> dict[str, Score]:
    values = published_values(rules, figures_of(unit))
    return {score.code: score for score in scores(rules, values)}


@pytest.mark.parametrize(
    ("group", "shown", "computed"),
    [
        ("CKMB", "7.96", "7.955"),
        ("TDGQ", "15.68", "15.676"),
        ("CLGQ", "8.83", "8.825"),
        ("TTTT", "6.25", "6.254"),
        ("MDHL", "12.97", "12.973"),
        ("MDSH", "8.22", "8.222"),
    ],
)
def test_every_group_of_the_province_is_reproduced(
    rules: IndexRules, group: str, shown: str, computed: str
) -> None:
    score = scores_of(rules, "H44")[group]
    assert (score.shown, score.computed) == (Decimal(shown), Decimal(computed))
    assert score.standing is Standing.REPRODUCED


@pytest.mark.parametrize("unit", WITH_ALL_GROUPS[1:])
def test_every_group_of_a_unit_is_reproduced_but_the_one_told_without_counts(
    rules: IndexRules, unit: str
) -> None:
    for code, score in scores_of(rules, unit).items():
        if code == "CLGQ":
            assert (score.standing, score.missing) == (
                Standing.NOT_COMPUTABLE,
                ("3.1", "3.2", "3.3"),
            )
        elif code != TOTAL:
            assert score.standing is Standing.REPRODUCED, code


@pytest.mark.parametrize(
    ("unit", "group", "shown", "computed"),
    [
        ("H44.03", "TTTT", "7.67", "7.667"),
        ("H44.100", "TTTT", "6.69", "6.686"),
        ("H44.124", "TTTT", "5.5", "5.496"),
        ("H44.117", "TTTT", "5.66", "5.661"),
        ("H44.03", "TDGQ", "16.53", "16.531"),
        ("H44.100", "TDGQ", "15.81", "15.806"),
    ],
)
def test_single_units_come_out_to_the_third_place(
    rules: IndexRules, unit: str, group: str, shown: str, computed: str
) -> None:
    score = scores_of(rules, unit)[group]
    assert (score.shown, score.computed) == (Decimal(shown), Decimal(computed))


@pytest.mark.parametrize("unit", WITH_ALL_GROUPS)
def test_every_component_with_a_score_of_its_own_is_reproduced(
    rules: IndexRules, unit: str
) -> None:
    found = component_scores(rules, published_values(rules, figures_of(unit)))
    shown = [score for score in found if score.shown is not None]
    assert {score.standing for score in shown} == {Standing.REPRODUCED}
    assert len(shown) >= 6


def test_nothing_to_count_scores_what_the_portal_gives_for_it(rules: IndexRules) -> None:
    values = published_values(rules, figures_of("H44.01"))
    for code in ("1.1", "1.4", "2.1", "3.6", "4.1", "5.2", "5.4"):
        assert (values[code].empty, values[code].rate, values[code].percent) == (True, None, None)
    found = scores_of(rules, "H44.01")
    computed = {code: score.computed for code, score in found.items() if code != TOTAL}
    assert computed["TDGQ"] == 0
    assert computed["MDHL"] == 12
    assert computed["MDSH"] == 2


def test_two_metrics_of_one_whole_make_one_component(rules: IndexRules) -> None:
    value = published_values(rules, figures_of("H44"))["3.1"]
    assert (value.numerator, value.denominator, value.rate) == (52, 56, Fraction(52, 56))
    one = [figure for figure in figures_of("H44") if figure.metric != "SERVICES_FULL"]
    assert "3.1" not in published_values(rules, one)


def test_a_value_keeps_what_was_shown_and_when(rules: IndexRules) -> None:
    value = published_values(rules, figures_of("H44"))["1.3"]
    assert value == Value(
        code="1.3",
        percent=Decimal("97.75"),
        numerator=87,
        denominator=89,
        score=Decimal("1.96"),
        maximum=Decimal(2),
        said="97.75",
        origin=Origin.PUBLISHED,
        as_of=AT,
    )


def test_a_group_stands_as_its_own_page_shows_it_else_as_the_national_list_does(
    rules: IndexRules,
) -> None:
    listed = [Shown("TDGQ", "RANKING_SCORE", score="15.7"), Shown("", "SCORE", score="61.2")]
    values = published_values(rules, listed)
    assert (values["TDGQ"].score, values["TDGQ"].maximum) == (Decimal("15.7"), Decimal(20))
    assert (values[TOTAL].score, values[TOTAL].maximum) == (Decimal("61.2"), Decimal(100))
    own = [*listed, Shown("TDGQ", "SCORE", score="15.68", max_score="20")]
    assert published_values(rules, own)["TDGQ"].score == Decimal("15.68")


def test_late_dossiers_and_the_rank_stand_beside_the_components(rules: IndexRules) -> None:
    rank = Shown("", "RANK", numerator=12)
    values = published_values(rules, [*figures_of("H44.03"), rank])
    assert (values[LATE].numerator, values[LATE].denominator) == (102, 588)
    assert values[RANK].score == 12
    assert values[RANK].numerator is None


def test_the_stores_own_figures_will_do(rules: IndexRules) -> None:
    stored = PublishedFigure(
        source_id=1,
        run_id=1,
        generation="reporting",
        period_from=AT.date(),
        period_to=AT.date(),
        unit="H44",
        group="TDGQ",
        metric="ON_TIME",
        observed_at=AT,
        numerator=3,
        denominator=4,
    )
    assert published_values(rules, [stored])["2.1"].rate == Fraction(3, 4)


def test_an_online_share_below_full_marks_is_multiplied_by_the_sync_rate(
    rules: IndexRules,
) -> None:
    figures = [
        replace(figure, numerator=figure.denominator and figure.denominator // 5)
        if figure.metric in ("FILED_ONLINE", "DOSSIER_SYNC")
        else figure
        for figure in figures_of("H44")
    ]
    values = published_values(rules, figures)
    (share,) = [score for score in component_scores(rules, values) if score.code == "3.3"]
    assert share.computed == Decimal("0.480")  # 6 x 20 % x 20 % / 50 %
    without = {code: value for code, value in values.items() if code != "1.4"}
    group = {score.code: score for score in scores(rules, without)}["CLGQ"]
    assert (group.reason, group.missing) == (Reason.COMPONENTS, ("1.4",))


def test_what_was_counted_here_scores_without_a_shown_one(rules: IndexRules) -> None:
    values = {"2.1": counted_value("2.1", 90, 120, AT)}
    assert values["2.1"].percent == 75
    score = scores(rules, values)[1]
    assert (score.code, score.shown, score.computed) == ("TDGQ", None, Decimal(15))
    assert score.standing is Standing.NOT_SHOWN
    assert counted_value("2.1", 0, 0, AT).empty


def test_counts_that_do_not_give_their_percentage_are_noted(rules: IndexRules) -> None:
    assert cross_checks(rules, published_values(rules, figures_of("H44.03"))) == ()
    wrong = [
        replace(figure, ratio="98.75") if figure.metric == "PUBLIC_CONTENT_FULL" else figure
        for figure in figures_of("H44.03")
    ]
    (note,) = cross_checks(rules, published_values(rules, wrong))
    assert (note.kind, note.codes, note.shown) == (NoteKind.COUNTS, ("1.3",), Decimal("98.75"))
