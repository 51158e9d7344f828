"""Report: gather from the store what a report of one period says, and put it into sections."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session

from models.reconciliation import Reconciliation, SyncHealth
from models.source import Source
from models.types import Category, CountView, Period, RunState, UnitLevel
from worker.core.alerts.letter import LetterFigures, SourceAge
from worker.core.judged import Rulebook
from worker.core.lineage import counting_day, predecessors_of
from worker.core.times import period_end, period_start
from worker.core.units import Unit, UnitDirectory
from worker.db import (
    findings,
    health,
    letter_parts,
    published,
    reconciliations,
    resend_effects,
    retention,
    runs,
    statements,
)
from worker.db.cases import Sides
from worker.db.letter_parts import Ledger, Listed
from worker.db.sources import identity
from worker.errors import NotFoundError
from worker.i18n import text
from worker.ports import Progress
from worker.render.report.contents import document_of
from worker.render.report.document import Document, Letterhead
from worker.render.report.facts import (
    Corrected,
    Facts,
    Index,
    Measured,
    PublishedSync,
    Reconciled,
    Sealed,
    SentAgain,
    UnitFacts,
)

_WHOLE = health.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeReport:
    """A report: of which period, about which unit (None: the province), from which two sources.

    ``elsewhere_ids`` are the sources of line-ministry software. ``index`` is the period's
    evaluation beside those of other periods, None where nobody tells anything. ``rulebook``: by
    what the sides are compared at an instant, where the dossiers of a past cut-off are looked up
    again. ``seen`` are the units that may be named to whoever gets it, None for all.
    """

    engine: Engine
    province_id: int
    portal_id: int
    elsewhere_ids: tuple[int, ...]
    period: Period
    directory: UnitDirectory
    province: Unit
    unit: Unit | None
    letterhead: Letterhead
    written_at: datetime
    index: Index | None
    rulebook: Callable[[datetime], Rulebook]
    progress: Progress
    seen: frozenset[str] | None = None


def make_report(task: MakeReport) -> Document:
    """The report of a period in the language in use.

    Raises:
        NotFoundError: ``report_nothing``: the store has nothing of that period;
            ``unit_not_found``: the unit ended, and the one that stands in its place is not seen.
    """
    with Session(task.engine) as session:
        row = reconciliations.newest(session, task.province_id, task.portal_id, task.period)
        found = None if row is None else _Gathering(task, session, row).reconciled()
        sealed, corrections = _sealed(session, task), _corrected(session, task)
        resent = _resent(session, task)
    if found is None and task.index is None:
        raise NotFoundError("report_nothing", period=f"{task.period.first:%Y-%m}")
    return document_of(
        Facts(
            province=task.province.name,
            code=task.province.code,
            period=task.period,
            written_at=task.written_at,
            letterhead=task.letterhead,
            unit=task.unit.code if task.unit else None,
            unit_name=task.unit.name if task.unit else "",
            index=task.index,
            reconciled=found,
            sealed=sealed,
            corrections=corrections,
            resent=resent,
        )
    )


def _resent(session: Session, task: MakeReport) -> tuple[SentAgain, ...]:
    """What was asked for in the period and went, in the order of the province's folder."""
    since, until = period_start(task.period), period_end(task.period)
    done = resend_effects.by_unit(session, since, until)
    own = [
        SentAgain(unit.name, done[unit.code])
        for unit in task.directory.units
        if unit.code in done and task.unit in (None, unit)
    ]
    return (*own, SentAgain("", done[_WHOLE])) if len(own) > 1 else tuple(own)


def _sealed(session: Session, task: MakeReport) -> tuple[Sealed, ...]:
    """The close of the period, then what was signed of it last by each role."""
    close = statements.latest_close(session, task.period)
    unit = task.unit.code if task.unit else _WHOLE
    signed = [row for row in statements.signed(session, task.period) if row.unit == unit]
    latest = {row.role: row for row in reversed(signed)}
    rows = [*([close] if close and close.unit == unit else []), *latest.values()]
    return tuple(
        Sealed(
            number=identity(row.id),
            kind=row.kind,
            role=row.role,
            signed_at=row.signed_at,
            digest=row.digest,
            statement=statements.content_of(row).statement,
        )
        for row in rows
    )


def _corrected(session: Session, task: MakeReport) -> tuple[Corrected, ...]:
    """What changed after the close; of one unit, where the report is about one."""
    names = {unit.code: unit.name for unit in task.directory.units} | {_WHOLE: task.province.name}
    return tuple(
        Corrected(
            at=row.at,
            unit=names.get(row.unit, row.unit),
            figure=row.figure,
            before=msgspec.json.decode(row.before),
            after=msgspec.json.decode(row.after),
        )
        for row in statements.corrections(session, task.period)
        if task.unit is None or row.unit == task.unit.code
    )


