"""The portal's invented evaluation of a world: seven groups, every unit, every procedure.

What the world knows is exact: the counts of the progress group, of the metric DOSSIER_SYNC, and of
dossiers with a trait (filed or paid online, digitised and so on). The rest comes from a seed.
Formulas, maxima and the five ways of treating "nothing to measure" are the portal's own (research,
index 766 sections 1.2 and 2.2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from zlib import crc32

from models.rates import Trait
from worker.simulator.tree_figures import TREES, Invented
from worker.simulator.truth import UnitFigures

Fields = dict[str, object]

MAXIMA = {"CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}
_TEMPORARY = "TEMP_NATIONAL_REPORT_DENOMINATOR"
_NO_REPORT = "NO_NATIONAL_REPORT_DATA"
_FLAGGED = 4  # one unit in so many bears a flag on its data


class Empty(Enum):
    """What is shown where there was nothing to measure."""

    NULL = "null"
    FULL = "full"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class _Metric:
    """A listed metric: its maximum, of what it is a share, and how nothing is shown.

    ``full_at`` is the rate of full marks. With a ``trait`` its part is the dossiers that have it,
    else it is made up.
    """

    code: str
    name: str
    most: int
    whole: Callable[[Invented, str], int]
    empty: Empty = Empty.NULL
    province_alone: bool = False
    trait: Trait | None = None
    full_at: int = 100

    def part(self, unit: Invented, whole: int) -> int:
        """A unit's part of ``whole``."""
        return unit.part(self.code, whole) if self.trait is None else unit.having(self.trait)


def _dossiers(unit: Invented, _code: str) -> int:
    return unit.true.received


def _papers(unit: Invented, code: str) -> int:
    return unit.some(code, 6)


_LISTED = {
    "CKMB": (
        _Metric("PUBLISH_ON_TIME", "Công bố đúng hạn", 6, _papers),
        _Metric("PUBLIC_UPDATE_ON_TIME", "Công khai đúng hạn", 4, _papers, province_alone=True),
        _Metric("PUBLIC_CONTENT_FULL", "Công khai đầy đủ", 2, _papers, province_alone=True),
    ),
    "MDSH": (
        _Metric("ORIGINAL_RESULT_AVAILABLE", "Kết quả điện tử", 6, _dossiers, trait=Trait.E_RESULT),
        _Metric("SO_HOA_GIAY_TO_GIAI_QUYET", "Số hóa giấy tờ", 4, _dossiers, trait=Trait.DIGITISED),
        _Metric(
            "REUSED_DIGITIZED_DATA",
            "Tái sử dụng dữ liệu số hóa",
            2,
            _dossiers,
            trait=Trait.REUSED,
            full_at=80,
        ),
        _Metric("ELECTRONIC_CERTIFIED_COPY", "Chứng thực bản sao điện tử", 2, _papers),
        _Metric(
            "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
            "Kho dữ liệu cá nhân",
            4,
            _dossiers,
            trait=Trait.FROM_STORE,
        ),
        _Metric(
            "CITIZEN_DATA_CONNECTED_DOSSIER",
            "Kết nối dữ liệu dân cư",
            2,
            _dossiers,
            trait=Trait.IDENTIFIED,
        ),
        _Metric("CITIZEN_DATA_CONNECTED_FORMALITY", "Thủ tục kết nối dân cư", 2, _papers),
    ),
    "MDHL": (
        _Metric("PETITION_PROCESSING_ON_TIME", "Phản ánh đúng hạn", 6, _papers, Empty.FULL),
        _Metric("PETITION_HANDLING_SATISFACTION", "Hài lòng xử lý", 6, _papers, Empty.FULL),
        _Metric(
            "DOSSIER_RECEIVING_SATISFACTION",
            "Hài lòng hồ sơ",
            6,
            _dossiers,
            Empty.ZERO,
            full_at=90,
        ),
        _Metric("PETITION_CLASSIFICATION_TTHC", "Phản ánh về thủ tục", 0, _papers),
        _Metric("PETITION_CLASSIFICATION_STAFF", "Phản ánh về thái độ", 0, _papers),
    ),
}

