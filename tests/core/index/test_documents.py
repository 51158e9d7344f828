"""The users' own documents, held against the rules: what is expected is data, in two tables."""

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from models.types import Period
from worker.core.index.checks import Note, NoteKind, cross_checks
from worker.core.index.printed_values import printed_values
from worker.core.index.rules import RANK, TOTAL, rules_for
from worker.core.index.scoring import Score, Standing, Verdict, scores, verdict_of
from worker.core.index.values import Value
from worker.core.reference import PrintedFigure
from worker.i18n import text, use_language
from worker.sources.folder import find_folder, problems_of, read_folder
from worker.sources.index_rules import (
    NATIONAL_MEAN,
    UNNAMED_PROVINCE,
    read_index_rules,
    read_reference_figures,
    read_reference_verdicts,
)

HERE = Path(__file__).parent
PROVINCES = ("soc-trang", "tuyen-quang")
OF_DOCUMENT = {
    "2326/UBND-TTHC": 633,
    "Công văn số …/VP-NC ngày 04/12/2023": 55,
    "955/UBND-KSTT": 47,
}

Printed = tuple[str, Period, str]


def printed_figures() -> tuple[PrintedFigure, ...]:
    folders = [find_folder(name, Path("/nowhere")) for name in PROVINCES]
    ours = [figure for folder in folders for figure in read_folder(folder).figures]
    return (*ours, *read_reference_figures())


@pytest.fixture(scope="module")
def tables() -> dict[Printed, dict[str, Value]]:
    by_place: dict[Printed, list[PrintedFigure]] = {}
    for figure in printed_figures():
        place = (figure.document, figure.period, figure.unit)
        by_place.setdefault(place, []).append(figure)
    return {place: printed_values(figures) for place, figures in by_place.items()}


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checked(place: Printed, values: dict[str, Value]) -> Iterator[Score]:
    rules = rules_for(read_index_rules(), place[1])
    return iter(scores(rules, values, averages=place[2] == NATIONAL_MEAN))


def one(tables: dict[Printed, dict[str, Value]], unit: str, month: int) -> dict[str, Value]:
    (found,) = [
        values
        for (_, period, of), values in tables.items()
        if of == unit and period.first.month == month
    ]
    return found


def notes(tables: dict[Printed, dict[str, Value]], unit: str, month: int) -> list[Note]:
    national = one(tables, NATIONAL_MEAN, 11) if unit == UNNAMED_PROVINCE else None
    rules = read_index_rules()[0]
    return list(cross_checks(rules, one(tables, unit, month), national))


def test_every_figure_of_the_three_documents_is_kept() -> None:
    assert Counter(figure.document for figure in printed_figures()) == OF_DOCUMENT


def test_every_printed_score_stands_to_its_formula_as_expected(
    tables: dict[Printed, dict[str, Value]],
) -> None:
    found = [
        {
            "document": document,
            "period": period.first.strftime("%Y-%m"),
            "unit": unit,
            "code": score.code,
            "shown": str(score.shown),
            "maximum": str(score.maximum),
            "standing": score.standing.value,
            "off": "" if score.off is None else str(score.off),
            "reason": score.reason or "",
            "missing": " ".join(score.missing),
        }
        for (document, period, unit), values in tables.items()
        for score in checked((document, period, unit), values)
        if score.shown is not None
    ]
    assert sorted(found, key=str) == sorted(table("expected.csv"), key=str)


def test_no_printed_score_is_ever_replaced(tables: dict[Printed, dict[str, Value]]) -> None:
    as_printed = {
        (figure.document, figure.period, figure.unit, figure.indicator.removesuffix("_pct")): figure
        for figure in printed_figures()
    }
    for place, values in tables.items():
        for score in checked(place, values):
            if score.shown is not None:
                assert score.shown == as_printed[(*place, score.code)].number


def test_the_totals_of_the_province_are_the_sum_of_their_groups_but_for_july(
    tables: dict[Printed, dict[str, Value]],
) -> None:
    standings = {}
    for place, values in tables.items():
        if place[2] == "H51":
            (total,) = [score for score in checked(place, values) if score.code == TOTAL]
            standings[place[1].first.month] = (total.standing, total.off)
    assert standings == {
        4: (Standing.REPRODUCED, Decimal("-0.100")),
        6: (Standing.REPRODUCED, Decimal("0.090")),
        7: (Standing.NOT_REPRODUCED, Decimal("-1.110")),
    }