class _Gathering:
    """Reads what one reconciliation kept."""

    def __init__(self, task: MakeReport, session: Session, row: Reconciliation) -> None:
        self.task = task
        self.session = session
        self.row = row
        self.heirs: Mapping[str, str] = task.directory.heirs_on(
            counting_day(row.as_of, task.period)
        )
        self.names = {unit.code: unit.name for unit in task.directory.units}
        self.ledger: Ledger = letter_parts.ledger(session, row, self.heirs)
        pair = health.Pair(task.province_id, task.portal_id)
        self.measured = health.latest(session, pair, task.period)
        self.health = self._health()
        self.sync = health.published_sync(session, self.measured or row, self.heirs)

    def _health(self) -> Mapping[str, SyncHealth]:
        """By unit, as last measured in the period: one made by hand measures nothing."""
        if self.measured is None:
            return {}
        found = health.health_of(self.session, identity(self.measured.id))
        return {each.unit: each for each in found}

    def reconciled(self) -> Reconciled:
        """The reconciliation in plain values."""
        unit = self._about()
        whole = self._whole() if unit is None else self._unit(unit)
        units = tuple(map(self._unit, self._shown())) if unit is None else (whole,)
        listed = self._dossiers(unit.code if unit else _WHOLE)
        return Reconciled(
            number=identity(self.row.id),
            as_of=self.row.as_of,
            complete=self.row.complete,
            whole=whole,
            units=units,
            dossiers=listed.dossiers if listed else (),
            left_out=listed.left_out if listed else 0,
            is_listed=listed is not None,
            measured=self._measured(),
            ages=tuple(map(self._age, self._sources())),
            rules={each.name: each.rule for each in self._sources()},
        )

    def _measured(self) -> Measured | None:
        row = self.measured
        return None if row is None else Measured(identity(row.id), row.as_of, row.complete)

    def _about(self) -> Unit | None:
        """The unit the report is about; for an ended one that which stands in its place."""
        asked = self.task.unit
        found = asked and (self.task.directory.get(self.heirs.get(asked.code, "")) or asked)
        if asked and found and not self._is_seen(found.code):
            raise NotFoundError("unit_not_found", unit=asked.code)
        return found

    def _is_seen(self, unit: str) -> bool:
        return self.task.seen is None or unit in self.task.seen

    def _named(self) -> Mapping[str, str]:
        """Names of the units that dossiers belong to; those that are not seen have no name."""
        other = text("report.dossiers.other_unit")
        return {code: name if self._is_seen(code) else other for code, name in self.names.items()}

    def _shown(self) -> Iterator[Unit]:
        """The units of the period that stand for themselves, and whatever has a figure."""
        told = {*self.ledger.counts, *self.ledger.published, *self.ledger.steps}
        for unit in self.task.directory.units:
            lasting = unit.begun_by(self.task.period.last) and not unit.ended_by(
                self.task.period.first
            )
            usual = unit.level is not UnitLevel.PROVINCE and lasting
            if unit.code not in self.heirs and (usual or unit.code in told):
                yield unit

    def _unit(self, unit: Unit) -> UnitFacts:
        merged = predecessors_of(unit.code, self.heirs)
        return UnitFacts(
            code=unit.code,
            name=unit.name,
            level=unit.level,
            figures=self.ledger.figures(unit.code, None),
            steps=self.ledger.bridge(unit.code),
            counts=self.ledger.counts.get(unit.code, {}),
            merged=tuple(self.names[code] for code in merged),
            health=self.health.get(unit.code),
            published_sync=self._synced(unit.code),
        )

    def _whole(self) -> UnitFacts:
        counts: Counter[tuple[CountView, Category]] = Counter()
        for line in self.ledger.counts.values():
            counts.update(line)
        return UnitFacts(
            code=self.task.province.code,
            name=self.task.province.name,
            level=UnitLevel.PROVINCE,
            figures=self._published_whole(self.ledger.figures(_WHOLE, None)),
            steps=self.ledger.bridge(_WHOLE),
            counts=counts,
            health=self.health.get(_WHOLE),
            published_sync=self._synced(_WHOLE),
        )

    def _published_whole(self, figures: LetterFigures) -> LetterFigures:
        """The same with what the portal publishes of the whole province, where it does."""
        counts = published.published_at(
            self.session, self.row.portal_source_id, self.task.period, self.row.as_of
        )
        told = counts.get(published.WHOLE)
        if told is None or told.late is None:
            return figures
        return replace(figures, published=told.late, unexplained=told.late - figures.late_portal)

    def _synced(self, unit: str) -> PublishedSync:
        told = self.sync.get(unit)
        return PublishedSync(told.synced, told.due) if told else PublishedSync()

    def _dossiers(self, unit: str) -> Listed | None:
        """From what is kept where that makes up the bridge, else compared again at that instant.

        None where what was known then has been pruned.
        """
        if letter_parts.are_kept(self.session, self.row):
            return letter_parts.dossiers(self.session, self.row, unit, self._named())
        try:
            retention.require_reproducible(self.session, self.row.as_of)
        except NotFoundError:
            return None
        looking = findings.Looking(
            sides=Sides(
                self.row.province_source_id,
                self.row.portal_source_id,
                self.row.as_of,
                self.task.elsewhere_ids,
                known_by=self.row.created_at,
            ),
            book=self.task.rulebook(self.row.as_of),
            heirs=self.heirs,
            names=self._named(),
            progress=self.task.progress,
        )
        return findings.compared_again(self.session, looking, unit)

    def _sources(self) -> Iterator[Source]:
        for key in (self.row.province_source_id, self.row.portal_source_id):
            yield self.session.get_one(Source, key)

    def _age(self, source: Source) -> SourceAge:
        """Up to when a source was known at the cut-off."""
        last = runs.last_run(
            self.session, identity(source.id), RunState.COMPLETE, begun_by=self.row.as_of
        )
        return SourceAge(
            source=source.name, side=source.side, read_at=last.ended_at if last else None
        )
