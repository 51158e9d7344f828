"""The portal's reporting interface: what it publishes of each unit (wire.md section 13.2)."""

from typing import Final
from zlib import crc32

from models.types import UnitLevel
from worker.core.times import month_of
from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.truth import UnitFigures, published
from worker.simulator.world import World

REPORTING_PATH: Final = "/api/v1/reporting"
_PROGRESS_SCORE = 20
_SYNC_SCORE = 6
_LARGEST_PAGE = 300


def department_id(code: str) -> str:
    """The portal's id of a unit, in the form of its ids since 2026 (UUID version 7)."""
    return f"019d2be3-0000-7000-8000-{crc32(code.encode()):012x}"


def root_department_id(province: str) -> str:
    """The id of the province itself: ``...051`` for H51."""
    return f"019d2be3-0000-7000-8000-{province[1:]:0>12}"


class Reporting:
    """Answers questions for published counts; only the world's own month has any.

    The status is 200 and 201 in turn, as both are seen.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._root = root_department_id(world.province_code)
        self._levels = {unit.code: unit.level for unit in world.units}
        self._answers = 0
        self._figures: tuple[int, tuple[UnitFigures, ...]] = (-1, ())

    def answer(self, asked: Asked) -> Reply:
        """Answer ``evaluation/dvc-progress-tree`` or ``evaluation/transparency``."""
        given = asked.json()
        if given.get("rootDepartmentId") != self._root:
            return reply({"code": "NOT_FOUND", "message": "Không tìm thấy đơn vị"}, 404)
        figures = self._of_period(given)
        match asked.path.removeprefix(f"{REPORTING_PATH}/evaluation/"):
            case "dvc-progress-tree":
                parent, children = "parent", "children"
                write = self._progress
            case "transparency":
                parent, children = "overview", "evaluation"
                write = self._transparency
            case _:
                return reply({"code": "NOT_FOUND"}, 404)
        number, size = _page(given)
        page = figures[(number - 1) * size : number * size]
        self._answers += 1
        data = {
            parent: write(self._whole(figures)),
            children: [write(figure) for figure in page],
            "pagination": _pagination(number, size, len(figures)),
        }
        return reply({"code": "OK", "data": data}, 200 if self._answers % 2 else 201)

    def _of_period(self, given: dict[str, object]) -> tuple[UnitFigures, ...]:
        month = month_of(self._world.as_of).first
        asked = (given.get("timeType"), given.get("year"), given.get("month"))
        if asked != ("month", month.year, month.month):
            return ()
        if self._figures[0] != self._world.version:
            self._figures = (self._world.version, published(self._world))
        return self._figures[1]

    def _whole(self, figures: tuple[UnitFigures, ...]) -> UnitFigures:
        code = self._world.province_code
        return UnitFigures(
            code,
            self._world.names.get(code, code),
            sum(each.received for each in figures),
            sum(each.late for each in figures),
            sum(each.completed for each in figures),
            sum(each.synced for each in figures),
            sum(each.received_at_home for each in figures),
        )

    def _department(self, figure: UnitFigures) -> dict[str, object]:
        whole = figure.unit == self._world.province_code
        commune = self._levels.get(figure.unit) is UnitLevel.COMMUNE
        return {
            "departmentId": self._root if whole else department_id(figure.unit),
            "departmentCode": figure.unit,
            "departmentName": figure.name,
            "childGroup": "COMMUNE" if commune else "AGENCY",
        }

    def _progress(self, figure: UnitFigures) -> dict[str, object]:
        on_time = figure.received - figure.late
        ratio = _ratio(on_time, figure.received)
        return {
            **self._department(figure),
            "totalReceived": figure.received,
            "totalOnTime": on_time,
            "totalOverdue": figure.late,
            "totalCompleted": figure.completed,
            "avgProcessingDays": None,
            "ratio": ratio,
            "totalScore": _score(ratio, _PROGRESS_SCORE),
            "totalMaxScore": _PROGRESS_SCORE,
        }

    def _transparency(self, figure: UnitFigures) -> dict[str, object]:
        ratio = _ratio(figure.synced, figure.received_at_home)
        metric = {
            "code": "DOSSIER_SYNC",
            "name": "Tỷ lệ đồng bộ hồ sơ",
            "numerator": figure.synced,
            "denominator": figure.received_at_home,
            "ratio": ratio,
            "score": _score(ratio, _SYNC_SCORE),
            "maxScore": _SYNC_SCORE,
        }
        return {**self._department(figure), "metrics": [metric]}


def _page(given: dict[str, object]) -> tuple[int, int]:
    number, size = given.get("currentPage"), given.get("pageSize")
    return (
        max(1, number) if isinstance(number, int) else 1,
        min(max(1, size), _LARGEST_PAGE) if isinstance(size, int) else 100,
    )


def _pagination(number: int, size: int, total: int) -> dict[str, int]:
    return {
        "currentPage": number,
        "pageSize": size,
        "total": total,
        "totalPages": -(-total // size),
    }


def _ratio(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _score(ratio: float | None, most: int) -> float | None:
    return round(most * ratio / 100, 2) if ratio is not None else None
