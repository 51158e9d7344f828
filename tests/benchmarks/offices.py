"""A province's office around a filled store: its folder, its settings, an account to sign in."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from models.roles import Role
from tests.benchmarks.dossiers import UNITS
from tests.places import AS_OF, unwatched
from worker.bootstrap import Services, services
from worker.flow import Stage
from worker.journey import Wish, perform, route
from worker.journey.accounts import add_operator
from worker.journey.entering import set_password
from worker.journey.queueing import queue_computation
from worker.settings.load import load_settings
from worker.settings.model import Settings

ACCOUNT, WORD = "do-toc-do", "chậm mà chắc thì hơn"
_EVERY = timedelta(minutes=15)

_SETTINGS = """
now = "{now}"
data_dir = "data"
database_url_file = "store"
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "seeds"
[sources.tinh]
side = "province"
kind = "opencps"
url = "http://127.0.0.1:9"
username = "doisoat"
group_id = "1"
[sources.cong]
side = "portal"
kind = "portal"
adapter_url = "http://127.0.0.1:9"
madonvi = "H99"
username = "doisoat"
"""


def office_around(url: str, folder: Path) -> Settings:
    """Settings for a store with the benchmarks' thirty units."""
    seeds = folder / "seeds"
    seeds.mkdir()
    head = "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases"
    rows = [f"{code},Đơn vị {code},{code},department,H99,,,," for code in UNITS]
    lines = [head, "H99,Tỉnh Mẫu,Mẫu,province,,,,,", *rows]
    (seeds / "units.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    procedures = "code,name,field,statutory_days,online_level,has_fee\n"
    (seeds / "procedures.csv").write_text(procedures, encoding="utf-8")
    published = "period,as_of,unit,indicator,value,scale,document\n"
    (seeds / "published.csv").write_text(published, encoding="utf-8")
    (folder / "store").write_text(url, encoding="utf-8")
    file = folder / "doisoat.toml"
    file.write_text(_SETTINGS.format(now=AS_OF.isoformat()), encoding="utf-8")
    return load_settings(file, environment={}, working_folder=folder)


def bring_to_life(settings: Settings, cycles: int) -> None:
    """Reconcile and measure as the schedule does, so many times, and add an account."""
    with services(settings) as found:
        for back in reversed(range(cycles)):
            _reconcile(replace(found, clock=partial(_ago, back)))
        _, made = add_operator(found, ACCOUNT, Role.ADMIN, (), ACCOUNT)
        set_password(found, made.secret, WORD)


def _ago(cycles: int) -> datetime:
    return AS_OF - cycles * _EVERY


def _reconcile(found: Services) -> None:
    waiting = list(queue_computation(found, Stage.RECONCILE, Wish()))
    while waiting:
        perform(found, waiting.pop(0), unwatched)
        waiting += [key for key in route(found) if key not in waiting]
