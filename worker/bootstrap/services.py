"""What commands and tasks work with: settings, store, reference data and clock, joined."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from models.types import Period, RecordView
from worker.bootstrap.process import clock_of, owner
from worker.core.course import EndEvent
from worker.core.facts import facts_of
from worker.core.judged import Rulebook
from worker.core.limits import Limit
from worker.core.procedures import counted_limits
from worker.core.reference import Province
from worker.core.rules.catalogue import PORTAL, RULES, looking_ahead, portal_rule
from worker.core.rules.judge import Statutes, judge
from worker.core.rules.rule import Rule
from worker.core.units import UnitDirectory
from worker.core.verdict import span_of
from worker.db.engine import open_engine, require_current_schema, stored_revision, upgrade
from worker.db.records import Judge, Judgement
from worker.settings.model import Settings
from worker.sources.calendars import national_calendar
from worker.sources.folder import find_folder, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What commands and tasks work with."""

    settings: Settings
    engine: "Engine"
    province: Province
    directory: UnitDirectory
    statutes: Statutes
    clock: Callable[[], datetime]
    owner: str

    def rule_of(self, name: str) -> Rule:
        """A counting rule by name, with this province's settings."""
        if name == PORTAL.name:
            return portal_rule(self.settings.rules.portal.granularity)
        ahead = self.settings.rules.province.to_period_end
        return looking_ahead(RULES[name]) if ahead else RULES[name]

    @property
    def end_event(self) -> EndEvent:
        """Which of several end events counts."""
        return self.settings.rules.portal.end_event

    def bases(self, *rules: str) -> dict[str, str]:
        """What verdicts by these rules rest on, to be judged anew when any of it changes."""
        told = {}
        for name in rules:
            ground = repr((self.rule_of(name), self.end_event, *self.statutes.ground))
            told[name] = f"{name}/{sha256(ground.encode()).hexdigest()[:16]}"
        return told

    def judge(self, *rules: str) -> Judge:
        """Judges a record by these rules."""
        end_event, statutes = self.end_event, self.statutes
        ruled = [(name, basis, self.rule_of(name)) for name, basis in self.bases(*rules).items()]

        def judged(view: RecordView) -> list[Judgement]:
            facts = facts_of(view, end_event=end_event)
            return [
                Judgement(name, basis, judge(rule, facts, statutes)) for name, basis, rule in ruled
            ]

        return judged

    def rulebook(self, as_of: datetime, period: Period, names: tuple[str, str]) -> Rulebook:
        """By what two sources, named, are compared at ``as_of``: the nearer one first."""
        home, other = (self.settings.sources[name] for name in names)
        return Rulebook(
            own=self.rule_of(home.rule),
            portal=self.rule_of(other.rule),
            end_event=self.end_event,
            statutes=self.statutes,
            span=span_of(period, as_of),
            as_of=as_of,
            grace=self.settings.reconcile.grace,
        )


@contextmanager
def services(settings: Settings) -> "Iterator[Services]":
    """Everything joined, the store checked; closed again at the end.

    The embedded database is made at first use; any other has to be brought up to date by hand.

    Raises:
        StoreError: the store is out of reach or its schema is not ours.
        ReferenceError: the province's folder can't be read.
    """
    province = read_folder(find_folder(settings.province.seeds, settings.folder))
    engine = open_store(settings)
    try:
        if stored_revision(engine) is None and engine.url.get_backend_name() == "sqlite":
            upgrade(engine)
        require_current_schema(engine)
        yield Services(
            settings=settings,
            engine=engine,
            province=province,
            directory=directory_of(engine, province),
            statutes=_statutes(settings, engine, province),
            clock=clock_of(settings),
            owner=owner(),
        )
    finally:
        engine.dispose()


def directory_of(engine: "Engine", province: Province) -> UnitDirectory:
    """The units of the folder, and what operators decided about names nobody had listed."""
    from sqlmodel import Session

    from worker.db.unit_names import aliases

    with Session(engine) as session:
        return UnitDirectory(province.units, aliases(session))


def open_store(settings: Settings) -> "Engine":
    """The configured database; for the embedded one the data folder is made."""
    if settings.database_url is None:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open_engine(settings.store_url)


def renewed(services: Services) -> Services:
    """The same services with statutory maxima and units' names as the store knows them now."""
    limits = _limits(services.settings, services.engine, services.province)
    return replace(
        services,
        directory=directory_of(services.engine, services.province),
        statutes=replace(services.statutes, limits=limits),
    )


def _statutes(settings: Settings, engine: "Engine", province: Province) -> Statutes:
    calendar = national_calendar(settings.folder).calendar.with_own_days(province.calendar)
    limits = _limits(settings, engine, province)
    return Statutes(calendar, limits, settings.calendar.sessions)


def _limits(settings: Settings, engine: "Engine", province: Province) -> dict[str, Limit]:
    """The statutory maxima as the store and the province's folder tell them."""
    from sqlmodel import Session

    from worker.db.catalogue import told_limits

    with Session(engine) as session:
        told = told_limits(session)
    return counted_limits(province.procedures, told, settings.rules.portal.plain_days)
