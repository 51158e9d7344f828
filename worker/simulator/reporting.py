"""The portal's reporting interface: what it publishes of each unit (wire.md section 13.2)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from models.types import UnitLevel
from worker.core.times import month_of
from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.figures import MAXIMA, Evaluation
from worker.simulator.truth import UnitFigures, published
from worker.simulator.world import World

REPORTING_PATH: Final = "/api/v1/reporting"
_LARGEST_PAGE = 300
_NATIONAL = "ADMINISTRATIVE_UNIT"
_OTHER_PROVINCES = (("H98", "UBND tỉnh Mẫu Hai"), ("H97", "UBND tỉnh Mẫu Ba"))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a group is called in its path, where its rows stand, how it spells a procedure."""

    code: str
    whole: str
    units: str
    procedure_key: str | None = "formalityId"
    days: bool = False


_GROUPS = {
    "transparency": _Shape("CKMB", "overview", "evaluation"),
    "dvc-progress-tree": _Shape("TDGQ", "parent", "children"),
    "provide-online-tree": _Shape("CLGQ", "parent", "children"),
    "formality-online-payment-tree": _Shape("TTTT", "parent", "children"),
    "dossier-digitized": _Shape("MDSH", "overview", "evaluation", "formalityID"),
    "handling-satisfaction": _Shape("MDHL", "overview", "evaluation", None, days=True),
}


def department_id(code: str) -> str:
    """The portal's id of a unit, in the form of its ids since 2026 (UUID version 7)."""
    return f"019d2be3-0000-7000-8000-{crc32(code.encode()):012x}"


def formality_id(code: str) -> str:
    """The portal's id of a procedure."""
    return f"019d2be3-0000-7000-9000-{crc32(code.encode()):012x}"


def root_department_id(province: str) -> str:
    """The id of the province itself: ``...051`` for H51."""
    return f"019d2be3-0000-7000-8000-{province[1:]:0>12}"


class Reporting:
    """Answers questions for published counts; only the world's own month has any.

    The status is 200 and 201 in turn, as both are seen. What a group does not know in a question,
    such as another group's spelling of the procedure, is passed over without a word.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._root = root_department_id(world.province_code)
        self._levels = {unit.code: unit.level for unit in world.units}
        self._units = {department_id(unit.code): unit.code for unit in world.units}
        self._units[self._root] = world.province_code
        self._procedures = {formality_id(each.code): each for each in world.frame.procedures}
        self._answers = 0
        self._version = -1
        self._figures: dict[str | None, tuple[UnitFigures, ...]] = {}

    def answer(self, asked: Asked) -> Reply:
        """Answer a question for one of the seven groups, or for the list of procedures."""
        given = asked.json()
        path = asked.path.removeprefix(REPORTING_PATH)
        if path == "/formalities":
            return self._formalities(given)
        name = path.removeprefix("/evaluation/")
        if name == "service-results":
            return self._national(given)
        unit = self._units.get(str(given.get("rootDepartmentId")))
        if name not in _GROUPS or unit is None:
            return reply({"code": "NOT_FOUND", "message": "Không tìm thấy đơn vị"}, 404)
        return self._group(_GROUPS[name], given, unit)

    def evaluation(self) -> tuple[Evaluation, UnitFigures, tuple[UnitFigures, ...]]:
        """The month's evaluation, of the whole province and of its units."""
        units = self._of(None)
        whole = self._sum(self._world.province_code, units)
        return Evaluation(whole, units, self._world.province_code), whole, units

    def _group(self, shape: _Shape, given: Mapping[str, object], unit: str) -> Reply:
        asked = self._of_period(shape, given)
        is_province = unit == self._world.province_code
        units = asked if is_province else tuple(each for each in asked if each.unit == unit)
        whole = self._sum(unit, units)
        evaluation = Evaluation(whole, units, self._world.province_code)
        below = units if is_province else ()
        number, size = _page(given)
        page = below[(number - 1) * size : number * size]
        return self._reply(
            {
                shape.whole: self._department(whole) | evaluation.row(shape.code, whole),
                shape.units: [
                    self._department(each) | evaluation.row(shape.code, each) for each in page
                ],
                "pagination": _pagination(number, size, len(below)),
            }
        )

    def _national(self, given: Mapping[str, object]) -> Reply:
        """Every province's total: the world's own, and two more beside it."""
        if given.get("departmentType") != _NATIONAL:
            return reply({"code": "BAD_REQUEST"}, 400)
        if not self._is_month(given):
            return self._reply({"overview": {}, "evaluation": []})
        evaluation, whole, _ = self.evaluation()
        scores = {group: evaluation.score(group, whole) for group in MAXIMA}
        rows = [_ranked(self._root, whole.unit, whole.name, scores)]
        for code, name in _OTHER_PROVINCES:
            lower = {group: round(score * 0.9, 2) for group, score in scores.items()}
            rows.append(_ranked(root_department_id(code), code, name, lower))
        return self._reply({"overview": {}, "growthPercent": None, "evaluation": rows})

    def _formalities(self, given: Mapping[str, object]) -> Reply:
        words = str(given.get("q") or "").casefold()
        found = [
            {"id": key, "code": each.code, "name": each.name, "state": "ACTIVE"}
            for key, each in self._procedures.items()
            if words in each.code or words in each.name.casefold()
        ]
        number, size = _page(given)
        page = found[(number - 1) * size : number * size]
        pagination = _pagination(number, size, len(found))
        return self._reply({"items": page, "pagination": pagination})

    def _reply(self, data: Mapping[str, object]) -> Reply:
        self._answers += 1
        return reply({"code": "OK", "data": data}, 200 if self._answers % 2 else 201)

    def _of_period(self, shape: _Shape, given: Mapping[str, object]) -> tuple[UnitFigures, ...]:
        known = self._is_month_by_days(given) if shape.days else self._is_month(given)
        if not known:
            return ()
        chosen = given.get(shape.procedure_key) if shape.procedure_key else None
        if chosen is None:
            return self._of(None)
        procedure = self._procedures.get(str(chosen))
        return self._of(procedure.code) if procedure else ()

    def _is_month(self, given: Mapping[str, object]) -> bool:
        month = month_of(self._world.as_of).first
        asked = (given.get("timeType"), given.get("year"), given.get("month"))
        return asked == ("month", month.year, month.month)

    def _is_month_by_days(self, given: Mapping[str, object]) -> bool:
        month = month_of(self._world.as_of)
        days = (month.first.isoformat(), month.last.isoformat())
        return (given.get("fromDate"), given.get("toDate")) == days

    def _of(self, procedure: str | None) -> tuple[UnitFigures, ...]:
        if self._version != self._world.version:
            self._version = self._world.version
            self._figures.clear()
        if procedure not in self._figures:
            self._figures[procedure] = published(self._world, procedure)
        return self._figures[procedure]

    def _sum(self, code: str, figures: tuple[UnitFigures, ...]) -> UnitFigures:
        return UnitFigures(
            code,
            self._world.names.get(code, code),
            sum(each.received for each in figures),
            sum(each.late for each in figures),
            sum(each.completed for each in figures),
            sum(each.synced for each in figures),
            sum(each.received_at_home for each in figures),
            sum((Counter(each.holding) for each in figures), Counter()),
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


def _ranked(key: str, code: str, name: str, scores: Mapping[str, float]) -> dict[str, object]:
    return {
        "departmentId": key,
        "departmentCode": code,
        "departmentName": name,
        "totalScore": round(sum(scores.values()), 2),
        "scoreDelta": None,
        "groupScores": dict(scores),
    }


def _page(given: Mapping[str, object]) -> tuple[int, int]:
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