def test_what_is_missing_leaves_a_range_and_no_number(
    tables: dict[Printed, dict[str, Value]],
) -> None:
    place = next(place for place in tables if place[2] == "H51" and place[1].first.month == 4)
    (group,) = [score for score in checked(place, tables[place]) if score.code == "CKMB"]
    assert (group.computed, group.missing) == (None, ("1.3",))
    assert (group.least, group.most) == (Decimal("5.885"), Decimal("7.885"))


def test_the_verdicts_of_document_003_are_kept_and_worked_out_again(
    tables: dict[Printed, dict[str, Value]],
) -> None:
    values = one(tables, UNNAMED_PROVINCE, 11)
    rules = read_index_rules()[0]
    found = []
    for printed in read_reference_verdicts():
        target = printed.target or rules.target_of(printed.indicator)
        again = verdict_of(values[printed.indicator], target)
        found.append([printed.indicator, printed.verdict.value, again.value])
    assert found == [list(row.values()) for row in table("expected_verdicts.csv")]


def test_the_rules_have_the_thresholds_that_document_003_prints() -> None:
    rules = read_index_rules()[0]
    for printed in read_reference_verdicts():
        if printed.target is not None:
            assert rules.target_of(printed.indicator) == printed.target, printed.indicator


def test_what_has_no_figures_is_missing_and_the_number_in_the_remark_is_not_read(
    tables: dict[Printed, dict[str, Value]],
) -> None:
    value = one(tables, UNNAMED_PROVINCE, 11)["4.3"]
    assert "2 điểm" in value.said
    assert (value.percent, value.score, value.rate, value.empty) == (None, None, None, False)
    target = read_index_rules()[0].target_of("4.2")
    assert verdict_of(value, target) is Verdict.NO_VALUE


def test_document_003_contradicts_itself_where_it_does(
    tables: dict[Printed, dict[str, Value]],
) -> None:
    found = {(note.kind, note.codes) for note in notes(tables, UNNAMED_PROVINCE, 11)}
    assert found == {
        (NoteKind.SATISFACTION, ("5.4", "2.1")),
        (NoteKind.EQUAL, ("1.1", "1.2")),
        (NoteKind.PARTS, ("3.1", "3.1.1", "3.1.2")),
        (NoteKind.AVERAGE, ("3.5a",)),
    }


def test_july_of_document_001_has_a_score_beyond_its_formula(
    tables: dict[Printed, dict[str, Value]],
) -> None:
    found = {note.kind: note for note in notes(tables, "H51", 7)}
    assert found.keys() == {NoteKind.TOTAL, NoteKind.OUT_OF_REACH}
    assert found[NoteKind.OUT_OF_REACH].codes == ("CKMB",)
    assert (found[NoteKind.TOTAL].shown, found[NoteKind.TOTAL].other) == (
        Decimal("66.31"),
        Decimal("65.200"),
    )
    assert notes(tables, "H51", 4) == []


def test_document_004_keeps_its_counts(tables: dict[Printed, dict[str, Value]]) -> None:
    values = one(tables, "H60.37", 3)
    counts = {code: (value.numerator, value.denominator) for code, value in values.items()}
    assert counts["1.3"] == (1773, 1773)
    assert counts["1.4"] == (4521, 4521)
    assert counts["3.1"] == (46, 291)
    assert counts["3.5b"] == (49, 126)
    assert counts["3.5a"] == (39, 92)
    assert counts["3.6"] == (3066, 3964)
    assert counts["ACCOUNTS"] == (885572, None)
    assert (values[RANK].score, values[RANK].maximum) == (Decimal(1), Decimal(7))
    assert [note.kind for note in notes(tables, "H60.37", 3)] == [NoteKind.SATISFACTION]


def test_a_late_share_tells_the_share_in_time(tables: dict[Printed, dict[str, Value]]) -> None:
    values = one(tables, "H51", 6)
    assert (values["2.1"].percent, values["2.1"].said) == (Decimal("87.01"), "12,99%")


@pytest.mark.parametrize("name", PROVINCES)
def test_the_folders_have_no_mistake(name: str) -> None:
    assert problems_of(find_folder(name, Path("/nowhere"))) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_everything_that_is_printed_has_a_name(
    tables: dict[Printed, dict[str, Value]], language: str
) -> None:
    use_language(language, strict=True)
    for code in {code for values in tables.values() for code in values}:
        part = "component" if code[0].isdigit() or code in ("ACCOUNTS", "TONG_delta") else "group"
        assert text(f"index.{part}.{code}")
