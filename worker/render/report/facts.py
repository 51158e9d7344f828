"""What a report is made of: plain values gathered from the store, before a word is said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from models.rates import StatementKind
from models.reconciliation import SyncHealth
from models.types import Category, CountView, Period, UnitLevel
from worker.core.alerts.letter import LetterDossier, LetterFigures, LetterStep, SourceAge
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.side_by_side import SideBySide
from worker.core.resend.effect import Effect
from worker.core.statement import Statement, Value
from worker.core.times import period_end
from worker.core.units import UnitDirectory
from worker.render.report.document import Letterhead

Counts = Mapping[tuple[CountView, Category], int]


@dataclass(frozen=True, slots=True)
class PublishedSync:
    """The portal's own count: of ``due`` dossiers it should have, ``synced`` are there."""

    synced: int | None = None
    due: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """One unit (or the whole province) as a reconciliation found it.

    ``counts`` are dossiers by view and category. ``merged`` are the names of ended units whose
    figures are counted here. ``health`` is None where nothing was measured.
    """

    code: str
    name: str
    level: UnitLevel
    figures: LetterFigures
    steps: tuple[LetterStep, ...] = ()
    counts: Counts
    merged: tuple[str, ...] = ()
    health: SyncHealth | None = None
    published_sync: PublishedSync = PublishedSync()

    def counted(self, view: CountView) -> int:
        """How many dossiers the population of ``view`` has."""
        return sum(count for (seen, _), count in self.counts.items() if seen is view)

    def in_category(self, view: CountView, category: Category) -> int:
        """How many dossiers of ``view`` stand in one category."""
        return self.counts.get((view, category), 0)

    @property
    def has_dossiers(self) -> bool:
        """Whether either side has a dossier of the unit: none at all is not the same as none late.

        What only a step of the bridge tells counts as well.
        """
        return any(self.counts.values()) or bool(self.steps)


@dataclass(frozen=True, slots=True)
class Measured:
    """The reconciliation with which sync health was measured: the same, or one before it."""

    number: int
    as_of: datetime
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One stored reconciliation and what it rests on.

    ``whole`` is the province, or the one unit the report is about; ``units`` stand in the order of
    the province's folder. ``dossiers`` come most urgent first, ``left_out`` more have no row;
    ``is_listed`` is False where nobody can tell them any more. ``rules`` are names of counting
    rules by source.
    """

    number: int
    as_of: datetime
    complete: bool
    whole: UnitFacts
    units: tuple[UnitFacts, ...]
    dossiers: tuple[LetterDossier, ...] = ()
    left_out: int = 0
    is_listed: bool = True
    measured: Measured | None = None
    ages: tuple[SourceAge, ...] = ()
    rules: Mapping[str, str]

    def is_provisional(self, period: Period) -> bool:
        """Whether the period was still open at the cut-off, so that its figures may change."""
        return self.as_of < period_end(period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A frozen statement: its number, the office that answers for it, when it was frozen."""

    number: int
    kind: StatementKind
    role: str
    signed_at: datetime
    digest: str
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A figure that is another one than at the close; ``unit`` is a name."""

    at: datetime
    unit: str
    figure: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What the period's requests to send dossiers again did; ``unit`` is a name, "" for all."""

    unit: str
    effect: Effect


@dataclass(frozen=True)
class Index:
    """A period's evaluation by index 766 with those of other periods to stand beside it."""

    current: Evaluation
    bases: tuple[Evaluation, ...]
    directory: UnitDirectory

    def shown(self, way: str) -> SideBySide:
        """The same of one way of showing alone (``printed`` or ``published``).

        So that a change is never one from what a document prints to what the portal publishes.
        """
        bases = [_only(each, way) for each in self.bases]
        return SideBySide(_only(self.current, way), bases, self.directory)


def _only(evaluation: Evaluation, way: str) -> Evaluation:
    province = _one_way(evaluation.province, way)
    return replace(
        evaluation,
        province=province,
        units=tuple(_one_way(unit, way) for unit in evaluation.units),
    )


def _one_way(unit: UnitEvaluation, way: str) -> UnitEvaluation:
    bare = replace(unit, printed={}, published={}, counted={}, at_home={})
    if way == "printed":
        return replace(bare, values=unit.printed, printed=unit.printed)
    return replace(bare, values=unit.published, published=unit.published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a report says; ``unit`` is the code of the one it is about, None: the province.

    ``unit_name`` is its name, which stands there where nothing was reconciled.
    ``index`` is the period's evaluation by index 766 beside those of other periods. ``sealed`` are
    the statements frozen of the whole it is about, the close first. ``resent`` is what was sent
    again in the period, unit by unit, then of all where there are several.
    """

    province: str
    code: str
    period: Period
    written_at: datetime
    letterhead: Letterhead
    unit: str | None = None
    unit_name: str = ""
    index: Index | None = None
    reconciled: Reconciled | None = None
    sealed: tuple[Sealed, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    resent: tuple[SentAgain, ...] = ()

    @property
    def about(self) -> str:
        """What the report is about, by name."""
        usual = self.unit_name or self.province
        return usual if self.reconciled is None else self.reconciled.whole.name
