"""The portal's reports of 2022 to 2025 at ``/jsp/rest.jsp``: every value a text (wire.md 13.1)."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs

import msgspec

from worker.core.times import month_of
from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.figures import MAXIMA, Evaluation
from worker.simulator.reporting import Reporting
from worker.simulator.truth import UnitFigures
from worker.simulator.world import World

LEGACY_PATH: Final = "/jsp/rest.jsp"
# One province has two numbers: one in the report of index 766, another in all others.
PROVINCE_ID: Final = "398051"
COUNTS_ID: Final = "11051"
_ALL = "0"
_OTHER_PROVINCES = (("398098", "H98", "Tỉnh Mẫu Hai"), ("398097", "H97", "Tỉnh Mẫu Ba"))
_AGENCY, _PROVINCE = "1", "0"


class LegacyReporting:
    """Answers the two reports of a month; a bare list and a wrapped one in turn."""

    def __init__(self, world: World, reporting: Reporting) -> None:
        self._world = world
        self._reporting = reporting
        self._answers = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer a form whose field ``params`` is JSON text."""
        params = _params(asked.body)
        reports = {
            ("report_tinh_766_service", _ALL): self._provinces,
            ("report_tinh_766_service", PROVINCE_ID): self._units,
            ("report_by_month_sum_service", COUNTS_ID): self._counts,
        }
        report = reports.get((str(params.get("service")), str(params.get("p_tinh_id"))))
        rows = report() if report is not None and self._is_month(params) else []
        page = _page(rows, params)
        self._answers += 1
        return reply(page if self._answers % 2 else {"TOTAL": str(len(rows)), "ROW": page})

    def _is_month(self, params: Mapping[str, object]) -> bool:
        month = month_of(self._world.as_of).first
        return (str(params.get("p_nam")), str(params.get("p_thang"))) == (
            str(month.year),
            str(month.month),
        )

    def _provinces(self) -> list[dict[str, str]]:
        evaluation, whole, _ = self._reporting.evaluation()
        scores = _scores(evaluation, whole)
        own = _ranked(PROVINCE_ID, whole.unit, whole.name, _PROVINCE, scores)
        others = [
            _ranked(
                key, code, name, _PROVINCE, {group: 0.9 * each for group, each in scores.items()}
            )
            for key, code, name in _OTHER_PROVINCES
        ]
        return _numbered([own, *others])

    def _units(self) -> list[dict[str, str]]:
        evaluation, _, units = self._reporting.evaluation()
        rows = [
            _ranked(f"3980{number:03d}", each.unit, each.name, _AGENCY, _scores(evaluation, each))
            for number, each in enumerate(units)
        ]
        return _numbered(sorted(rows, key=_total, reverse=True))

    def _counts(self) -> list[dict[str, str]]:
        """The month's counts of the province; what is synced is true, and how many are late."""
        _, whole, _ = self._reporting.evaluation()
        resolved_late = whole.late // 2
        on_time = whole.received - whole.late
        completed_on_time = max(0, min(on_time, whole.completed - resolved_late))
        counts = {
            "HS_TOTAL": whole.received_at_home,
            "DB_TOTAL": whole.synced,
            "HTDH_TOTAL": completed_on_time,
            "HTQH_TOTAL": resolved_late,
            "DXLTH_TOTAL": on_time - completed_on_time,
            "DXLQH_TOTAL": whole.late - resolved_late,
            "HTN_TRUCTUYEN_TOTAL": whole.received_at_home // 2,
            "HTN_TRUCTIEP_TOTAL": whole.received_at_home - whole.received_at_home // 2,
            "HTN_BUUCHINH_TOTAL": 0,
        }
        told = {name: str(count) for name, count in counts.items()}
        rate = 100 * whole.synced / whole.received_at_home if whole.received_at_home else 0
        return [told | {"TILE_DB": f"{rate:.2f}"}]


def _params(body: bytes) -> dict[str, object]:
    form = parse_qs(body.decode("utf-8", "replace"))
    try:
        return msgspec.json.decode(form.get("params", [""])[0], type=dict[str, object])
    except msgspec.DecodeError:
        return {}


def _page(rows: Sequence[dict[str, str]], params: Mapping[str, object]) -> list[dict[str, str]]:
    number, size = params.get("pageIndex"), params.get("pageSize")
    if not isinstance(number, int) or not isinstance(size, int):
        return list(rows)
    return list(rows[(number - 1) * size : number * size])


def _scores(evaluation: Evaluation, figure: UnitFigures) -> dict[str, float]:
    return {group: evaluation.score(group, figure) for group in MAXIMA}


def _ranked(
    key: str, code: str, name: str, level: str, scores: Mapping[str, float]
) -> dict[str, str]:
    return {
        "ID": key,
        "TEN": name,
        "MA_COQUAN": code,
        "CAPDONVIID": level,
        "TONG_SCORE": _decimal(sum(scores.values())),
        **{group: _decimal(score) for group, score in scores.items()},
    }


def _numbered(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [row | {"ROW_STT": str(number)} for number, row in enumerate(rows, start=1)]


def _total(row: Mapping[str, str]) -> float:
    return float(row["TONG_SCORE"].replace(",", "."))


def _decimal(value: float) -> str:
    """With a comma, as people here write it; rates come with a point."""
    return f"{value:.2f}".replace(".", ",")