_SYNC = _Metric("DOSSIER_SYNC", "Tỷ lệ đồng bộ hồ sơ", 6, _dossiers)


class Evaluation:
    """Writes the rows of one question: the department asked for, and the units below it.

    What is invented comes from the province's code, so that it is the same at every question.
    """

    def __init__(self, whole: UnitFigures, units: Sequence[UnitFigures], province: str) -> None:
        self._whole = whole
        self._units = [Invented(unit, province) for unit in units]
        self._province = province

    def row(self, group: str, figure: UnitFigures) -> Fields:
        """A unit's fields in a group, or the whole department's, whose counts are the sums."""
        is_whole = figure.unit == self._whole.unit
        members = self._units if is_whole else [Invented(figure, self._province)]
        if group in _LISTED:
            return self._listed(group, figure, members)
        tree = TREES[group]
        counts = tree.counts(figure, members)
        shown = counts if is_whole or tree.units_tell_counts else {}
        more = {"avgProcessingDays": self._days(figure)} if group == "TDGQ" else {}
        return {**shown, **more, **_scored(group, tree.score(counts, figure), is_whole=is_whole)}

    def _days(self, figure: UnitFigures) -> float | None:
        if not figure.received:
            return None
        return round(1 + 4 * Invented(figure, self._province).share("days"), 1)

    def score(self, group: str, figure: UnitFigures) -> float:
        """A unit's score in a group."""
        row = self.row(group, figure)
        score = row.get("totalScore", row.get("score"))
        return float(score) if isinstance(score, int | float) else 0.0

    def _listed(self, group: str, figure: UnitFigures, members: Sequence[Invented]) -> Fields:
        below = figure.unit != self._province
        metrics = [_metric(each, members, below=below) for each in _LISTED[group]]
        if group == "CKMB":
            metrics.append(_sync(figure, flagged=below and _is_flagged(figure.unit)))
        scores = [each["score"] for each in metrics]
        total = round(sum(each for each in scores if isinstance(each, int | float)), 2)
        return {"metrics": metrics, **_scored(group, total, is_whole=True)}


def _scored(group: str, score: float, *, is_whole: bool) -> Fields:
    """Score, maximum and rate; the trees call them otherwise for units than for the whole."""
    most = MAXIMA[group]
    names = ("totalScore", "totalMaxScore") if is_whole else ("score", "maxScore")
    rate = round(100 * score / most, 2)
    return {names[0]: round(score, 2), names[1]: most, "ratio": rate, "scoreDelta": None}


def _metric(metric: _Metric, members: Sequence[Invented], *, below: bool) -> Fields:
    if metric.province_alone and below:
        return _shown(metric, None, None)
    wholes = [metric.whole(unit, metric.code) for unit in members]
    parts = [metric.part(unit, whole) for unit, whole in zip(members, wholes, strict=True)]
    return _shown(metric, sum(parts), sum(wholes))


def _is_flagged(unit: str) -> bool:
    return crc32(unit.encode()) % _FLAGGED == 0


def _sync(figure: UnitFigures, *, flagged: bool) -> Fields:
    """The one listed metric that is true, with the flags seen on its denominator."""
    told = _shown(_SYNC, figure.synced, figure.received_at_home)
    if not figure.received_at_home:
        return told | {"dataQualityStatus": _NO_REPORT}
    return told | {"dataQualityStatus": _TEMPORARY} if flagged else told


def _shown(metric: _Metric, part: int | None, whole: int | None) -> Fields:
    rate = round(100 * (part or 0) / whole, 2) if whole else None
    if rate is not None:
        score: float | None = round(metric.most * min(1, rate / metric.full_at), 2)
    else:
        rate, score = {
            Empty.NULL: (None, None),
            Empty.FULL: (None, float(metric.most)),
            Empty.ZERO: (0.0, 0.0),
        }[metric.empty]
    return {
        "code": metric.code,
        "name": metric.name,
        "numerator": part,
        "denominator": whole,
        "ratio": rate,
        "score": score,
        "maxScore": metric.most,
    }
