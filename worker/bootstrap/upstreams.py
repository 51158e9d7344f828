"""The outside systems as they are configured: sources to read, receivers to tell."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from models.types import Side
from worker.bootstrap.process import clock_of
from worker.core.outbox import Target
from worker.core.times import local_day
from worker.errors import SettingsError
from worker.ports import FigureSource, Postman, PublishedSource, ResendSource, Sender, Upstream
from worker.settings.model import Settings

if TYPE_CHECKING:
    from worker.settings.model import (
        IGateSettings,
        OpenCpsSettings,
        PortalSettings,
        TdSettings,
    )
    from worker.sources.http import ClientPolicy
    from worker.sources.igate import IGateConfig
    from worker.sources.opencps import OpenCpsConfig
    from worker.sources.td import TdConfig


def upstream(settings: Settings, name: str, *, is_hasty: bool = False) -> Upstream:
    """A configured source with the capabilities it offers.

    ``is_hasty``: somebody waits, so it is asked only once and not waited for long.
    """
    source = settings.sources[name]
    if source.kind == "workbook":
        return Upstream(name=name, side=source.side, rule=source.rule)
    pace = None if source.kind == "portal" else source.calls_per_second
    policy = _policy(settings, pace)
    if is_hasty:
        policy = replace(policy, connect=5.0, read=10.0, exchange=15.0, attempts=1)
    if source.kind == "opencps":
        return _opencps(name, source, policy)
    if source.kind == "igate":
        return _igate(name, source, policy)
    if source.kind == "td":
        return _td(settings, name, source, policy)
    return _portal(name, source, policy)


def webhook_targets(settings: Settings) -> tuple[Target, ...]:
    """The configured webhooks, and what each of them hears of."""
    return tuple(
        Target(name, webhook.events, webhook.units) for name, webhook in settings.webhooks.items()
    )


@contextmanager
def webhook_senders(settings: Settings) -> Iterator[dict[str, Sender]]:
    """A sender for every configured webhook, closed again at the end.

    One without a secret has none: what it is to hear of waits, and the doctor says why.
    """
    from worker.sources.webhook_out import WebhookConfig, WebhookSender

    senders: dict[str, Sender] = {}
    with ExitStack() as closing:
        for name, each in settings.webhooks.items():
            if each.secret is not None:
                secret = each.secret.get_secret_value()
                sender = WebhookSender(WebhookConfig(name=name, url=each.url, secret=secret))
                closing.callback(sender.close)
                senders[name] = sender
        yield senders


def sign_of_life(url: str) -> None:
    """Give whoever watches from outside a sign of life.

    Raises:
        TransientError: nobody heard it.
    """
    from worker.sources.sign_of_life import give

    give(url)


@contextmanager
def mail_server(settings: Settings) -> Iterator[Postman | None]:
    """Who hands mails to the configured server, his connection closed again at the end.

    None where there is no server: mails wait then.
    """
    if settings.smtp_url is None:
        yield None
        return
    from worker.mail.server import mail_server_at
    from worker.mail.smtp import SmtpConfig, SmtpPostman

    server = mail_server_at(settings.smtp_url.get_secret_value())
    postman = SmtpPostman(SmtpConfig(server=server))
    try:
        yield postman
    finally:
        postman.close()


def _policy(settings: Settings, calls_per_second: float | None = None) -> "ClientPolicy":
    """How a source is asked; its limits are shared by all workers that use the same broker.

    A broker that is not Redis can't hold them, so they are shared per machine then; that only one
    run reads a source at a time keeps the machines apart.
    """
    from worker.sources.http import ClientPolicy
    from worker.sources.pace_file import FileBook
    from worker.sources.pace_redis import RedisBook, is_redis

    broker = settings.broker_url.get_secret_value() if settings.broker_url else ""
    book = RedisBook(broker) if is_redis(broker) else FileBook(settings.data_dir / "pace.db")
    return ClientPolicy(calls_per_second=calls_per_second, book=book)


def _opencps(name: str, source: "OpenCpsSettings", policy: "ClientPolicy") -> Upstream:
    from worker.sources.by_code import LookupsByCode
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
        pages=OpenCpsSource(config, policy),
        lookups=LookupsByCode(OpenCpsSource(config, policy)),
        published=OpenCpsStatistics(config, policy) if source.statistics else None,
        resend=_opencps_resend(source, config, policy),
    )


def _opencps_resend(
    source: "OpenCpsSettings", config: "OpenCpsConfig", policy: "ClientPolicy"
) -> ResendSource | None:
    from worker.sources.opencps_resend import OpenCpsResends

    asked = source.resend and source.side is Side.PROVINCE
    return OpenCpsResends(config, policy) if asked else None


def _igate(name: str, source: "IGateSettings", policy: "ClientPolicy") -> Upstream:
    from worker.sources.by_code import LookupsByCode
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
        pages=IGateSource(config, policy),
        lookups=LookupsByCode(IGateSource(config, policy)),
        published=IGateStatistics(config, policy) if source.statistics else None,
        resend=_igate_resend(source, config, policy),
    )


def _igate_resend(
    source: "IGateSettings", config: "IGateConfig", policy: "ClientPolicy"
) -> ResendSource | None:
    from worker.sources.igate_resend import IGateResends

    if source.resend_url is None or source.side is not Side.PROVINCE:
        return None
    return IGateResends(config, source.resend_url, policy)


def _td(settings: Settings, name: str, source: "TdSettings", policy: "ClientPolicy") -> Upstream:
    from worker.sources.by_code import LookupsByCode
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
        push_path=source.push_path,
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
        pages=TdSource(config, policy),
        lookups=LookupsByCode(TdSource(config, policy)),
        published=TdReports(config, policy, today=today) if source.statistics else None,
        resend=_td_resend(source, config, policy),
    )


def _td_resend(
    source: "TdSettings", config: "TdConfig", policy: "ClientPolicy"
) -> ResendSource | None:
    from worker.sources.td_resend import TdResends

    asked = source.resend and source.side is Side.PROVINCE
    return TdResends(config, policy) if asked else None


def _portal(name: str, source: "PortalSettings", policy: "ClientPolicy") -> Upstream:
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
    adapter = PortalAdapter(config, policy)
    return Upstream(
        name=name,
        side=source.side,
        rule=source.rule,
        lookups=PortalSource(adapter),
        published=_reporting(name, source, policy),
        figures=_figures(name, source, policy),
        catalogue=PortalCatalogue(adapter) if source.catalogue else None,
    )


def _reporting(
    name: str, source: "PortalSettings", policy: "ClientPolicy"
) -> PublishedSource | None:
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
    return PortalReporting(config, policy)


def _figures(
    name: str, source: "PortalSettings", policy: "ClientPolicy"
) -> tuple[FigureSource, ...]:
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
        found.append(PortalFigures(config, policy))
    if source.figures and (source.legacy_url or source.legacy_province_id):
        found.append(_legacy(name, source, policy))
    return tuple(found)


def _legacy(name: str, source: "PortalSettings", policy: "ClientPolicy") -> FigureSource:
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
    return LegacyReports(config, policy)


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
