"""The only place that joins real parts: settings, store, sources, clock."""

import os
import platform
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from models.types import Period, RecordView
from worker.core.course import EndEvent
from worker.core.facts import facts_of
from worker.core.judged import Rulebook
from worker.core.limits import Limit
from worker.core.procedures import counted_limits
from worker.core.reference import Province
from worker.core.rules.catalogue import PORTAL, RULES, looking_ahead, portal_rule
from worker.core.rules.judge import Statutes, judge
from worker.core.rules.rule import Rule
from worker.core.times import local_day
from worker.core.units import UnitDirectory
from worker.core.verdict import span_of
from worker.db.engine import open_engine, require_current_schema, stored_revision, upgrade
from worker.db.records import Judge, Judgement
from worker.errors import SettingsError
from worker.ports import FigureSource, PublishedSource, Upstream
from worker.settings.model import Settings
from worker.sources.calendars import national_calendar
from worker.sources.folder import find_folder, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from worker.settings.model import (
        IGateSettings,
        OpenCpsSettings,
        PortalSettings,
        TdSettings,
    )


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
            owner=f"{platform.node()}:{os.getpid()}",
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
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return open_engine(settings.store_url)


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock, in whole seconds; one that stands still where the settings name an instant."""
    fixed = settings.now
    if fixed is not None:
        return lambda: fixed
    return lambda: datetime.now(UTC).replace(microsecond=0)


def renewed(services: Services) -> Services:
    """The same services with the statutory maxima as the store knows them now."""
    limits = _limits(services.settings, services.engine, services.province)
    return replace(services, statutes=replace(services.statutes, limits=limits))


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


def is_alive(owner: str) -> bool | None:
    """Whether the process that owns a run still lives; None where it runs on another machine."""
    host, _, number = owner.rpartition(":")
    if host != platform.node():
        return None
    if int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def upstream(settings: Settings, name: str) -> Upstream:
    """A configured source with the capabilities it offers."""
    source = settings.sources[name]
    if source.kind == "opencps":
        return _opencps(name, source)
    if source.kind == "igate":
        return _igate(name, source)
    if source.kind == "td":
        return _td(settings, name, source)
    if source.kind == "workbook":
        return Upstream(name=name, side=source.side, rule=source.rule)
    return _portal(name, source)


def _opencps(name: str, source: "OpenCpsSettings") -> Upstream:
    from worker.sources.opencps import OpenCpsConfig, OpenCpsSource
    from worker.sources.opencps_statistics import OpenCpsStatistics

    config = OpenCpsConfig(
        name=name,
        url=source.url,
        username=source.username,
        password=secret(source, name),
        group_id=source.group_id,
        statuses={status: int(code) for status, code in source.statuses.items()},
    )
    return Upstream(
        name=name,
        side=source.side,
        rule=source.rule,
        pages=OpenCpsSource(config),
        published=OpenCpsStatistics(config) if source.statistics else None,
    )


def _igate(name: str, source: "IGateSettings") -> Upstream:
    from worker.sources.igate import IGateConfig, IGateSource
    from worker.sources.igate_statistics import IGateStatistics

    config = IGateConfig(
        name=name,
        sso_url=source.sso_url,
        api_url=source.api_url,
        realm=source.realm,
        client_id=source.client_id,
        username=source.username,
        password=secret(source, name),
        agency_id=source.agency_id,
        statuses={status: int(code) for status, code in source.statuses.items()},
    )
    return Upstream(
        name=name,
        side=source.side,
        rule=source.rule,
        pages=IGateSource(config),
        published=IGateStatistics(config) if source.statistics else None,
    )


def _td(settings: Settings, name: str, source: "TdSettings") -> Upstream:
    from worker.sources.td import TdConfig, TdSource
    from worker.sources.td_reports import TdReports

    config = TdConfig(
        name=name,
        url=source.url,
        tenant=source.tenant,
        username=source.username,
        password=secret(source, name),
        list_path=source.list_path,
        login_path=source.login_path,
        report_path=source.report_path,
        page_size=source.page_size,
        month_first=source.month_first,
        statuses={status: int(code) for status, code in source.statuses.items()},
    )
    clock, ahead = clock_of(settings), settings.rules.province.to_period_end
    today = None if ahead else lambda: local_day(clock())
    return Upstream(
        name=name,
        side=source.side,
        rule=source.rule,
        pages=TdSource(config),
        published=TdReports(config, today=today) if source.statistics else None,
    )


def _portal(name: str, source: "PortalSettings") -> Upstream:
    from worker.sources.adapter import PortalAdapter, PortalConfig
    from worker.sources.portal import PortalSource
    from worker.sources.portal_catalogue import PortalCatalogue

    config = PortalConfig(
        name=name,
        adapter_url=source.adapter_url,
        auth_endpoint=source.auth_endpoint,
        integration_endpoint=source.integration_endpoint,
        dstcode=source.dstcode,
        madonvi=source.madonvi,
        username=source.username,
        password=secret(source, name),
        lookups_per_second=source.lookups_per_second,
    )
    adapter = PortalAdapter(config)
    return Upstream(
        name=name,
        side=source.side,
        rule=source.rule,
        lookups=PortalSource(adapter),
        published=_reporting(name, source),
        figures=_figures(name, source),
        catalogue=PortalCatalogue(adapter) if source.catalogue else None,
    )


def _reporting(name: str, source: "PortalSettings") -> PublishedSource | None:
    from worker.sources.reporting import PortalReporting, ReportingConfig

    if source.reporting_url is None and source.root_department_id is None:
        return None
    if source.reporting_url is None or source.root_department_id is None:
        raise SettingsError("settings_reporting_half", source=name)
    config = ReportingConfig(
        name=name,
        reporting_url=source.reporting_url,
        root_department_id=source.root_department_id,
    )
    return PortalReporting(config)


def _figures(name: str, source: "PortalSettings") -> tuple[FigureSource, ...]:
    """The portal's evaluation in each generation there is an address for."""
    from worker.sources.portal_figures.figures import FiguresConfig, PortalFigures

    found: list[FigureSource] = []
    if source.figures and source.reporting_url and source.root_department_id:
        config = FiguresConfig(
            name=name,
            reporting_url=source.reporting_url,
            root_department_id=source.root_department_id,
            pause=source.figures_pause,
        )
        found.append(PortalFigures(config))
    if source.figures and (source.legacy_url or source.legacy_province_id):
        found.append(_legacy(name, source))
    return tuple(found)


def _legacy(name: str, source: "PortalSettings") -> FigureSource:
    from worker.sources.legacy_reports import LegacyConfig, LegacyReports

    if source.legacy_url is None or source.legacy_province_id is None:
        raise SettingsError("settings_legacy_half", source=name)
    config = LegacyConfig(
        name=name,
        legacy_url=source.legacy_url,
        province_code=source.madonvi,
        province_id=source.legacy_province_id,
        counts_id=source.legacy_counts_id,
        pause=source.figures_pause,
    )
    return LegacyReports(config)


def secret(
    source: "OpenCpsSettings | IGateSettings | TdSettings | PortalSettings", name: str
) -> str:
    """A source's password.

    Raises:
        SettingsError: none is set.
    """
    if source.password is None:
        raise SettingsError(
            "settings_password_missing",
            source=name,
            variable=f"DOISOAT_SOURCES__{name.upper()}__PASSWORD",
        )
    return source.password.get_secret_value()
