"""What can be set: the shape of the TOML file, frozen, with every default."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError
from typing_extensions import override

from models.types import DayKind, EventKind, Side, Status
from worker.core.course import EndEvent
from worker.core.hours import OFFICE_HOURS
from worker.core.retention import Retention
from worker.core.rules.rule import Granularity
from worker.errors import SettingsError
from worker.settings.alerts import AlertSettings
from worker.settings.environment import DEFAULT_DATA_DIR
from worker.settings.report import ReportSettings
from worker.settings.resend import ResendSettings
from worker.settings.schedule import Schedule
from worker.settings.section import Section
from worker.settings.values import (
    BrokerAddress,
    CallsPerSecond,
    DatabaseAddress,
    Duration,
    Instant,
    MailServer,
    Network,
    OfficeHours,
    PositiveDuration,
    RetentionDuration,
    RuleName,
    Text,
    WebAddress,
    WebhookSecret,
    split_list,
)


class ProvinceSettings(Section):
    """``seeds`` names a folder in the package's seeds, or a path from the file's folder."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2}$")]
    name: Text
    seeds: Text


class _SourceSettings(Section):
    """``webhook_secret``: signs what the system tells us at ``/events/{source}``; none: nothing."""

    username: Text
    password: SecretStr | None = None
    webhook_secret: WebhookSecret | None = None
    since: date | None = None
    every: PositiveDuration = timedelta(minutes=15)


class OpenCpsSettings(_SourceSettings):
    """A province system of the OpenCPS family. ``statuses``: its own status names to ours.

    ``statistics``: whether to read its own monthly table beside the dossiers. ``resend``: whether
    it can be asked to send dossiers to the portal again.
    """

    kind: Literal["opencps"]
    side: Literal[Side.PROVINCE, Side.MINISTRY] = Side.PROVINCE
    rule: RuleName = "opencps_month"
    url: WebAddress
    group_id: Text
    calls_per_second: CallsPerSecond = None
    statuses: dict[str, Status] = Field(default_factory=dict)
    statistics: bool = True
    resend: bool = True


class IGateSettings(_SourceSettings):
    """A province system of VNPT iGate v2. ``statuses``: its own, by id or name, to ours.

    Which of its many reports a province goes by differs, so ``rule`` is the portal's own unless
    another is named. ``statistics``: whether to read its own table beside the dossiers.
    ``resend_url``: where it can be asked to send dossiers to the portal again; none: nowhere.
    """

    kind: Literal["igate"]
    side: Literal[Side.PROVINCE, Side.MINISTRY] = Side.PROVINCE
    rule: RuleName = "portal"
    sso_url: WebAddress
    api_url: WebAddress
    realm: Text = "digo"
    client_id: Text
    agency_id: Text | None = None
    calls_per_second: CallsPerSecond = None
    statuses: dict[str, Status] = Field(default_factory=dict)
    statistics: bool = True
    resend_url: WebAddress | None = None


class TdSettings(_SourceSettings):
    """A province system of TD (Tân Dân). ``statuses``: its own status codes to ours.

    Its paths are those of TD's public source; ``month_first``: its dates with slashes begin with
    the month. ``statistics``: whether to read its own report by unit beside the dossiers.
    ``resend``: whether it can be asked to send dossiers to the portal again.
    """

    kind: Literal["td"]
    side: Literal[Side.PROVINCE, Side.MINISTRY] = Side.PROVINCE
    rule: RuleName = "td_general"
    url: WebAddress
    tenant: Text = "root"
    list_path: Text = "/api/v1/HoSos"
    login_path: Text = "/api/tokens"
    report_path: Text = "/api/v1/BaoCaoTongHops/DonVi"
    push_path: Text = "/api/v1/HoSos/PushDataDVCQGByMaHoSo"
    page_size: int = Field(default=200, ge=1, le=1000)
    calls_per_second: CallsPerSecond = None
    month_first: bool = False
    statuses: dict[str, Status] = Field(default_factory=dict)
    statistics: bool = True
    resend: bool = True


