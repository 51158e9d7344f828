"""A province's index in one period: printed, published and counted stay apart."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.figure import PublishedFigure
from models.indicator import IndicatorValue
from models.rates import Indicator
from models.reconciliation import Reconciliation, SyncHealth
from models.source import Source, SyncRun
from models.types import Period, RunState, Side, Trigger
from worker.core.calendar import Calendar
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.scoring import Standing
from worker.core.index.values import Origin
from worker.core.reference import PrintedFigure, Province
from worker.core.times import parse_month
from worker.core.units import UnitDirectory
from worker.db.health import Pair
from worker.errors import NotFoundError
from worker.sources.folder import find_folder, read_folder
from worker.sources.index_rules import NATIONAL_MEAN, read_index_rules, read_reference_figures
from worker.stages.evaluate import Evaluate, evaluate, known_periods

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
APRIL, JUNE, JULY = (parse_month(month) for month in ("2024-04", "2024-06", "2024-07"))
HOME, PORTAL = 1, 2
FINANCE, INTERIOR = "H51.11", "H51.12"


@pytest.fixture(autouse=True)
def two_sides(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(Source(id=HOME, name="tinh", side=Side.PROVINCE, kind="opencps", rule="portal"))
        session.add(Source(id=PORTAL, name="cong", side=Side.PORTAL, kind="portal", rule="portal"))
        session.flush()
        session.add(
            SyncRun(
                id=1,
                source_id=PORTAL,
                trigger=Trigger.OPERATOR,
                stage="look_up",
                state=RunState.COMPLETE,
                started_at=NOW,
                heartbeat_at=NOW,
                owner="here:1",
            )
        )


@pytest.fixture(scope="module")
def soc_trang() -> Province:
    return read_folder(find_folder("soc-trang", Path()))


def task(engine: Engine, province: Province, period: Period = JULY, **more: Any) -> Evaluate:
    usual: dict[str, Any] = {
        "engine": engine,
        "code": "H51",
        "province": province,
        "directory": UnitDirectory(province.units),
        "rules": read_index_rules(),
        "pair": Pair(HOME, PORTAL),
        "period": period,
        "as_of": NOW,
        "calendar": Calendar(),
    }
    return Evaluate(**(usual | more))


def publish(engine: Engine, period: Period = JULY, **more: Any) -> None:
    usual: dict[str, Any] = {
        "source_id": PORTAL,
        "run_id": 1,
        "generation": "reporting",
        "period_from": period.first,
        "period_to": period.last,
        "unit": "",
        "group": "TDGQ",
        "metric": "ON_TIME",
        "observed_at": NOW,
    }
    with Session(engine) as session, session.begin():
        session.add(PublishedFigure(**(usual | more)))


def count(engine: Engine, *rates: tuple[str, Side, Indicator, int, int, int]) -> None:
    """A reconciliation of July with these rates."""
    with Session(engine) as session, session.begin():
        session.add(
            Reconciliation(
                id=7,
                as_of=NOW,
                period_from=JULY.first,
                period_to=JULY.last,
                province_source_id=HOME,
                portal_source_id=PORTAL,
                complete=True,
                by_hand=False,
                created_at=NOW,
                digest="0",
            )
        )
        session.flush()
        session.add(SyncHealth(reconciliation_id=7, unit=""))
        for unit, side, indicator, numerator, denominator, untold in rates:
            session.add(
                IndicatorValue(
                    reconciliation_id=7,
                    unit=unit,
                    side=side,
                    indicator=indicator,
                    numerator=numerator,
                    denominator=denominator,
                    untold=untold,
                )
            )


def unit_of(found: Evaluation, code: str) -> UnitEvaluation:
    return next(unit for unit in found.units if unit.unit == code)


def test_printed_and_published_figures_stand_apart(engine: Engine, soc_trang: Province) -> None:
    publish(engine, metric="SCORE", score="16.4", max_score="20")
    publish(engine, numerator=82, denominator=100)
    province = evaluate(task(engine, soc_trang)).province
    assert (province.printed["TDGQ"].score, province.published["TDGQ"].score) == (
        Decimal("17.1"),
        Decimal("16.4"),
    )
    assert province.values == province.published
    assert province.published["TDGQ"].document == "reporting"
    assert province.printed["TDGQ"].document == "2326/UBND-TTHC"


def test_what_counts_first_can_be_chosen_and_the_two_are_never_mixed(
    engine: Engine, soc_trang: Province
) -> None:
    publish(engine, metric="SCORE", score="16.4", max_score="20")
    found = evaluate(task(engine, soc_trang, first=Origin.PRINTED)).province
    assert found.values == found.printed
    assert "TONG" in found.values
    chosen = evaluate(task(engine, soc_trang)).province
    assert chosen.values.keys() == {"TDGQ"}


def test_a_printed_score_is_kept_and_the_computed_one_stands_beside(
    engine: Engine, soc_trang: Province
) -> None:
    found = evaluate(task(engine, soc_trang)).province
    (total,) = (score for score in found.scores if score.code == "TONG")
    assert (total.shown, total.computed) == (Decimal("66.31"), Decimal("65.2"))
    assert total.standing is Standing.NOT_REPRODUCED
    assert found.values["TONG"].score == Decimal("66.31")


def test_our_own_rates_are_by_side_and_keep_what_is_untold(
    engine: Engine, soc_trang: Province
) -> None:
    count(
        engine,
        ("", Side.PORTAL, Indicator.ON_TIME, 80, 100, 0),
        ("", Side.PROVINCE, Indicator.ON_TIME, 90, 100, 0),
        ("", Side.PORTAL, Indicator.REUSED, 3, 10, 5),
        ("", Side.PROVINCE, Indicator.REUSED, 0, 0, 40),
        (INTERIOR, Side.PORTAL, Indicator.ON_TIME, 1, 2, 0),
    )
    found = evaluate(task(engine, soc_trang))
    province = found.province
    assert province.counted["2.1"].percent == 80
    assert province.at_home["2.1"].percent == 90
    assert province.counted["4.3"].percent == 30
    assert province.counted["4.3"].untold == 5
    untold = province.at_home["4.3"]
    assert (untold.percent, untold.empty, untold.untold) == (None, False, 40)
    assert unit_of(found, INTERIOR).counted["2.1"].numerator == 1
    assert unit_of(found, FINANCE).counted["2.1"].empty


def test_without_a_reconciliation_nothing_is_counted(engine: Engine, soc_trang: Province) -> None:
    found = evaluate(task(engine, soc_trang))
    assert found.province.at_home == {}
    assert unit_of(found, FINANCE).counted == {}


def test_a_unit_without_dossiers_is_not_ranked_and_the_others_close_up(
    engine: Engine, soc_trang: Province
) -> None:
    found = evaluate(task(engine, soc_trang))
    finance = unit_of(found, FINANCE)
    assert finance.printed["2.1"].said == "Không có hồ sơ"
    assert finance.values["TONG"].score == 32
    assert finance.rank is None
    peers = [unit.rank for unit in found.units if unit.level is finance.level]
    assert sorted(rank for rank in peers if rank is not None) == list(range(1, 16))
    june = evaluate(task(engine, soc_trang, JUNE))
    assert unit_of(june, FINANCE).rank is not None


def test_a_period_is_provisional_while_it_is_open_or_what_is_shown_was_cut_off_in_it(
    engine: Engine, soc_trang: Province
) -> None:
    later = datetime(2024, 9, 2, tzinfo=UTC)
    assert evaluate(task(engine, soc_trang)).provisional
    assert evaluate(task(engine, soc_trang, as_of=later)).provisional
    assert not evaluate(task(engine, soc_trang, JUNE)).provisional
    bare = Province(units=soc_trang.units)
    publish(engine, metric="SCORE", score="16.4", max_score="20", observed_at=later)
    assert not evaluate(task(engine, bare, as_of=later)).provisional


def test_of_two_interfaces_the_newer_counts_alone_but_for_the_rank(
    engine: Engine, soc_trang: Province
) -> None:
    publish(engine, metric="SCORE", score="16.4", max_score="20")
    publish(engine, generation="legacy", metric="SCORE", score="15.9", max_score="20")
    publish(engine, generation="legacy", group="CKMB", metric="SCORE", score="9", max_score="18")
    publish(engine, generation="legacy", group="", metric="RANK", numerator=51, denominator=63)
    published = evaluate(task(engine, soc_trang)).province.published
    assert published["TDGQ"].score == Decimal("16.4")
    assert "CKMB" not in published
    assert published["RANK"].score == 51
    assert published["RANK"].document == "legacy"


def test_figures_of_one_procedure_are_none_of_the_unit(engine: Engine, soc_trang: Province) -> None:
    publish(engine, numerator=1, denominator=2, procedure="1.000001")
    assert evaluate(task(engine, soc_trang)).province.published == {}


def test_only_units_that_the_period_had_are_evaluated(engine: Engine, soc_trang: Province) -> None:
    before = {unit.unit for unit in evaluate(task(engine, soc_trang)).units}
    autumn = parse_month("2025-09")
    later = datetime(2025, 9, 20, tzinfo=UTC)
    after = {unit.unit for unit in evaluate(task(engine, soc_trang, autumn, as_of=later)).units}
    assert {"H51.05", "H51.35", INTERIOR} <= before
    assert INTERIOR in after
    assert after.isdisjoint({"H51.05", "H51.35"})
    assert "H51" not in before | after


def test_means_of_the_country_are_those_of_the_period(engine: Engine, soc_trang: Province) -> None:
    means = [each for each in read_reference_figures() if each.unit == NATIONAL_MEAN]
    november = evaluate(task(engine, soc_trang, parse_month("2023-11"), national=means))
    assert november.national["1.1"].percent == Decimal("50.36")
    assert evaluate(task(engine, soc_trang, national=means)).national == {}


def test_documents_and_the_portal_are_named_where_they_tell_anything(
    engine: Engine, soc_trang: Province
) -> None:
    assert evaluate(task(engine, soc_trang)).sources == ("2326/UBND-TTHC",)
    publish(engine, numerator=82, denominator=100)
    assert evaluate(task(engine, soc_trang)).sources == ("2326/UBND-TTHC", "cong")
    assert evaluate(task(engine, soc_trang, parse_month("2024-01"))).sources == ()


def test_the_known_periods_are_earlier_ones_the_newest_first(
    engine: Engine, soc_trang: Province
) -> None:
    publish(engine, parse_month("2024-05"))
    publish(engine, parse_month("2024-08"))
    months = [period.first.month for period in known_periods(task(engine, soc_trang))]
    assert months == [6, 5, 4]
    assert known_periods(task(engine, soc_trang, APRIL)) == []


def test_a_province_that_its_folder_does_not_list_is_refused(engine: Engine) -> None:
    with pytest.raises(NotFoundError):
        evaluate(task(engine, Province(units=())))


def test_figures_printed_of_one_unit_do_not_reach_another(engine: Engine) -> None:
    units = read_folder(find_folder("soc-trang", Path())).units
    printed = PrintedFigure(
        period=JULY,
        as_of=date(2024, 7, 18),
        unit=INTERIOR,
        indicator="2.1",
        value="47,89%",
        number=Decimal("47.89"),
        scale="percent",
        document="mẫu",
    )
    found = evaluate(task(engine, Province(units=units, figures=(printed,))))
    assert unit_of(found, INTERIOR).values["2.1"].percent == Decimal("47.89")
    assert unit_of(found, FINANCE).values == {}
    assert unit_of(found, FINANCE).scores == ()
