"""A unit's index over periods: what is compared with what, and what is not."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from models.types import Period, UnitLevel
from worker.core.index.assembly import ranked
from worker.core.index.comparison import Break, Rank, Sign
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.rules import rules_for
from worker.core.index.scoring import Standing, Verdict
from worker.core.index.side_by_side import Compared, Entry, SideBySide
from worker.core.index.values import Origin, Value
from worker.core.times import parse_month
from worker.core.units import Unit, UnitDirectory
from worker.sources.index_rules import read_index_rules

NOW = datetime(2026, 10, 5, tzinfo=UTC)
APRIL, MAY, JUNE, JULY = (parse_month(f"2024-0{month}") for month in (4, 5, 6, 7))

PROVINCE = Unit(code="H51", name="Tỉnh Mẫu", short_name="Tỉnh Mẫu", level=UnitLevel.PROVINCE)


def department(code: str, **more: object) -> Unit:
    told = {"name": code, "short_name": code, "parent": "H51"} | more
    return Unit(code=code, level=UnitLevel.DEPARTMENT, **told)  # type: ignore[arg-type]


UNITS = (PROVINCE, department("A"), department("B"), department("C"))
DIRECTORY = UnitDirectory(UNITS)


def rate(code: str, percent: str | None, origin: Origin = Origin.PRINTED, **more: object) -> Value:
    number = None if percent is None else Decimal(percent)
    return Value(code=code, percent=number, empty=percent is None, origin=origin, **more)  # type: ignore[arg-type]


def score(code: str, points: str, maximum: str = "100", **more: object) -> Value:
    told: dict[str, object] = {"origin": Origin.PRINTED} | more
    return Value(code=code, score=Decimal(points), maximum=Decimal(maximum), **told)  # type: ignore[arg-type]


def column(*values: Value) -> dict[str, Value]:
    return {value.code: value for value in values}


def unit_told(
    code: str,
    printed: Mapping[str, Value] | None = None,
    published: Mapping[str, Value] | None = None,
    counted: Mapping[str, Value] | None = None,
) -> UnitEvaluation:
    listed = DIRECTORY.get(code)
    level = listed.level if listed else UnitLevel.DEPARTMENT
    return UnitEvaluation(
        unit=code,
        name=code,
        level=level,
        values=published or printed or {},
        printed=printed or {},
        published=published or {},
        counted=counted or {},
    )


def evaluation(period: Period, *units: UnitEvaluation, **national: Value) -> Evaluation:
    whole = [each for each in units if each.unit == "H51"] or [unit_told("H51")]
    others = [each for each in units if each.unit != "H51"]
    return Evaluation(
        period=period,
        as_of=NOW,
        provisional=False,
        rules=rules_for(read_index_rules(), period),
        province=whole[0],
        units=ranked(others),
        national={value.code: value for value in national.values()},
    )


def compared(
    unit: str,
    current: Evaluation,
    *bases: Evaluation,
    directory: UnitDirectory = DIRECTORY,
) -> Compared:
    found = SideBySide(current, bases, directory).of(unit)
    assert found is not None
    return found


def entry(found: Compared, code: str) -> Entry:
    return next(each for each in found.entries if each.code == code)


def printed(period: Period, percents: Mapping[str, str]) -> Evaluation:
    rates = (rate(code, percent) for code, percent in percents.items())
    return evaluation(period, unit_told("H51", column(*rates)))


def test_a_value_is_compared_with_every_period_by_its_name() -> None:
    found = compared(
        "H51",
        printed(JULY, {"1.4": "88.62"}),
        printed(JUNE, {"1.4": "75.81"}),
        printed(APRIL, {"1.4": "67.41"}),
    )
    changes = entry(found, "1.4").changes
    assert [(period, each and each.amount) for period, each in changes.items()] == [
        (JUNE, Decimal("12.81")),
        (APRIL, Decimal("21.21")),
    ]


def test_what_a_period_does_not_tell_has_no_change() -> None:
    found = compared("H51", printed(JULY, {"1.4": "88.62"}), evaluation(JUNE))
    assert entry(found, "1.4").changes == {JUNE: None}


def test_over_a_change_of_the_rules_the_break_is_named() -> None:
    before, after = parse_month("2025-12"), parse_month("2026-01")
    found = compared("H51", printed(after, {"1.4": "88"}), printed(before, {"1.4": "75"}))
    told = entry(found, "1.4").changes[before]
    assert told is not None
    assert (told.amount, told.breaks) == (None, (Break.RULES,))


def test_over_a_change_of_the_portals_interface_the_break_is_named() -> None:
    def shown(period: Period, percent: str, interface: str) -> Evaluation:
        value = rate("1.4", percent, Origin.PUBLISHED, document=interface)
        return evaluation(period, unit_told("H51", published=column(value)))

    found = compared("H51", shown(JULY, "88", "reporting"), shown(JUNE, "75", "legacy"))
    told = entry(found, "1.4").changes[JUNE]
    assert told is not None
    assert (told.amount, told.breaks) == (None, (Break.INTERFACE,))


def test_over_a_merger_neither_value_nor_rank_is_compared() -> None:
    ended = department("A", valid_to=date(2025, 2, 28), successor="B")
    directory = UnitDirectory((PROVINCE, ended, department("B"), department("C")))
    before, after = parse_month("2025-02"), parse_month("2025-03")
    now = evaluation(after, *(unit_told(code, column(score("TONG", "70"))) for code in "BC"))
    then = evaluation(before, *(unit_told(code, column(score("TONG", "60"))) for code in "ABC"))
    heir = compared("B", now, then, directory=directory)
    told, rank = entry(heir, "TONG").changes[before], heir.rank_changes[before]
    assert told is not None
    assert rank is not None
    assert (told.amount, told.breaks) == (None, (Break.UNIT,))
    assert (rank.better, rank.breaks) == (None, (Break.UNIT, Break.FIELD))
    other = compared("C", now, then, directory=directory)
    change, rank = entry(other, "TONG").changes[before], other.rank_changes[before]
    assert change is not None
    assert rank is not None
    assert change.amount == 10
    assert rank.breaks == (Break.FIELD,)


def test_a_unit_that_the_period_did_not_have_has_nothing_to_compare() -> None:
    assert SideBySide(evaluation(JULY, unit_told("A")), (), DIRECTORY).of("B") is None


def test_a_month_in_which_a_peer_had_no_dossiers_breaks_no_rank() -> None:
    idle = column(score("TONG", "99"), rate("2.1", None))
    units = [
        unit_told("A", column(score("TONG", "70"))),
        unit_told("B", column(score("TONG", "80"))),
    ]
    now = evaluation(JULY, *units, unit_told("C", idle))
    then = evaluation(JUNE, *units, unit_told("C", column(score("TONG", "90"))))
    found = compared("A", now, then)
    change = found.rank_changes[JUNE]
    assert found.rank == Rank(2, 2)
    assert change is not None
    assert (change.before, change.better, change.breaks) == (Rank(3, 3), 1, ())


def test_a_month_without_dossiers_is_no_base_to_compare_scores_with() -> None:
    nothing = column(score("TDGQ", "0", "20", origin=Origin.PUBLISHED), rate("2.1", None))
    then = evaluation(
        JUNE, unit_told("H51", column(score("TDGQ", "17.4", "20")), published=nothing)
    )
    shown = column(score("TDGQ", "16", "20", origin=Origin.PUBLISHED))
    now = evaluation(JULY, unit_told("H51", column(score("TDGQ", "17.1", "20")), published=shown))
    told = entry(compared("H51", now, then), "TDGQ").changes[JUNE]
    assert told is not None
    assert (told.shown_by, told.amount) == ("printed", Decimal("-0.3"))


def test_a_series_is_frozen_by_what_others_show_and_not_by_what_we_count() -> None:
    months = (APRIL, JUNE, JULY)

    def frozen(*columns: str) -> tuple[Sign, ...]:
        told = [
            evaluation(each, unit_told("H51", **{name: column(rate("1.4", "70.19"))}))
            for each, name in zip(months, columns, strict=True)
        ]
        return entry(compared("H51", told[2], told[1], told[0]), "1.4").signs

    assert frozen("printed", "printed", "printed") == (Sign.FROZEN,)
    assert frozen("printed", "printed", "published") == ()
    assert frozen("counted", "counted", "counted") == ()


def test_printed_and_published_scores_are_checked_each_by_its_own_rates() -> None:
    told = unit_told(
        "H51",
        column(score("TDGQ", "17.6", "20"), rate("2.1", "88")),
        published=column(score("TDGQ", "17.6", "20"), rate("2.1", "50")),
    )
    scores = entry(compared("H51", evaluation(JULY, told)), "TDGQ").scores
    assert scores["printed"].standing is Standing.REPRODUCED
    assert scores["published"].standing is Standing.NOT_REPRODUCED
    assert scores["published"].shown == Decimal("17.6")


def test_each_value_has_its_own_verdict_and_the_mean_only_the_province() -> None:
    told = [
        unit_told(code, column(rate("2.1", "90")), counted=column(rate("2.1", "89.99")))
        for code in ("H51", "A")
    ]
    current = evaluation(JULY, *told, mean=rate("2.1", "80.52"))
    province = entry(compared("H51", current), "2.1")
    assert province.verdicts == {"printed": Verdict.MET, "counted": Verdict.NOT_MET}
    assert province.national is not None
    assert entry(compared("A", current), "2.1").national is None


def test_units_come_level_by_level_the_worst_first_the_idle_last() -> None:
    idle = column(score("TONG", "1"), rate("2.1", None))
    current = evaluation(
        JULY,
        unit_told("A", column(score("TONG", "70"))),
        unit_told("B", idle),
        unit_told("C", column(score("TONG", "60"))),
    )
    rows = SideBySide(current, (), DIRECTORY).by("TONG")
    assert [row.unit.unit for row in rows] == ["C", "A", "B"]
    assert [row.rank and row.rank.place for row in rows] == [2, 1, None]


def test_units_are_ranked_by_one_teller_alone() -> None:
    current = evaluation(
        JULY,
        unit_told("A", column(rate("2.1", "10")), published=column(rate("2.1", "50"))),
        unit_told("B", column(rate("2.1", "99"))),
        unit_told("C", column(rate("2.1", "20")), published=column(rate("2.1", "40"))),
    )
    rows = SideBySide(current, (), DIRECTORY).by("2.1")
    assert [(row.unit.unit, row.rank and row.rank.place) for row in rows] == [
        ("C", 2),
        ("A", 1),
        ("B", None),
    ]


def test_what_stands_beside_the_components_belongs_with_their_group() -> None:
    found = compared("H51", printed(MAY, {"3.3": "40", "3.4": "85", "3.6": "10"}))
    rates = [each for each in found.entries if each.values]
    assert [(each.code, each.group) for each in rates] == [
        ("3.3", "CLGQ"),
        ("3.4", "CLGQ"),
        ("3.6", "TTTT"),
    ]
