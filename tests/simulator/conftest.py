from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from models.types import Period, UnitLevel
from worker.core.calendar import Calendar
from worker.core.reference import PrintedFigure, Procedure, Province, Volume
from worker.core.units import Unit
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.world import World

JULY = Period(date(2024, 7, 1), date(2024, 7, 31))

UNITS = (
    ("H99.01", "Sở Mẫu", UnitLevel.DEPARTMENT, 71, "47,89"),
    ("H99.02", "Sở Thử Nghiệm", UnitLevel.DEPARTMENT, 400, "97,5"),
    ("H99.03", "Sở Không Việc", UnitLevel.DEPARTMENT, 40, None),
    ("H99.31", "Huyện Ví Dụ", UnitLevel.DISTRICT, 77, "42,87"),
    ("H99.32", "Huyện Giả Định", UnitLevel.DISTRICT, 300, "88"),
)


def _figure(unit: str, level: UnitLevel, value: str | None) -> PrintedFigure:
    return PrintedFigure(
        period=JULY,
        as_of=None,
        unit=unit,
        indicator="2.1" if level is UnitLevel.DEPARTMENT else "TDGQ_pct",
        value=value or "Không có hồ sơ",
        number=Decimal(value.replace(",", ".")) if value else None,
        scale="%",
        document="mẫu",
    )


def _unit(code: str, name: str, level: UnitLevel) -> Unit:
    return Unit(code=code, name=name, short_name=name, level=level, parent="H99")


@pytest.fixture(scope="session")
def bare_province() -> Province:
    """Units alone: no procedures, no volumes, no figures."""
    whole = Unit(code="H99", name="Tỉnh Mẫu", short_name="Mẫu", level=UnitLevel.PROVINCE)
    return Province(units=(whole, *(_unit(code, name, level) for code, name, level, *_ in UNITS)))


@pytest.fixture(scope="session")
def province(bare_province: Province) -> Province:
    return Province(
        units=bare_province.units,
        procedures=tuple(
            Procedure(code=f"1.99000{n}", name=f"Thủ tục {n}", field="Mẫu", statutory_days=days)
            for n, days in enumerate((None, 1, 3, 5, 15))
        ),
        figures=tuple(_figure(code, level, value) for code, _, level, _, value in UNITS),
        volumes=tuple(Volume(code, volume) for code, _, _, volume, _ in UNITS),
    )


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar(days_off=frozenset({date(2024, 4, 30), date(2024, 5, 1), date(2024, 9, 2)}))


@pytest.fixture(scope="session")
def make_world(province: Province, calendar: Calendar) -> Callable[[WorldOptions], World]:
    return lambda options: build_world(province, "H99", calendar, options)
