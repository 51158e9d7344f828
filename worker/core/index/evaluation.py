"""The evaluation of a province in one period: every unit's values, scores and rank together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.types import Period, UnitLevel
from worker.core.index.rules import IndexRules
from worker.core.index.scoring import Score
from worker.core.index.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEvaluation:
    """One unit, or the province as a whole.

    ``values`` are as printed or published, whichever was asked for first and is there: scores are
    checked on them alone, for the two are never mixed. ``printed`` and ``published`` are both of
    them apart. ``counted`` are our own rates beside them, of what the portal shows of each dossier
    and by its rule; ``at_home`` those of the province's own records. ``rank`` is that by the total
    among the units of its level, None for what is not ranked, a unit without dossiers among it.
    """

    unit: str
    name: str
    level: UnitLevel
    values: Mapping[str, Value] = field(default_factory=dict)
    counted: Mapping[str, Value] = field(default_factory=dict)
    printed: Mapping[str, Value] = field(default_factory=dict)
    published: Mapping[str, Value] = field(default_factory=dict)
    at_home: Mapping[str, Value] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A province in one period.

    ``as_of`` is the cut-off. ``provisional``: the period was still open then. ``national`` are the
    means of the country by code, as shown. ``sources`` names the documents and sources used.
    """

    period: Period
    as_of: datetime
    provisional: bool
    rules: IndexRules
    province: UnitEvaluation
    units: tuple[UnitEvaluation, ...] = ()
    national: Mapping[str, Value] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
