"""A province's office around a filled store: its folder, its settings, an account to sign in."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, literal
from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, col, select

from models.reconciliation import BridgeStep, LateCount, Reconciliation, SyncHealth
from models.roles import Role
from models.tables import metadata
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
password_file = "word"
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
    (folder / "word").write_text(WORD, encoding="utf-8")
    file = folder / "doisoat.toml"
    file.write_text(_SETTINGS.format(now=AS_OF.isoformat()), encoding="utf-8")
    return load_settings(file, environment={}, working_folder=folder)


def bring_to_life(settings: Settings, before: int) -> None:
    """Reconcile and measure as the schedule does, and add an account.

    ``before``: the figures also stand as those of so many earlier times, a quarter of an hour
    apart, as they would after some days.
    """
    with services(settings) as found:
        _reconcile(found)
        _repeat(found.engine, before)
        _, made = add_operator(found, ACCOUNT, Role.ADMIN, (), ACCOUNT)
        set_password(found, made.secret, WORD)


def _repeat(engine: Engine, times: int) -> None:
    with Session(engine) as session, session.begin():
        last = session.exec(select(Reconciliation).order_by(col(Reconciliation.id).desc())).first()
        assert last is not None
        for back in range(1, times + 1):
            told = last.model_dump(exclude={"id", "as_of", "created_at"})
            at = last.as_of - back * _EVERY
            row = Reconciliation(**told, as_of=at, created_at=at)
            session.add(row)
            session.flush()
            for table in (LateCount, BridgeStep, SyncHealth):
                _copy(session, table, (last.id, row.id))


def _copy(session: Session, table: type[SQLModel], ids: tuple[int | None, int | None]) -> None:
    """The rows of one reconciliation as those of another."""
    names = [each.name for each in metadata.tables[str(table.__tablename__)].columns][1:]
    columns = [getattr(table, name) for name in names]
    key = metadata.tables[str(table.__tablename__)].c.reconciliation_id
    rows = sql_select(literal(ids[1]), *columns).where(key == ids[0])
    session.connection().execute(
        insert(table).from_select(["reconciliation_id", *names], rows, include_defaults=False)
    )


def _reconcile(found: Services) -> None:
    waiting = list(queue_computation(found, Stage.RECONCILE, Wish()))
    while waiting:
        perform(found, waiting.pop(0), unwatched)
        waiting += [key for key in route(found) if key not in waiting]