class PortalSettings(_SourceSettings):
    """The national portal: its adapter for look-ups, its reporting for published counts.

    ``figures``: whether its evaluation of the province is read as well, with ``figures_pause``
    between any two questions. ``legacy_url`` is the address of the reports it had until 2025;
    they know a province by two numbers, ``legacy_province_id`` in the report of index 766 and
    ``legacy_counts_id`` in the counts.
    """

    kind: Literal["portal"]
    side: Literal[Side.PORTAL] = Side.PORTAL
    rule: Literal["portal"] = "portal"
    adapter_url: WebAddress
    auth_endpoint: Text = "/mapi/login"
    integration_endpoint: Text = "/mapi/g"
    share_endpoint: Text = "/mapi/s"
    dstcode: Text = "VN:GOV:000.00.00.G22:vpcpdvcqg"
    madonvi: Text
    reporting_url: WebAddress | None = None
    root_department_id: Text | None = None
    figures: bool = True
    figures_pause: Duration = timedelta(seconds=1)
    legacy_url: WebAddress | None = None
    legacy_province_id: Text | None = None
    legacy_counts_id: Text | None = None
    lookups_per_second: float = Field(default=20, gt=0, le=10_000)
    lookups_per_day: int = Field(default=50_000, ge=1)
    sample_share: float = Field(default=0.01, ge=0, le=1)
    catalogue: bool = True


def _portals_own(value: str, info: ValidationInfo) -> str:
    """The portal counts by its own rule, also where what it shows comes in files."""
    if info.data.get("side") is Side.PORTAL and value != "portal":
        raise PydanticCustomError("one_of", "see errors.expected", {"allowed": "portal"})
    return value


def _beside_the_file(value: Path, info: ValidationInfo) -> Path:
    folder: Path = info.context["file_folder"] if info.context else Path.cwd()
    return folder / value


class WorkbookSettings(Section):
    """A system that only exports files: they are brought in with ``doisoat import``.

    ``statuses``: its own status names to ours. ``every``: how often a new file is expected.
    ``folder``: files put there are brought in by themselves; from the settings file's folder.
    """

    kind: Literal["workbook"]
    side: Side
    rule: Annotated[RuleName, AfterValidator(_portals_own)] = "portal"
    statuses: dict[str, Status] = Field(default_factory=dict)
    since: date | None = None
    every: PositiveDuration = timedelta(days=31)
    folder: Annotated[Path, AfterValidator(_beside_the_file)] | None = None


AnySource = OpenCpsSettings | IGateSettings | TdSettings | PortalSettings | WorkbookSettings
KINDS: dict[str, type[AnySource]] = {
    "opencps": OpenCpsSettings,
    "igate": IGateSettings,
    "td": TdSettings,
    "portal": PortalSettings,
    "workbook": WorkbookSettings,
}
SourceSettings = Annotated[AnySource, Field(discriminator="kind")]
SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class PortalRuleSettings(Section):
    """What the portal does not publish about its own counting.

    ``plain_days``: which days a statutory maximum in plain "Ngày" counts.
    """

    granularity: Granularity = Granularity.SECOND
    end_event: EndEvent = EndEvent.LAST
    plain_days: DayKind = DayKind.WORKING


class ProvinceRuleSettings(Section):
    """``to_period_end``: the province runs its report to the month's end, also before it has come.

    What falls due until then counts as late already (the research's case 8b).
    """

    to_period_end: bool = False


class RulesSettings(Section):
    """Points of counting rules that are settings."""

    portal: PortalRuleSettings = PortalRuleSettings()
    province: ProvinceRuleSettings = ProvinceRuleSettings()


class ReconcileSettings(Section):
    """A change younger than ``grace`` may still be on its way to the portal."""

    grace: Duration = timedelta(minutes=30)


class CalendarSettings(Section):
    """``sessions``: the half-day sessions of the province's offices, as ``07:30-11:30``."""

    sessions: OfficeHours = OFFICE_HOURS


_USUAL = Retention()


class RetentionSettings(Section):
    """How long the store keeps what ``doisoat prune`` takes away later (``Retention``)."""

    cutoffs: RetentionDuration = _USUAL.cutoffs
    reconciliations: RetentionDuration = _USUAL.reconciliations
    by_hand: RetentionDuration = _USUAL.by_hand
    traces: RetentionDuration = _USUAL.traces

    @property
    def policy(self) -> Retention:
        """The same for the core."""
        return Retention(**self.model_dump())


class BackupSettings(Section):
    """``keep``: how many backups of the schedule are kept; older ones go."""

    keep: int = Field(default=14, ge=1, le=1000)


class PublicationSettings(Section):
    """``folder``: where the open data goes; from the settings file's folder."""

    folder: Annotated[Path, AfterValidator(_beside_the_file)] | None = None


