"""One installation of the program: a province's folder, a settings file, a store, a clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from models.types import Period
from tests.new_store import make_sqlite
from worker.bootstrap import Services, services
from worker.core.outcome import Report
from worker.core.reference import Province
from worker.core.times import VIETNAM, month_of
from worker.db.engine import open_engine
from worker.flow import Stage
from worker.journey import Travelled, Wish, reconcile_at, travel
from worker.ports import Progress
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.faults import NO_FAULTS, FaultPlan
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.world import World
from worker.sources.calendars import national_calendar
from worker.sources.folder import find_folder, read_folder

AS_OF = datetime(2024, 7, 24, 16, tzinfo=VIETNAM)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))

_REPORTING = """
reporting_url = "{at.reporting_url}"
root_department_id = "{at.root_department_id}"
figures_pause = "0s"
"""

Watch = Callable[[Stage, str], Progress]


def unwatched(_stage: Stage, _name: str) -> Progress:
    """Nobody looks on."""
    return lambda _done, _total: None


@dataclass(frozen=True, kw_only=True)
class Place:
    """``folder`` holds the settings file and all data; without ``store_url`` the store too."""

    folder: Path
    code: str
    seeds: str
    store_url: str | None = None

    def province(self) -> Province:
        return read_folder(find_folder(self.seeds, self.folder))

    def world(
        self, dossiers: int | None = 300, *, seed: int = 1, broken: int = 0, portal_only: int = 0
    ) -> World:
        options = WorldOptions(
            seed=seed, dossiers=dossiers, as_of=AS_OF, broken=broken, portal_only=portal_only
        )
        calendar = national_calendar(self.folder).calendar
        return build_world(self.province(), self.code, calendar, options)

    def configure(
        self,
        at: SimulatedEndpoints,
        *,
        now: datetime | None = AS_OF,
        reporting: bool = False,
        more: str = "",
        has_store: bool = True,
        **portal: float,
    ) -> Settings:
        """Write the settings file and read it.

        ``now``: where the clock stands still (None: it goes). ``more`` are further tables,
        ``portal`` keys of the portal's table. ``has_store``: an embedded store is there already,
        as making one takes longer than most tests.
        """
        store = self.folder / "data" / "doisoat.db"
        if has_store and not self.store_url and not store.exists():
            make_sqlite(store)
        path = self.folder / "doisoat.toml"
        published = _REPORTING.format(at=at) if reporting else ""
        text = self._settings_text(at, now, published, portal) + more
        path.write_text(text, encoding="utf-8")
        return load_settings(path, environment={}, working_folder=self.folder)

    def _settings_text(
        self, at: SimulatedEndpoints, now: datetime | None, published: str, portal: dict[str, float]
    ) -> str:
        (self.folder / "password").write_text(at.password, encoding="utf-8")
        (self.folder / "store").write_text(self.store_url or "", encoding="utf-8")
        keys = {"lookups_per_second": 10_000, "sample_share": 0} | portal
        return f"""
{f'now = "{now.isoformat()}"' if now else ""}
data_dir = "{self.folder / "data"}"
{'database_url_file = "store"' if self.store_url else ""}
[province]
code = "{self.code}"
name = "Tỉnh Mẫu"
seeds = "{self.seeds}"
[sources.tinh]
side = "province"
kind = "opencps"
url = "{at.province_url}"
username = "{at.username}"
password_file = "password"
group_id = "{at.group_id}"
[sources.cong]
side = "portal"
kind = "portal"
adapter_url = "{at.adapter_url}"
dstcode = "{at.dstcode}"
madonvi = "{at.madonvi}"
username = "{at.username}"
password_file = "password"
{published}
{chr(10).join(f"{key} = {value}" for key, value in keys.items())}
"""


@contextmanager
def serving(
    world: World, faults: FaultPlan = NO_FAULTS, portal_faults: FaultPlan | None = None
) -> Iterator[SimulatedEndpoints]:
    """Both upstreams; the portal has the same faults unless told otherwise."""
    options = SimulatorOptions(
        faults=faults, portal_faults=faults if portal_faults is None else portal_faults
    )
    with running(world, options=options) as endpoints:
        yield endpoints


@contextmanager
def opened(settings: Settings, now: datetime | None = None) -> Iterator[Services]:
    """The services, their clock standing still at ``now`` where it is given."""
    with services(settings) as found:
        yield found if now is None else replace(found, clock=lambda: now)


def journey(
    settings: Settings,
    wish: Wish | None = None,
    *,
    now: datetime | None = None,
    watch: Watch | None = None,
) -> Travelled:
    """One whole journey in a process of its own, as it were: everything opened and closed."""
    with opened(settings, now) as found:
        return travel(found, wish or Wish(), watch or unwatched)


def reported(travelled: Travelled) -> Report:
    """The report of a journey that came to its end."""
    assert travelled.report is not None
    return travelled.report


def by_hand(settings: Settings, as_of: datetime) -> Report:
    """A reconciliation by hand of the month of ``as_of``."""
    with services(settings) as found:
        return reconcile_at(found, as_of, month_of(as_of), unwatched, by_hand=True)


@contextmanager
def connected(settings: Settings) -> Iterator[Engine]:
    """The store of an installation, for looking into it."""
    engine = open_engine(settings.store_url)
    try:
        yield engine
    finally:
        engine.dispose()