class RunsSettings(Section):
    """``lease``: a run whose process gave no sign of life for so long is another's to go on with.

    Longer than one page or portion of look-ups may take with all its retries.
    """

    lease: PositiveDuration = timedelta(minutes=5)


class ConsoleSettings(Section):
    """Where the operators' pages are served. ``host`` 0.0.0.0 is every address of the machine.

    ``public_url`` is their address as those who get mails reach it; without it mails have no links.
    ``link_secret`` signs the links; one is made in the data folder where none is set.
    ``trusted_proxies`` are the addresses of proxies before it: what they say of who calls is
    believed, so that failed sign-ins count for the browser's own address.
    """

    host: Text = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65_535)
    public_url: WebAddress | None = None
    link_secret: WebhookSecret | None = None
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(split_list)] = ()


class SignOfLifeSettings(Section):
    """``url`` is asked ``every`` so often while work gets done; its watchers notice silence."""

    url: WebAddress | None = None
    every: PositiveDuration = timedelta(minutes=1)


class WebhookSettings(Section):
    """Another system that is told of ``events``, of these ``units`` only where any are named.

    ``secret`` signs what it is told.
    """

    url: WebAddress
    secret: WebhookSecret | None = None
    events: Annotated[frozenset[EventKind], BeforeValidator(split_list)] = frozenset(EventKind)
    units: Annotated[frozenset[Text], BeforeValidator(split_list)] = frozenset()


def _in_working_folder(value: Path, info: ValidationInfo) -> Path:
    folder: Path = info.context["working_folder"] if info.context else Path.cwd()
    return folder / value


class Settings(Section):
    """Everything that can be set. ``now`` stands in for the clock: demo, training."""

    province: ProvinceSettings
    sources: dict[SourceName, SourceSettings] = Field(default_factory=dict)
    rules: RulesSettings = RulesSettings()
    reconcile: ReconcileSettings = ReconcileSettings()
    calendar: CalendarSettings = CalendarSettings()
    alerts: AlertSettings = AlertSettings()
    retention: RetentionSettings = RetentionSettings()
    backup: BackupSettings = BackupSettings()
    schedule: Schedule = Field(default_factory=dict)
    runs: RunsSettings = RunsSettings()
    console: ConsoleSettings = ConsoleSettings()
    report: ReportSettings = ReportSettings()
    publication: PublicationSettings = PublicationSettings()
    resend: ResendSettings = ResendSettings()
    sign_of_life: SignOfLifeSettings = SignOfLifeSettings()
    webhooks: dict[SourceName, WebhookSettings] = Field(default_factory=dict)
    data_dir: Annotated[Path, AfterValidator(_in_working_folder)] = DEFAULT_DATA_DIR
    database_url: DatabaseAddress | None = None
    broker_url: BrokerAddress | None = None
    smtp_url: MailServer | None = None
    language: Literal["vi", "en"] = "vi"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_to: Literal["file", "stderr"] = "file"
    now: Instant | None = None

    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    @override
    def model_post_init(self, context: Any, /) -> None:
        """Keep the folder that paths in the file start from."""
        if context:
            self._folder = context["file_folder"]

    @property
    def folder(self) -> Path:
        """The folder of the file, from which ``province.seeds`` is looked for."""
        return self._folder

    @property
    def store_url(self) -> str:
        """SQLAlchemy's address of the database; it may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'doisoat.db'}"

    @property
    def log_file(self) -> Path | None:
        """The file the log is written to; None where it goes to standard error."""
        return self.data_dir / "doisoat.log" if self.log_to == "file" else None

    @property
    def backups_dir(self) -> Path:
        """Where backups without a name of their own go."""
        return self.data_dir / "backups"

    def source_on(self, side: Side) -> tuple[str, AnySource]:
        """The name and settings of the one source on ``side``.

        Raises:
            SettingsError: There is none, or more than one.
        """
        found = [(name, source) for name, source in self.sources.items() if source.side is side]
        if len(found) != 1:
            key = "settings_side_twice" if found else "settings_side_missing"
            raise SettingsError(key, side=side.value, sources=", ".join(self.sources))
        return found[0]

    def on_side(self, side: Side) -> tuple[str, ...]:
        """The names of all sources on ``side``, in the order in which they are configured."""
        return tuple(name for name, source in self.sources.items() if source.side is side)
